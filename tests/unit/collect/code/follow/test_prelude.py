"""A wrapper that hundreds of handlers share is followed once up to its handler, and no entry may be told anything else for that."""

from __future__ import annotations

import pytest

from assistant.collect.code.entries import called_from_outside
from assistant.collect.code.follow.entry import follow
from assistant.collect.code.follow.run import Run
from assistant.collect.code.follow.world import World
from tests.unit.collect.code.repository import program


TEAM = """
import { prisma } from "@/lib/prisma";
import { getSession } from "@/lib/session";
import { logged } from "@/lib/logged";
const audit = (line) => prisma.audit.create({ data: { line } });
export const withTeam = (handler, { roles = ["member"], plan } = {}) => logged(async (req, { params }) => {
  const seen = {};
  const { teamId } = await params;
  try {
    if (["/teams/public"].includes(req.nextUrl.pathname)) return await handler({ req, team: null, seen });
    const session = await getSession();
    if (!session?.user?.id) throw new Error("nobody is signed in");
    seen.user = session.user.id;
    const team = await prisma.team.findFirst({ where: { id: teamId, members: { some: { userId: session.user.id } } } });
    if (!team) throw new Error("no such team");
    const member = await prisma.member.findFirst({ where: { teamId: team.id, userId: session.user.id } });
    if (plan && team.plan !== plan) return Response.json({ error: "upgrade" }, { status: 402 });
    if (!roles.includes(member.role)) throw new Error("not your role");
    const answer = await handler({ req, team, session, seen });
    await audit(seen.line);
    return answer;
  } catch (error) {
    return Response.json({ error: error.message }, { status: 403 });
  }
});
"""
FILES = {
    "package.json": {"dependencies": {"next": "15.0.0", "next-auth": "4.0.0", "@prisma/client": "6.0.0"}},
    "tsconfig.json": {"compilerOptions": {"paths": {"@/*": ["./*"]}}},
    "lib/prisma.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n',
    "lib/session.ts": (
        'import { getServerSession } from "next-auth";\nimport { options } from "./options";\n'
        "export const getSession = () => getServerSession(options);\n"
    ),
    "lib/options.ts": "export const options = {};\n",
    "lib/logged.ts": (
        "export const logged = (inner) => async (req, context) => {\n  const began = Date.now();\n"
        "  const answer = await inner(req, context);\n  console.info(req.url, Date.now() - began);\n  return answer;\n};\n"
    ),
    "lib/team.ts": TEAM,
}
HANDLERS = {
    "notes": "withTeam(async ({ team }) => Response.json(await prisma.note.findMany({ where: { teamId: team.id } })))",
    "files": "withTeam(async ({ req }) => Response.json(await prisma.file.findMany({ where: { teamId: await req.json() } })))",
    "keys": 'withTeam(async ({ team }) => Response.json(await prisma.key.findMany({ where: { teamId: team.id } })), { roles: ["owner"] })',
    "bills": 'withTeam(async ({ team, seen }) => { seen.line = team.id; seen.user = null; return Response.json(seen) }, { plan: "pro" })',
    "who": "withTeam(async ({ seen }) => Response.json(await prisma.user.findUnique({ where: { id: seen.user } })))",
    "gone": "withTeam(async ({ req }) => { await prisma.note.delete({ where: { id: (await req.json()).id } }); return new Response() })",
    "mine": "withTeam(handler)",
    "last": "withTeam(async ({ session }) => Response.json(await prisma.note.findMany({ where: { userId: session.user.id } })))",
}


def _route(handler: str) -> str:
    return (
        'import { withTeam } from "@/lib/team";\nimport { prisma } from "@/lib/prisma";\n'
        f"const handler = async () => Response.json(await prisma.secret.findMany());\nexport const GET = {handler};\n"
    )


def _files(handlers: dict[str, str], path: str = "app/api/teams/[teamId]") -> dict[str, str | dict]:
    return FILES | {f"{path}/{name}/route.ts": _route(handler) for name, handler in handlers.items()}


def _followed(files, *, apart: bool):
    known = program(files)
    world = World(known, lambda world: Run(world, "", quiet=True, steps=20_000))
    out = {}
    for point in sorted(called_from_outside(known), key=lambda point: point.module):
        if apart:
            world.preludes.clear()
        out[point.id], _ = follow(world, point)
    return out, [one for one in world.preludes.values() if one.moments]


def test_each_entry_is_told_what_it_would_be_told_alone():
    together, kept = _followed(_files(HANDLERS), apart=False)
    alone, none = _followed(_files(HANDLERS), apart=True)
    assert len(kept) == 1
    assert not none
    assert len(together) == len(HANDLERS)
    assert together == alone


def test_what_one_handler_does_to_the_context_is_not_seen_by_the_next():
    entries, _ = _followed(_files(HANDLERS), apart=False)
    (asked,) = [one for one in entries["GET /api/teams/[teamId]/who"].queries if one.table == "user"]
    assert [origin.kind for each in asked.filters for origin in each.origins] == ["caller"]


def test_the_places_are_those_of_its_own_file():
    entries, _ = _followed(_files(HANDLERS), apart=False)
    for name in HANDLERS:
        entry = entries[f"GET /api/teams/[teamId]/{name}"]
        assert {one.reached_at.file for one in entry.queries} == {entry.place.file}, name


def test_a_handler_whose_path_the_wrapper_lets_through_is_followed_by_itself():
    files = _files(HANDLERS) | _files({"public": HANDLERS["notes"]}, "app/teams")
    together, kept = _followed(files, apart=False)
    alone, _ = _followed(files, apart=True)
    assert kept
    assert together == alone


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("const seen = {};", "const seen = { roles };"),  # looks at an option at once
        ("const seen = {};", "const seen = {}; const line = () => handler.name;"),
        ("const seen = {};", "const seen = {}; for (const one of [1, 2, 3]) { await audit(one); }"),
        ("if (plan &&", "if (team.open) { await audit(team.id); if (team.free) return handler({ req, team, seen }); }\n    if (plan &&"),
        ("const answer = await handler(", "const answer = await [1, 2].map(() => handler)[0]("),
        ('throw new Error("no such team")', "return Response.json(null)"),
        ("} catch (error) {", "} catch (error) {\n    if (error.open) return handler({ req });"),
    ],
)  # fmt: skip
def test_wrappers_of_other_forms(before, after):
    files = _files(HANDLERS)
    assert before in files["lib/team.ts"]
    files["lib/team.ts"] = files["lib/team.ts"].replace(before, after)
    together, _ = _followed(files, apart=False)
    alone, _ = _followed(files, apart=True)
    assert together == alone


def test_an_entry_that_does_not_come_back_is_followed_from_its_beginning():
    files = _files(HANDLERS)
    alone, _ = _followed(files, apart=True)
    known = program(files)
    world = World(known, lambda world: Run(world, "", quiet=True, steps=20_000))
    tampered = 0
    for point in sorted(called_from_outside(known), key=lambda point: point.module):
        for one in world.preludes.values():
            if one.moments and not tampered:
                tampered = len(one.spots)
                one.spots = tuple(
                    spot._replace(turn=7) for spot in one.spots
                )  # no statement is ever gone through so often
        assert follow(world, point)[0] == alone[point.id]
    assert tampered > 1
    assert not any(one.moments for one in world.preludes.values())


_SERVER = """
import { Hono } from "hono";
import { PrismaClient } from "@prisma/client";
const prisma = new PrismaClient();
const app = new Hono();
const known = { tier: "free" };
const signedIn = async (c, next) => {
  const token = c.req.header("x-session");
  const session = await prisma.session.findUnique({ where: { token } });
  if (!session) return c.json({ error: "sign in" }, 401);
  c.set("user", session.userId);
  await next();
};
const inTeam = async (c, next) => {
  const row = await prisma.member.findFirst({ where: { teamId: c.req.param("team"), userId: c.get("user") } });
  if (!row) return c.json({ error: "no such team" }, 404);
  await next();
};
app.get("/open", async (c) => c.json(await prisma.price.findMany()));
app.use("/:team/*", signedIn, inTeam);
app.get("/:team/notes", async (c) => c.json(await prisma.note.findMany({ where: { teamId: c.req.param("team") } })));
app.get("/:team/keys", async (c) => { known.tier = c.req.query("tier"); return c.json(await prisma.key.findMany()) });
app.get("/:team/plan", async (c) => c.json(await prisma.plan.findMany({ where: { tier: known.tier } })));
app.get("/:team/mine", async (c) => c.json(await prisma.note.findMany({ where: { userId: c.get("user") } })));
export default app;
"""


def test_middleware_before_many_handlers_of_a_file_is_gone_through_once():
    files = {"package.json": {"dependencies": {"hono": "4.0.0", "@prisma/client": "6.0.0"}}, "src/server.ts": _SERVER}
    together, kept = _followed(files, apart=False)
    alone, _ = _followed(files, apart=True)
    assert len(together) == 5
    assert kept
    assert together == alone


def test_what_a_request_put_into_an_object_of_the_module_is_not_told_of_the_next_entry():
    files = {"package.json": {"dependencies": {"hono": "4.0.0", "@prisma/client": "6.0.0"}}, "src/server.ts": _SERVER}
    together, _ = _followed(files, apart=False)
    (plan,) = [one for entry in together.values() for one in entry.queries if one.table == "plan"]
    assert {origin.kind for each in plan.filters for origin in each.origins} == {"constant"}


def test_guards_that_one_function_made_at_the_top_of_a_module_keep_their_own_roles():
    guard = """
import { prisma } from "@/lib/prisma";
import { getSession } from "@/lib/session";
const guardFor = (role) => (handler) => async (req) => {
  const session = await getSession();
  if (!session?.user?.id) return Response.json(null, { status: 401 });
  const member = await prisma.member.findFirst({ where: { userId: session.user.id } });
  if (member?.role !== role) return Response.json(null, { status: 403 });
  return handler(req);
};
export const withAdmin = guardFor("admin");
export const withGuest = guardFor("guest");
"""
    route = (
        'import { withAdmin, withGuest } from "@/lib/guard";\nimport { prisma } from "@/lib/prisma";\n'
        "export const GET = %s(async () => Response.json(await prisma.note.findMany()));\n"
    )
    guards = ["withAdmin", "withAdmin", "withGuest", "withAdmin", "withGuest", "withAdmin"]
    files = FILES | {"lib/guard.ts": guard}
    files |= {f"app/api/n{n}/route.ts": route % one for n, one in enumerate(guards)}
    together, kept = _followed(files, apart=False)
    alone, _ = _followed(files, apart=True)
    assert kept
    roles = [[role for one in entry.guards for role in one.roles] for entry in together.values()]
    assert roles == [[one.removeprefix("with").lower()] for one in guards]
    assert together == alone


_EXPRESS = """
const express = require("express");
const { PrismaClient } = require("@prisma/client");
const prisma = new PrismaClient();
const app = express();
const inTeam = async (req, res, next) => {
  const session = await prisma.session.findUnique({ where: { token: req.cookies.session } });
  if (!session) return res.status(401).end();
  if (req.params.team) {
    const row = await prisma.member.findFirst({ where: { teamId: req.params.team, userId: session.userId } });
    if (!row) return res.status(403).end();
  }
  next();
};
app.use(inTeam);
app.get("/:team/notes", async (req, res) => res.json(await prisma.note.findMany({ where: { teamId: req.params.team } })));
app.get("/:team/keys", async (req, res) => res.json(await prisma.key.findMany({ where: { teamId: req.params.team } })));
app.get("/:team/bills", async (req, res) => res.json(await prisma.bill.findMany({ where: { teamId: req.params.team } })));
app.get("/everything", async (req, res) => res.json(await prisma.note.findMany({ where: { teamId: req.query.team } })));
module.exports = app;
"""


def test_what_middleware_asks_of_a_segment_is_answered_for_each_route():
    files = {"package.json": {"dependencies": {"express": "4.0.0", "@prisma/client": "6.0.0"}}, "src/app.js": _EXPRESS}
    together, kept = _followed(files, apart=False)
    alone, _ = _followed(files, apart=True)
    assert len(together) == 4
    assert kept
    assert together == alone
