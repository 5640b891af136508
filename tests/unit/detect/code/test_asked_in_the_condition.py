"""The condition of a change asks for the caller's role; and rows that count requests, looked for by whoever is calling."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_route


MEMBERS = "members: { some: { userId: session.user.id ROLE } }"
CHANGE = (
    "const { teamId, memberId, role } = await request.json();"
    " await db.member.updateMany({ where: { userId: memberId, team: { id: teamId, WITHIN } }, data: { role } });"
    " return Response.json({});"
)
REMOVE = (
    "const { teamId, memberId } = await request.json();"
    " await db.member.deleteMany({ where: { userId: memberId, team: { id: teamId, WITHIN } } });"
    " return Response.json({});"
)


def heard(body, within):
    return of_route(body.replace("WITHIN", within), verb="PATCH")


@pytest.mark.parametrize("body", [CHANGE, REMOVE])
@pytest.mark.parametrize("role", [', role: "ADMIN"', ', role: { in: ["ADMIN", "OWNER"] }'])
def test_only_whoever_has_the_role_finds_the_row(body, role):
    assert heard(body, MEMBERS.replace("ROLE", role)) == []


@pytest.mark.parametrize("body", [CHANGE, REMOVE])
@pytest.mark.parametrize(
    "within",
    [
        MEMBERS.replace("ROLE", ""),
        MEMBERS.replace("ROLE", ', role: { in: ["ADMIN", "MEMBER"] }'),
        MEMBERS.replace("ROLE", ", role: memberId"),
        'members: { some: { role: "ADMIN" } }',
    ],
)
def test_a_member_or_somebody_elses_role_is_none(body, within):
    assert "weak-privilege" in heard(body, within)


LIMITS = """
    const { id } = await request.json();
    const limit = await db.ratelimitOverride.findFirst({ where: { id WHOSE } });
    if (!limit) return new Response(null, { status: 404 });
    await db.ratelimitOverride.update({ where: { id: limit.id }, data: { most: 5 } });
    return Response.json({});
"""


OWN_LIMITS = {
    "app/api/limits/route.ts": """
        import { auth } from "@/auth";
        import { db } from "@/lib/db";
        export async function GET() {
          const session = await auth();
          if (!session?.user) return new Response(null, { status: 401 });
          return Response.json(await db.ratelimitOverride.findMany({ where: { userId: session.user.id } }));
        }
    """
}


def test_rules_of_a_limiter_are_rows_like_others():
    own, any_ = (LIMITS.replace("WHOSE", one) for one in (", userId: session.user.id", ""))
    assert of_route(own, verb="PATCH", files=OWN_LIMITS) == []
    assert of_route(own.replace("where: { id: limit.id }", "where: { id }"), verb="PATCH", files=OWN_LIMITS) == []
    assert "id-only-lookup" in of_route(any_, verb="PATCH", files=OWN_LIMITS)
