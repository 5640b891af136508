"""Whoever got past a table of rights was told as anybody who is signed in: whether a right opens every row is a question, and no right is a leak."""

from __future__ import annotations

import pytest

from assistant.domain.matrix import Severity
from tests.unit.detect.code.apps import APP
from tests.unit.detect.code.rig import followed


RIGHTS = """
    import { db } from "@/lib/db";
    const TABLE = { chief: [{ action: "delete", thing: "users" }], clerk: [{ action: "read", thing: "users" }] };
    export class Rights {
      async may(userId, action, thing) {
        try {
          const user = await db.user.findUnique({ where: { id: userId }, include: { role: true } });
          if (!user || !user.role) return false;
          const held = TABLE[user.role.name] || [];
          return held.some((one) => one.action === action && one.thing === thing);
        } catch { return false; }
      }
    }
    export const rights = new Rights();
"""
HEAD = """
    import { db } from "@/lib/db";
    import { auth } from "@/auth";
    import { rights } from "@/lib/rights";
"""
SESSION = "const session = await auth(); if (!session?.user) return new Response(null, { status: 401 });"
OWN = f"{HEAD} export async function GET() {{ {SESSION} return Response.json(await db.person.findMany({{ where: {{ teamId: session.user.teamId }} }})); }}"
REFUSED = "return new Response(null, { status: 403 });"


def told(asked):
    body = f'{SESSION} const id = new URL(request.url).searchParams.get("id"); {asked} await db.person.delete({{ where: {{ id }} }}); return Response.json({{}});'
    route = f"{HEAD} export async function DELETE(request) {{ {body} }}"
    files = {
        **APP,
        "lib/rights.ts": RIGHTS,
        "app/api/mine/route.ts": OWN,
        "app/api/people/route.ts": route,
    }
    found = followed(files).findings
    return [(one.severity, one.title.startswith("Worth asking")) for one in found if one.rule == "id-only-lookup"]


@pytest.mark.parametrize(
    "asked",
    [
        f'if (!(await rights.may(session.user.id, "delete", "users"))) {REFUSED}',
        f'if (session.user.role !== "dispatcher") {REFUSED}',
    ],
)
def test_a_right_is_a_question(asked):
    assert told(asked) == [(Severity.MEDIUM, True)]


@pytest.mark.parametrize(
    "asked",
    [
        "",
        'await rights.may(session.user.id, "delete", "users");',
        f"if (!session.user.role) {REFUSED}",
        f'if (session.user.role !== "vendor") {REFUSED}',
    ],
)
def test_no_right_or_everybodys_side_is_a_leak(asked):
    assert told(asked) == [(Severity.HIGH, False)]
