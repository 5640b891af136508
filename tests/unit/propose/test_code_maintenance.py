"""Which module a closable route asks, and how it is imported: found from what the repository does already."""

from __future__ import annotations

from textwrap import dedent

import pytest

from assistant.collect.code.map import map_of
from assistant.domain.fixes import Fix, NoFix
from assistant.propose.code_maintenance import entries_named, propose_maintenance
from assistant.text.edits import apply_hunks
from assistant.write.maintenance import guard_module


ROUTE = """
    import { db } from "IMPORT"

    export async function GET() {
      return Response.json(await db.note.findMany({ where: {} }))
    }
"""


def closed(files: dict[str, str], route: str = "/api/notes") -> tuple[dict[str, str], tuple[Fix | NoFix, ...]]:
    """Files with the switch, and the answers."""
    texts = {path: dedent(text).lstrip("\n") for path, text in files.items()}
    code_map = map_of(texts)
    entries = entries_named(code_map, route)
    assert entries
    closing = propose_maintenance(code_map, entries, lambda path: texts[path].encode(), texts)
    for fix in closing.answers:
        for patch in fix.patches if isinstance(fix, Fix) else ():
            texts[patch.path] = apply_hunks(texts[patch.path].encode(), patch.hunks).decode()
    if closing.module is not None:
        texts[closing.module.path] = guard_module(closing.module)
    return texts, closing.answers


@pytest.mark.parametrize(
    ("route", "imported", "lib", "module", "specifier"),
    [
        ("app/api/notes/route.ts", "@/lib/db", "lib/db.ts", "lib/maintenance.ts", "@/lib/maintenance"),
        ("src/app/api/notes/route.ts", "@/lib/db", "src/lib/db.ts", "src/lib/maintenance.ts", "@/lib/maintenance"),
        ("app/api/notes/route.ts", "../../../lib/db", "lib/db.ts", "lib/maintenance.ts", "../../../lib/maintenance"),
        (
            "apps/web/app/api/notes/route.js",
            "@acme/db",
            "packages/db/index.ts",
            "apps/web/lib/maintenance.js",
            "../../../lib/maintenance",
        ),
    ],
)
def test_the_module_stands_where_the_app_keeps_its_own(
    route: str, imported: str, lib: str, module: str, specifier: str
) -> None:
    texts, _ = closed({route: ROUTE.replace("IMPORT", imported), lib: "export const db = {};\n"})
    assert f'import {{ underMaintenance }} from "{specifier}"\n' in texts[route]
    assert 'if (underMaintenance("/api/notes")) {' in texts[route]
    assert "export function underMaintenance(route" in texts[module]
    assert (": boolean" in texts[module]) == module.endswith(".ts")
    assert ";" not in texts[module].split("*/", 1)[1], "the file of the handler has no semicolons either"


def test_a_second_time_there_is_nothing_to_do() -> None:
    files = {"app/api/notes/route.ts": ROUTE.replace("IMPORT", "@/lib/db"), "lib/db.ts": "export const db = {};\n"}
    texts, _ = closed(files)
    again, answers = closed(texts)
    assert again == texts
    assert all(isinstance(one, NoFix) and "already" in one.reason for one in answers)


def test_what_cannot_be_switched_is_said() -> None:
    one = "export const GET = () => Response.json(db.all());\n"
    _, answers = closed({"app/api/notes/route.ts": one})
    assert [reason.reason for reason in answers if isinstance(reason, NoFix)] == [
        "The handler is a single expression: give it a body, and refuse at its top."
    ]
