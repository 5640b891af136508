"""Notes of anybody were listed by sending their id; who sent none got their own, which is how it looked right in review."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of


ROUTE = """
import {{ PrismaClient }} from "@prisma/client";
import {{ auth }} from "@clerk/nextjs/server";
const prisma = new PrismaClient();
export async function POST(request) {{
  const {{ userId: me, orgRole }} = await auth();
  if (!me) return new Response(null, {{ status: 401 }});
  const body = await request.json();
  {body}
  return Response.json(await prisma.note.findMany({{ where: {{ userId }} }}));
}}
"""
REFUSE = "return new Response(null, { status: 403 });"


def _tie(body: str):
    return map_of({"app/api/notes/route.ts": ROUTE.format(body=body)}).entries[0].queries[-1].tie


@pytest.mark.parametrize("operator", ["??", "||"])
def test_an_id_that_is_only_used_when_it_is_sent_is_still_sent_by_anybody(operator):
    assert _tie(f"const userId = body.userId {operator} me;") is None


def test_a_bare_id_in_the_place_of_the_callers_own() -> None:
    assert _tie("const userId = body.id ?? me;") is None
    assert _tie("const userId = body.page ?? me;") is not None


@pytest.mark.parametrize(
    "body",
    [
        f"if (body.userId && body.userId !== me) {REFUSE} const userId = body.userId ?? me;",
        f'if (body.userId && orgRole !== "admin") {REFUSE} const userId = body.userId ?? me;',
        f'if (body.userId) {{ if (orgRole !== "admin") {REFUSE} }} const userId = body.userId ?? me;',
        f"const userId = body.userId ?? me; if (userId !== me) {REFUSE}",
        'const userId = (orgRole === "admin" && body.userId) || me;',
        'const userId = orgRole === "admin" ? body.userId : me;',
        "const userId = me ?? body.userId;",
    ],
)
def test_who_may_send_one_was_asked(body):
    assert _tie(body) is not None


def test_what_names_nobody_may_fall_back():
    """A title of the body, or the caller's name: no identity."""
    assert _tie("const title = body.title ?? me; const userId = me;") is not None
