"""Code that once ended the whole scan with a traceback."""

from __future__ import annotations

from assistant.collect.code.map import map_of


PRISMA = 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n'


def test_a_lazy_import_of_a_module_that_passes_on_what_is_not_there():
    """Generated code is not checked out: a name of the barrel stands for nothing, and the handler goes on."""
    files = {
        "lib/db.ts": PRISMA,
        "lib/barrel.ts": 'export { history } from "./generated/history";\nexport const kept = 1;\n',
        "app/api/items/route.ts": 'import { prisma } from "../../../lib/db";\n'
        'export async function GET() { const [found] = await Promise.all([import("../../../lib/barrel").then((m) => m)]);'
        " return Response.json({ found, rows: await prisma.item.findMany() }); }",
    }
    assert [query.table for query in map_of(files).entries[0].queries] == ["item"]


def test_a_list_that_takes_itself_in_at_every_turn():
    """It doubles: forty turns were more items than there is memory for, and the scan never came back."""
    pushes = "all.push(...all);" * 40
    files = {
        "lib/db.ts": PRISMA,
        "app/api/items/route.ts": 'import { prisma } from "../../../lib/db";\n'
        f"export async function GET() {{ const all = [1]; {pushes} return Response.json(await prisma.item.findMany()); }}",
    }
    assert [query.table for query in map_of(files).entries[0].queries] == ["item"]
