"""Statements that are written as text and run together: the rows that they change are seen, as those of a statement alone are."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of


CLIENT = """
import { createClient } from "@libsql/client";
export const client = createClient({ url: process.env.DATABASE_URL });
"""


@pytest.mark.parametrize(
    ("listed", "seen"),
    [
        (
            '{ sql: "update recipes set title = ? where id = ?", args: [title, id] }, { sql: "delete from steps where recipe_id = :id", args: { id } }',
            [("update", "recipes"), ("delete", "steps")],
        ),
        (
            '"delete from drafts", { sql: `delete from recipes`, args: [] }',
            [("delete", "drafts"), ("delete", "recipes")],
        ),
        ("client.execute({ sql: 'delete from recipes where id = ?', args: [id] })", [("delete", "recipes")]),
    ],
)
def test_every_statement_of_the_list_is_read(listed, seen):
    route = f"""
    import {{ client }} from "../../../lib/client";
    export async function PATCH(request) {{
      const {{ id, title }} = await request.json();
      await client.batch([{listed}], "write");
      return Response.json({{}});
    }}
    """
    (entry,) = map_of({"lib/client.ts": CLIENT, "app/api/recipes/route.ts": route}).entries
    assert [(query.verb, query.table) for query in entry.queries] == seen


def test_the_id_that_was_sent_finds_the_row():
    route = """
    import { client } from "../../../lib/client";
    export async function DELETE(request) {
      const { id } = await request.json();
      await client.batch([{ sql: "delete from recipes where id = ?", args: [id] }]);
      return Response.json({});
    }
    """
    (entry,) = map_of({"lib/client.ts": CLIENT, "app/api/recipes/route.ts": route}).entries
    assert [(one.column, [each.path for each in one.origins]) for one in entry.queries[0].filters] == [
        ("id", ["body.id"])
    ]
