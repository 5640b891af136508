"""Handlers that are made: a function with something beside it, and one that is kept in a list of pairs. Nothing was seen behind either."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


PRISMA = 'import { PrismaClient } from "@prisma/client"; export const prisma = new PrismaClient();'
AUTH = 'import NextAuth from "next-auth"; export const { handlers, auth } = NextAuth({});'
ROUTE = """
import {{ prisma }} from "../../../../prisma";
import {{ auth }} from "../../../../auth";
function wrap(handler) {{ {wrap} }}
const remove = async (request, {{ params }}) => {{
  {ask}
  const {{ id }} = await params;
  return Response.json(await prisma.note.delete({{ where: {{ id }} }}));
}};
export const DELETE = {made};
"""
ASK = "const session = await auth(); if (!session?.user) return new Response(null, { status: 401 });"
PAIRS = "const all = [handler]; return async (request, rest) => { const found = []; for (const one of all) { found.push([[request, rest], one]); } if (found.length === 0) throw new Error(); return await found[0][1](found[0][0][0], found[0][0][1]); };"
TAGGED = "return Object.assign(async (request, rest) => handler(request, rest), { schema: { id: 1 } });"
MADE = {
    "a function with a field": ("return handler;", "Object.assign(remove, { schema: { id: 1 } })"),
    "a wrapper with a field": (TAGGED, "wrap(remove)"),
    "a list of pairs": (PAIRS, "wrap(remove)"),
}


def _told(wrap: str, made: str, ask: str) -> set[str]:
    route = ROUTE.format(wrap=wrap, made=made, ask=ask)
    found = followed({"prisma.ts": PRISMA, "auth.ts": AUTH, "app/api/notes/[id]/route.ts": route})
    return {one.rule for one in found.findings}


@pytest.mark.parametrize(("wrap", "made"), MADE.values(), ids=MADE)
def test_what_stands_in_it_is_seen(wrap, made):
    assert _told(wrap, made, "") == {"missing-session"}
    assert _told(wrap, made, ASK) == {"id-only-lookup"}
    mine = ASK + " await prisma.note.findFirstOrThrow({ where: { id: (await params).id, userId: session.user.id } });"
    assert _told(wrap, made, mine) == set()


@pytest.mark.parametrize("spread", ["list.push(...more)", "list = list.concat(more)"])
def test_a_list_that_is_laid_out_is_no_pair(spread):
    wrap = f"let list = []; const more = [handler]; {spread}; return async (request, rest) => list[0](request, rest);"
    assert _told(wrap, "wrap(remove)", "") == {"missing-session"}
