"""What a module read when it was loaded is no row of the request that comes later."""

from __future__ import annotations

from assistant.collect.code.map import map_of
from assistant.domain.code import OriginKind


SETTINGS = """
import { PrismaClient } from "@prisma/client";
import { auth } from "@clerk/nextjs/server";
const prisma = new PrismaClient();
const settings = await prisma.setting.findMany({ where: { scope: "all" } });
const first = { found: settings[0] };
"""


def _notes(condition: str):
    files = {
        "app/api/notes/route.ts": f"""{SETTINGS}
        export async function GET(request) {{
          const {{ userId }} = await auth();
          if (!userId) return new Response(null, {{ status: 401 }});
          const mine = await prisma.company.findFirst({{ where: {{ userId }} }});
          if (!{condition}) return new Response(null, {{ status: 404 }});
          return Response.json(await prisma.note.findMany({{ where: {{ companyId: {condition}.id }} }}));
        }}"""
    }
    return map_of(files).entries[0].queries[-1]


def test_a_row_read_when_the_module_was_loaded_is_not_the_first_row_of_the_request():
    """Both are number nothing of their own ledger; taken for each other, notes of a setting were the caller's."""
    assert _notes("mine").tie is not None
    kept = _notes("first.found")
    assert kept.tie is None
    assert all(origin.kind is not OriginKind.ROW for condition in kept.filters for origin in condition.origins)
