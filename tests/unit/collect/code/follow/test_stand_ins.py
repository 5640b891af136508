"""Sign-in can be switched off where somebody runs the application for themselves: every handler was said to be open to the internet."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from tests.unit.detect.code.rig import followed


ROUTE = """
import {{ PrismaClient }} from "@prisma/client";
import {{ getServerSession }} from "next-auth";
const prisma = new PrismaClient();
const off = process.env.AUTH_DISABLED === "true";
function local() {{ return {{ user: {{ id: "local", email: "local@shop.example" }} }}; }}
async function current() {{
  {first}
  return await getServerSession();
}}
export async function DELETE(request) {{
  const session = await current();
  if (!session?.user?.id) return new Response(null, {{ status: 401 }});
  const {{ id }} = await request.json();
  return Response.json(await prisma.note.deleteMany({{ where: {{ id, userId: session.user.id }} }}));
}}
"""


def _entry(first: str):
    return map_of({"app/api/notes/route.ts": ROUTE.format(first=first)}).entries[0]


@pytest.mark.parametrize(
    "first",
    [
        "if (off) return local();",
        'if (process.env.AUTH_DISABLED === "true") { return { user: { id: "local" } }; }',
        "if (process.env.LOCAL_USER_ID) return { user: { id: process.env.LOCAL_USER_ID } };",
    ],
)
def test_the_one_person_of_a_house_stands_in_for_the_session(first):
    entry = _entry(first)
    assert [guard.kind.value for guard in entry.guards] == ["session"]
    assert {
        origin.kind.value for part in entry.queries[0].filters if part.column == "userId" for origin in part.origins
    } == {"caller"}


@pytest.mark.parametrize(
    "first",
    [
        'if (!(await getServerSession())) return { user: { id: "guest" } };',
        'const session = await getServerSession(); if (!session) return { user: { id: "guest" } };',
    ],
)
def test_a_guest_of_the_application_is_anybody(first):
    assert not any(guard.kind.value == "session" for guard in _entry(first).guards)


def test_what_is_done_with_any_id_is_told_of_whoever_is_signed_in():
    body = ROUTE.format(first="if (off) return local();").replace(
        "where: { id, userId: session.user.id }", "where: { id }"
    )
    told = [(one.rule, one.title.split(" can ")[0]) for one in followed({"app/api/notes/route.ts": body}).findings]
    assert ("id-only-lookup", "Whoever is signed in") in told
    assert not any(rule == "missing-session" for rule, _ in told)
