"""Members that were read along with a row: a member that is there binds the row and the ids it was found by."""

from __future__ import annotations

import textwrap

import pytest

from assistant.collect.code.map import map_of


FILES = {
    "lib/prisma.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n',
    "auth.ts": 'import NextAuth from "next-auth";\nexport const { handlers, auth } = NextAuth({});\n',
    "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
}
HANDLER = """
import {{ auth }} from "@/auth";
import {{ prisma }} from "@/lib/prisma";
import {{ db }} from "@/lib/drizzle";
const forbidden = (team, user) => {{
  const role = team.members.find((member) => member.userId === user.id)?.role;
  return !role || role === "GUEST";
}};
const roleOf = (userId, members) => members?.find((one) => one.userId === userId)?.role ?? "guest";
export async function DELETE(req: Request, {{ params }}) {{
  const session = await auth();
  if (!session?.user) return new Response("no", {{ status: 401 }});
  {check}
  await prisma.segment.deleteMany({{ where: {{ id: params.id, teamId: params.teamId }} }});
  return Response.json({{}});
}}
"""
DRIZZLE = """
import { drizzle } from "drizzle-orm/node-postgres";
export const db = drizzle(process.env.DATABASE_URL);
"""
ALL = "const team = await prisma.team.findUnique({ where: { id: params.teamId }, include: { members: true } });"
MINE = """const team = await prisma.team.findUnique({
    where: { id: params.teamId }, include: { members: { where: { userId: session.user.id } } } });
  if (!team) return new Response("no");"""
ME = """const user = await prisma.user.findUnique({
    where: { id: session.user.id }, include: { roles: { where: { teamId: params.teamId } } } });
  if (!user) return new Response("no");"""
COUNTED = """const team = await prisma.team.findUnique({ where: { id: params.teamId },
    select: { _count: { select: { members: { where: { userId: session.user.id } } } } } });"""
RELATED = """const team = await db.query.teams.findFirst({ where: (t, { eq }) => eq(t.id, params.teamId),
    with: { members: { where: (m, { eq }) => eq(m.userId, session.user.id) } } });"""


def deletion(check: str):
    """The last query of a handler with that check."""
    text = textwrap.dedent(HANDLER.format(check=check))
    made = map_of({**FILES, "lib/drizzle.ts": DRIZZLE, "app/api/teams/[teamId]/segments/[id]/route.ts": text})
    return made.entries[0].queries[-1]


@pytest.mark.parametrize(
    "check",
    [
        f'{ALL} if (!team || forbidden(team, session.user)) throw new Error("no");',
        f'{ALL} if (roleOf(session.user.id, team?.members) === "guest") throw new Error("no");',
        f"{MINE} if (!team.members[0]) return new Response();",
        f"{MINE} if (team.members.length === 0) return new Response();",
        f'{MINE} if (team.members.at(0)?.role !== "ADMIN") return new Response();',
        f'{MINE} if (!team.members.some((m) => ["ADMIN", "OWNER"].includes(m.role))) return new Response();',
        f"{ME} const role = user.roles[0]; if (!role) return new Response();",
        f"{ME} if (!user.roles.length) return new Response();",
        f"{COUNTED} if (!team?._count.members) return new Response();",
        f'{RELATED} if (team?.members[0]?.role !== "ADMIN") return new Response();',
    ],
)
def test_a_member_that_is_there_proves_the_team(check: str) -> None:
    """Found in a list, counted, or read alone: all of them say that the caller belongs to the team of the path."""
    tie = deletion(check).tie
    assert tie is not None
    assert tie.says == "teamId = path.teamId"


@pytest.mark.parametrize("check", [MINE, ME, f"{ALL} if (!team) return new Response();"])
def test_members_that_nobody_looks_at_prove_nothing(check: str) -> None:
    """The team is there with an empty list of members too."""
    assert deletion(check).tie is None
