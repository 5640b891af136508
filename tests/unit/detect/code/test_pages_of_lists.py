"""A list of people goes on behind the last one: its cursor finds nobody, and the list was told as one that shows anybody by their id."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_route


CURSOR = 'const cursor = JSON.parse(atob(new URL(request.url).searchParams.get("cursor") ?? ""));'
BEHIND = "{ OR: [{ createdAt: { lt: cursor.at } }, { createdAt: cursor.at, id: { lt: cursor.id } }] }"


@pytest.mark.parametrize("where", [BEHIND, "{ id: { gt: cursor.id } }", f"cursor ? {BEHIND} : {{}}"])
def test_what_comes_behind_an_id_is_no_row_with_that_id(where):
    found = of_route(
        f"{CURSOR} return Response.json(await db.user.findMany({{ where: {where}, select: {{ id: true, name: true, image: true }} }}));",
        path="app/api/people/route.ts",
    )
    assert "id-only-lookup" not in found


def test_the_row_itself_is_one():
    found = of_route(
        f"{CURSOR} return Response.json(await db.invoice.findFirst({{ where: {{ id: cursor.id }} }}));",
        path="app/api/invoices/route.ts",
    )
    assert "id-only-lookup" in found
