"""Ids that are looked up in a map of the caller's own rows are the caller's; people of a table by another name are still people; keys that an insert makes are new."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_action


SCHEMA = """
    model User {
      id    String @id
      goals Goal[]
      @@map("users")
    }
    model Team {
      id     String @id
      userId String
      goals  Goal[]
      @@map("teams")
    }
    model Goal {
      id       String  @id
      userId   String
      targetId String?
      teamId   String?
      team     Team?   @relation(fields: [teamId], references: [id])
      target   User?   @relation(fields: [targetId], references: [id])
    }
"""
MINE = """
    "use server";
    import { db } from "@/lib/db";
    import { requireUser } from "@/lib/session";
    export async function mine() {
      const user = await requireUser();
      await db.user.findMany({ where: { ownerId: user.id } });
      return db.team.findMany({ where: { userId: user.id } });
    }
"""
FILES = {
    "prisma/schema.prisma": SCHEMA,
    "app/mine/actions.ts": MINE,
    "app/mine/form.tsx": '"use client"; import { mine } from "./actions"; export const Mine = () => mine();',
}
OWN = "const rows = await db.team.findMany({ where: { userId: user.id }, select: { id: true } }); const byId = new Map(rows.map((one) => [one.id, one]));"


def told(body):
    return of_action(body, given="input", files=FILES)


def of_each(check):
    gathered = f"const kept = []; for (const each of input.list) {{ const one = byId.get(each.teamId); {check} kept.push({{ teamId: each.teamId }}); }}"
    return f"{OWN} {gathered} await db.$transaction(kept.map((each) => db.goal.create({{ data: {{ userId: user.id, teamId: each.teamId }} }})));"


@pytest.mark.parametrize(
    ("check", "rules"), [('if (!one) throw new Error("Not yours");', []), ("", ["foreign-reference-unchecked"])]
)
def test_what_the_map_does_not_know_is_refused(check, rules):
    assert told(of_each(check)) == rules


@pytest.mark.parametrize(
    ("column", "rules"), [("targetId: input.targetId", []), ("teamId: input.teamId", ["foreign-reference-unchecked"])]
)
def test_a_person_may_be_named(column, rules):
    assert told(f"await db.goal.create({{ data: {{ userId: user.id, {column} }} }});") == rules


@pytest.mark.parametrize(
    ("body", "rules"),
    [
        (
            "return db.apiKey.create({ data: { userId: user.id, name: input.name }, select: { id: true, secretKey: true } });",
            [],
        ),
        (
            "return db.apiKey.findMany({ where: { userId: user.id }, select: { id: true, secretKey: true } });",
            ["overfetch"],
        ),
    ],
)
def test_a_key_that_the_database_made_this_moment(body, rules):
    assert told(body) == rules


HOUSES = "const own = (await db.team.findMany({ where: { userId: user.id }, select: { id: true } })).map((one) => one.id); const { id, kind, other } = input;"
SHOWN = "return db.team.findUnique({ where: { id }, select: { name: true } });"


@pytest.mark.parametrize(
    ("asked", "behind", "rules"),
    [
        ("id && !own.includes(id)", "id", []),
        ("id && !own.includes(id)", 'kind === "open" && id', []),
        ("id && !own.includes(other)", "id", ["id-only-lookup"]),
        ("id && kind && !own.includes(id)", "id", ["id-only-lookup"]),
        ("other && !own.includes(other)", "id", ["id-only-lookup"]),
    ],
)
def test_an_id_that_was_looked_at_where_it_was_sent(asked, behind, rules):
    assert (
        told(f'{HOUSES} if ({asked}) throw new Error("Not yours"); if ({behind}) {{ {SHOWN} }} return null;') == rules
    )
