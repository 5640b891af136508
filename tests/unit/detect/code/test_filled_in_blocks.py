"""Lists and maps that are made inside a block and filled by a loop there: what was put in was lost with the block."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import APP, of_route
from tests.unit.detect.code.rig import followed


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


GATHERED = {
    "a field of an object": "const out = { items: [] }; for (const row of rows) { out.items.push(row.total); }",
    "an object two levels down": "const out = { data: { items: [] } }; for (const row of rows) { out.data.items.push(row.total); }",
    "groups": "const out = {}; for (const row of rows) { if (!out[row.kind]) out[row.kind] = []; out[row.kind].push(row.total); }",
    "groups by default": "const out = {}; for (const row of rows) { (out[row.kind] ??= []).push(row.total); }",
    "groups by choice": "const out = {}; rows.forEach((row) => { out[row.kind] = out[row.kind] || []; out[row.kind].push(row); });",
    "lists of a map": "const all = new Map(); for (const row of rows) { const list = all.get(row.kind) ?? []; list.push(row.total); all.set(row.kind, list); } const out = Object.fromEntries(all);",
    "by position": "const out = []; for (let at = 0; at < rows.length; at++) { out[at] = rows[at].total; }",
}


@pytest.mark.parametrize("way", GATHERED)
def test_what_a_loop_gathers_in_an_object_is_answered(way):
    asked = "const { ids, kind } = await request.json();"
    answer = f"{GATHERED[way]} return Response.json(out);"
    assert of_route(f"{asked} {ROWS} {answer}", verb="POST") == ["id-only-lookup"]
    assert of_route(f"{asked} {MINE} {answer}", verb="POST") == []


def test_a_row_that_is_changed_in_place_does_not_hold_itself():
    code = """
        import { auth } from "@/auth";
        import { db } from "@/lib/db";
        export async function GET(request) {
          const session = await auth();
          const links = await db.link.findMany({ where: { userId: session.user.id } });
          let shown = links;
          if (shown && shown.length > 0) {
            shown = await Promise.all(
              shown.map(async (link) => {
                if (link.password !== null) {
                  link.password = await open(link.password);
                }
                if (link.upload && link.folderId !== null) {
                  const folder = await db.folder.findUnique({ where: { id: link.folderId } });
                  link.folderName = folder?.name;
                }
                return { ...link, at: link.any.other };
              }),
            );
          }
          return Response.json(shown);
        }
    """
    (entry,) = followed({**APP, "app/api/links/route.ts": code}).context.map.entries
    assert not entry.truncated
