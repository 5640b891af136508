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


def last_of(body: str):
    """The only entry of a small application with that handler body."""
    text = textwrap.dedent("""
        import {{ auth }} from "@/auth";
        import {{ prisma }} from "@/lib/prisma";
        async function isMember(userId, teamId) {{
          return (await prisma.member.findFirstOrThrow({{ where: {{ userId, teamId }} }})) ? true : false;
        }}
        export async function GET(req: Request, {{ params }}) {{
          const session = await auth();
          {body}
        }}
    """).format(body=body)
    return map_of({**FILES, "app/api/teams/[teamId]/jobs/[id]/route.ts": text}).entries[0]


def test_a_read_that_throws_in_a_promise_nobody_awaits_binds_nothing() -> None:
    """The answer is sent before the look-up fails."""
    body = """const team = await prisma.team.findUnique({ where: { id: params.teamId } });
    if (!isMember(session.user.id, team.id)) return new Response("no");
    return Response.json(team);"""
    entry = last_of(body)
    assert entry.queries[0].tie is None
    assert {guard.weakness for guard in entry.guards if guard.kind == "membership"} == {"not-awaited"}
    waiting = last_of(body.replace("!isMember", "!await isMember"))
    assert waiting.queries[0].tie is not None


@pytest.mark.parametrize(("status", "shared"), [("completed", False), ("failed", False), ("published", True)])
def test_how_far_a_job_is_does_not_share_it(status: str, shared: bool) -> None:
    """``status === "completed"`` is progress, ``status === "published"`` is meant for others."""
    entry = last_of(f"""const job = await prisma.job.findUnique({{ where: {{ id: params.id }} }});
    if (job.status !== "{status}") return new Response("not yet");
    return Response.json(job);""")
    assert (entry.queries[-1].tie is not None) is shared


KOA = """
import Router from "koa-router";
import postgres from "postgres";
const sql = postgres(process.env.DATABASE_URL);
const runs = new Router({ prefix: "/runs" });
runs.get("/:id/related", async (ctx) => {
  const related = await sql`select * from run where id = ${ctx.params.id}`;
  ctx.body = related;
});
export default runs;
"""


def test_the_body_of_a_koa_context_is_the_answer() -> None:
    """There is no return and no response object in Koa."""
    entry = map_of({"src/runs.ts": KOA}).entries[0]
    assert entry.queries[0].returned == ("*",)


def test_the_id_that_found_a_row_of_a_relation_is_proven_too():
    """An installation was found below the caller's project and stored; its id was told as anybody's."""
    from assistant.detect.code.run import detect_code

    code = map_of(
        {
            "app/api/connect/route.ts": """
            import { PrismaClient } from "@prisma/client";
            import { auth } from "@clerk/nextjs/server";
            const prisma = new PrismaClient();
            export async function POST(request) {
              const { userId } = await auth();
              if (!userId) return new Response(null, { status: 401 });
              const body = await request.json();
              const project = await prisma.project.findFirst({
                where: { id: body.projectId, userId },
                include: { installations: { where: { installationId: body.installationId } } },
              });
              if (!project || !project.installations[0]) return new Response(null, { status: 404 });
              await prisma.repository.create({ data: { userId, installationId: body.installationId } });
              return Response.json({});
            }"""
        }
    )
    assert [found.rule for found in detect_code(code) if found.rule == "foreign-reference-unchecked"] == []
