"""Rows that go through a Map or Set of the function keep their owner; branches for another path are not run."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of


HEAD = """
import { PrismaClient } from "@prisma/client";
import { auth } from "@clerk/nextjs/server";
const prisma = new PrismaClient();
"""

MEMBER = """
async function mine(userId) {
  const owned = await prisma.company.findMany({ where: { userId } });
  const shared = await prisma.seat.findMany({ where: { userId } });
  const byId = new Map();
  for (const one of owned.map((row) => ({ id: row.id, role: "owner" }))) {
    if (!byId.has(one.id)) byId.set(one.id, one);
  }
  for (const one of shared.map((row) => ({ id: row.companyId, role: row.role }))) byId.set(one.id, one);
  return [...byId.values()];
}
"""


def _entry(body: str, path: str = "app/api/papers/[id]/route.ts"):
    return map_of({path: HEAD + body}).entries[0]


def _paper(mine: str, condition: str):
    return _entry(f"""{mine}
    export async function GET(request, {{ params }}) {{
      const {{ userId }} = await auth();
      if (!userId) return new Response(null, {{ status: 401 }});
      const allowed = (await mine(userId)).map((one) => one.id);
      return Response.json(await prisma.paper.findFirst({{ where: {{ id: params.id, {condition} }} }}));
    }}""").queries[-1]


def test_rows_gathered_in_a_map_are_still_the_callers():
    """Companies that somebody owns and those that were shared with them are made unique before they filter."""
    assert _paper(MEMBER, "companyId: { in: allowed }").tie is not None


def test_a_set_of_the_module_is_not_this_requests():
    """What another request left behind is not what this one may read."""
    shared = "const seen = new Set();\n" + MEMBER.replace(
        "const byId = new Map();", "const byId = { values: () => seen, has: () => false, set: (k, v) => seen.add(v) };"
    )
    assert _paper(shared, "companyId: { in: allowed }").tie is None


WRAPPED = """
const open = (handler) => async (request) => {
  if (request.headers.has("x-anonymous") && ["/links", "/api/links"].includes(request.nextUrl.pathname)) {
    return await handler({ request });
  }
  const { userId } = await auth();
  if (!userId) throw new Error("unauthorized");
  return await handler({ request, userId });
};
export const POST = open(async ({ userId }) => Response.json(await prisma.link.create({ data: { userId } })));
"""


@pytest.mark.parametrize(
    ("path", "doors"),
    [("app/api/links/route.ts", 2), ("app/api/tags/route.ts", 1), ("app/api/[kind]/route.ts", 2)],
)
def test_a_branch_for_another_path_is_not_this_handlers(path, doors):
    """One wrapper serves every route and lets strangers pass on a single one."""
    assert len(_entry(WRAPPED, path).queries) == doors


def _papers(asked: str, made: str = "new Map((owners || []).map((one) => [one.id, one.houseId]))"):
    return _entry(f"""
    async function every(ids, me) {{
      const papers = await prisma.paper.findMany({{ where: {{ id: {{ in: ids }} }} }});
      if (!papers || papers.length === 0) throw new Error("none");
      const owners = await prisma.company.findMany({{ where: {{ id: {{ in: [...new Set(papers.map((one) => one.companyId))] }} }} }});
      const houses = {made};
      if (!papers.every((one) => {asked} === me.houseId)) throw new Error("not yours");
    }}
    export async function POST(request) {{
      const {{ userId }} = await auth();
      if (!userId) return new Response(null, {{ status: 401 }});
      const {{ ids }} = await request.json();
      const me = await prisma.profile.findUnique({{ where: {{ userId }} }});
      await every(ids, me);
      return Response.json(await prisma.paper.updateMany({{ where: {{ id: {{ in: ids }} }}, data: {{ status: "read" }} }}));
    }}""")


@pytest.mark.parametrize(
    ("made", "asked"),
    [
        ("new Map((owners || []).map((one) => [one.id, one.houseId]))", "houses.get(one.companyId)"),
        ("Object.fromEntries(owners.map((one) => [one.id, one.houseId]))", "houses[one.companyId]"),
    ],
)
def test_parents_under_their_ids_prove_every_child(made, asked):
    """Many papers are changed at once, after the house of each one's company was compared with the caller's."""
    assert "owner" in {guard.kind.value for guard in _papers(asked, made).guards if guard.weakness is None}
    assert _papers(asked, made).queries[-1].tie is not None


def test_what_stands_under_another_key_proves_nothing():
    """The key is sent along, and so is somebody's own company."""
    assert _papers("houses.get(ids.own)").queries[-1].tie is None
