"""Ids that stand in for the caller's own, however the code spells it; rows that are replaced by an id; tokens of one's own."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


FILES = {
    "lib/auth.ts": 'import { getServerSession } from "next-auth"; export async function auth() { return getServerSession(); }',
    "lib/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient();',
}
ACTION = """
    "use server";
    import {{ auth }} from "../lib/auth";
    import {{ db }} from "../lib/db";
    async function whoever(userId) {{
      const session = await auth();
      if (!session) throw new Error("no");
      {falls}
    }}
    export async function orders(userId) {{
      return db.order.findMany({{ where: {{ userId: await whoever({given}) }} }});
    }}
"""
FALLS = [
    "return userId ?? session.user.id;",
    "if (!userId) userId = session.user.id; return userId;",
    "let id = userId; if (!id) { id = session.user.id; } return id;",
    "let id = userId; if (id === undefined) { id = session.user.id; } return id;",
    "userId ??= session.user.id; return userId;",
    "userId ||= session.user.id; return userId;",
    "return userId ? userId : session.user.id;",
]


def orders(falls, given="userId"):
    return rules_of(followed({**FILES, "app/actions.ts": ACTION.format(falls=falls, given=given)}))


@pytest.mark.parametrize("falls", FALLS)
def test_whoever_sends_an_id_is_believed(falls):
    assert orders(falls) == ["identity-from-request"]


@pytest.mark.parametrize("falls", FALLS)
def test_nobody_sends_one(falls):
    assert orders(falls, "undefined") == []


@pytest.mark.parametrize(
    "falls",
    [
        "if (userId && userId !== session.user.id) throw new Error('no'); if (!userId) userId = session.user.id; return userId;",
        "if (session.user.role !== 'admin') userId = session.user.id; return userId;",
        "let id = session.user.id; if (session.user.role === 'admin') { id = userId; } return id;",
    ],
)
def test_an_id_that_may_be_sent(falls):
    assert orders(falls) == []


ENSURE = """
    "use server";
    import {{ auth }} from "../lib/auth";
    import {{ db }} from "../lib/db";
    export async function ensure(input) {{
      {check}
      return db.person.upsert({{ where: {{ externalId: {who} }}, create: {{ externalId: {who}, name: input.name }}, update: {{ name: input.name }} }});
    }}
"""


@pytest.mark.parametrize(
    ("check", "who", "told"),
    [
        ("", "input.externalId", ["missing-session"]),
        ('const session = await auth(); if (!session) throw new Error("no");', "session.user.id", []),
    ],
)
def test_a_row_that_an_id_finds_is_changed_and_not_added(check, who, told):
    assert rules_of(followed({**FILES, "app/actions.ts": ENSURE.format(check=check, who=who)})) == told
