"""``id <> me`` finds all the others; that two people are alike in something binds no row to whoever asks."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_route


HEAD = """
    export async function POST() {
      const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
      return Response.json(await db.invoice.findMany({ where: { userId: session.user.id } }));
    }
"""


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("where: { id: { not: session.user.id } }", ["unscoped-read"]),
        ("where: { id: { not: session.user.id }, userId: session.user.id }", []),
        ("where: { id: { not: session.user.id } }, select: { id: true, skills: true }", []),
    ],
)
def test_all_the_others_are_everybody(where, expected):
    body = f"return Response.json(await db.invoice.findMany({{ {where} }}));"
    assert of_route(body, head=HEAD) == expected


@pytest.mark.parametrize(
    ("column", "expected"),
    [("timezone", ["unscoped-read"]), ("preferredLanguage", ["unscoped-read"]), ("teamId", [])],
)
def test_who_is_alike_in_something_is_not_the_same(column, expected):
    body = f"""
        const me = await db.user.findUnique({{ where: {{ id: session.user.id }} }});
        const rows = await db.invoice.findMany({{ where: {{ status: "sent" }} }});
        return Response.json(rows.filter((row) => row.{column} === me.{column}));
    """
    assert of_route(body, head=HEAD) == expected
