"""A profile form was told as writing whatever keys the request has: it wrote those that its own list names."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


ACTION = """
    "use server";
    import { auth } from "@clerk/nextjs/server";
    import { PrismaClient } from "@prisma/client";
    const db = new PrismaClient();
    const ALLOWED = new Set(["name", "bio"]);
    const FIELDS = ["name", "bio"];
    const BLOCKED = ["role"];
    export async function save(input) {
      const { userId } = await auth();
      if (!userId) throw new Error("no");
      %s
      await db.user.update({ where: { id: userId }, data: changes });
    }
    export async function promote(id) {
      const { sessionClaims } = await auth();
      if (sessionClaims.metadata.role !== "admin") throw new Error("no");
      await db.user.update({ where: { id }, data: { role: "admin" } });
    }
"""


def told(made: str) -> list[str]:
    return rules_of(followed({"app/actions.ts": ACTION % made}))


@pytest.mark.parametrize(
    "made",
    [
        "const changes = {}; for (const [key, value] of Object.entries(input)) { if (ALLOWED.has(key)) changes[key] = value; }",
        "const changes = {}; for (const [key, value] of Object.entries(input)) { if (!ALLOWED.has(key)) continue; changes[key] = value; }",
        "const changes = {}; for (const key of Object.keys(input)) { if (FIELDS.includes(key)) changes[key] = input[key]; }",
        "const changes = {}; Object.keys(input).forEach((key) => { if (FIELDS.includes(key)) changes[key] = input[key]; });",
        "const changes = Object.fromEntries(Object.entries(input).filter(([key]) => FIELDS.includes(key)));",
        "const changes = Object.entries(input).reduce((all, [key, value]) => { if (FIELDS.includes(key)) all[key] = value; return all; }, {});",
        "const changes = {}; for (const key of FIELDS) { if (key in input) changes[key] = input[key]; }",
    ],
)
def test_keys_that_the_code_lists_are_no_mass_assignment(made: str) -> None:
    assert told(made) == []


@pytest.mark.parametrize(
    "made",
    [
        "const changes = {}; for (const [key, value] of Object.entries(input)) { changes[key] = value; }",
        "const changes = {}; for (const [key, value] of Object.entries(input)) { if (!BLOCKED.includes(key)) changes[key] = value; }",
        "const changes = Object.fromEntries(Object.entries(input).filter(([key, value]) => value !== undefined));",
        "const changes = Object.fromEntries(Object.entries(input).filter(([key]) => !BLOCKED.includes(key)));",
        "const changes = { ...input };",
    ],
)
def test_keys_that_are_left_out_one_by_one_or_not_at_all_are(made: str) -> None:
    assert told(made) == ["mass-assignment"]
