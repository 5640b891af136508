"""Lists and maps that are made inside a block and filled by a loop there: what was put in was lost with the block."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_route


ROWS = "const rows = await db.invoice.findMany({ where: { id: { in: ids } } });"
MINE = "const rows = await db.invoice.findMany({ where: { id: { in: ids }, userId: session.user.id } });"
WAYS = {
    "tried": "try {{ {rows} const out = []; for (const row of rows) {{ out.push({{ total: row.total }}); }} return Response.json({{ out }}); }} catch (error) {{ return new Response(null, {{ status: 500 }}); }}",
    "behind a test": "if (ids.length > 0) {{ {rows} const out = []; for (const row of rows) out.push(row.total); return Response.json(out); }} return Response.json([]);",
    "in a case": 'switch (kind) {{ case "all": {{ {rows} const out = []; for (const row of rows) out.push(row); return Response.json(out); }} default: return Response.json([]); }}',
    "a map": "try {{ {rows} const out = new Map(); for (const row of rows) {{ out.set(row.id, row.total); }} return Response.json([...out.values()]); }} finally {{ console.log(1); }}",
    "pairs": "try {{ {rows} const out = []; for (const [at, row] of rows.entries()) {{ out.push({{ at, total: row.total }}); }} const answer = {{ ok: true, out }}; return Response.json(answer); }} catch {{ return Response.json({{}}); }}",
    "by another function": "try {{ {rows} const out = []; fill(out, rows); return Response.json(out); }} catch {{ return Response.json({{}}); }}",
}
HEAD = "function fill(list, rows) { for (const row of rows) list.push(row.total); }"


def heard(way, rows):
    return of_route(
        f"const {{ ids, kind }} = await request.json(); {WAYS[way].format(rows=rows)}", verb="POST", head=HEAD
    )


@pytest.mark.parametrize("way", WAYS)
def test_rows_of_others_were_answered(way):
    assert heard(way, ROWS) == ["id-only-lookup"]


@pytest.mark.parametrize("way", WAYS)
def test_ones_own_were(way):
    assert heard(way, MINE) == []
