"""Permissions that are rows: on the project, its team or its organization, for oneself or a group; asked by functions that ask others."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import detect_code


SETUP = """
import { initTRPC, TRPCError } from "@trpc/server";
import { getServerSession } from "next-auth";
import { PrismaClient } from "@prisma/client";
export const createContext = async ({ req, res }) => ({ session: await getServerSession(req, res, {}), prisma: new PrismaClient() });
const t = initTRPC.context<typeof createContext>().create();
export const router = t.router;
export const procedure = t.procedure.use(AUDITED({ ctx, next, input }) => {
  if (!ctx.session?.user) throw new TRPCError({ code: "UNAUTHORIZED" });
  return next({ ctx: { session: { ...ctx.session, user: ctx.session.user } } });
});
"""
ROUTER = """
import { z } from "zod";
import { router, procedure } from "./trpc";
import { checkProject } from "./rbac";
export const notes = router({
  list: procedure.input(z.object({ projectId: z.string() })).use(checkProject("notes:view")).query(({ ctx, input }) =>
    ctx.prisma.note.findMany({ where: { projectId: input.projectId } })),
});
"""
RBAC = """
import { TRPCError } from "@trpc/server";
const DEMO = ["notes:view"];
export const checkProject = (permission) => async ({ ctx, input, next }) => {
  const { permitted, organizationRole } = await resolve(ctx, input.projectId, permission);
  if (!permitted) {
    if (organizationRole === "EXTERNAL") throw new TRPCError({ code: "UNAUTHORIZED", message: "not for guests" });
    throw new TRPCError({ code: "UNAUTHORIZED" });
  }
  return next();
};
function isDemo(projectId, permission) {
  if (!projectId || projectId !== process.env.DEMO_PROJECT_ID) return OTHERS;
  return DEMO.includes(permission);
}
async function resolve(ctx, projectId, permission) {
  if (isDemo(projectId, permission)) return { permitted: true, organizationRole: null };
  const project = await ctx.prisma.project.findUnique({
    where: { id: projectId }, select: { team: { select: { id: true, organizationId: true } } },
  });
  const teamId = project?.team.id, organizationId = project?.team.organizationId;
  if (!teamId || !organizationId) return { permitted: false, organizationRole: null };
  const permitted = await bindings({
    prisma: ctx.prisma, userId: ctx.session.user.id, organizationId,
    scopes: [{ scopeId: projectId }, { scopeId: teamId }, { scopeId: organizationId }],
  });
  return { permitted, organizationRole: null };
}
async function bindings({ prisma, userId, organizationId, scopes }) {
  const groups = await prisma.groupMembership.findMany({ where: { userId, group: { organizationId } }, select: { groupId: true } });
  const groupIds = groups.map((one) => one.groupId);
  const found = await prisma.roleBinding.findMany({
    where: { organizationId, scopeId: { in: scopes.map((one) => one.scopeId) }, WHOSE },
  });
  if (found.length === 0) return false;
  for (const binding of found) {
    if (binding.role === "ADMIN") return true;
  }
  return false;
}
"""
MINE = "OR: [{ userId }, ...(groupIds.length > 0 ? [{ groupId: { in: groupIds } }] : [])]"


def rules(rbac: str, setup: str = SETUP.replace("AUDITED", "async ")) -> set[str]:
    return {
        finding.rule
        for finding in detect_code(map_of({"server/trpc.ts": setup, "server/rbac.ts": rbac, "server/notes.ts": ROUTER}))
    }


@pytest.mark.parametrize(
    ("whose", "others", "found"),
    [
        (MINE, "false", set()),
        ("archivedAt: null", "false", {"id-only-lookup"}),  # there are bindings, of whomever
        (MINE, "true", {"id-only-lookup"}),  # every project but the demo is open
    ],
)
def test_a_binding_on_the_project_or_above_it(whose: str, others: str, found: set[str]) -> None:
    """Six hundred procedures of one application stood open behind the check that all of them use."""
    assert rules(RBAC.replace("WHOSE", whose).replace("OTHERS", others)) == found


@pytest.mark.parametrize(
    ("looked", "found"),
    [("where: { id: projectId }, select", set()), ("where: { slug: 'main' }, select", {"id-only-lookup"})],
)
def test_what_stands_above_the_project_was_found_by_it(looked: str, found: set[str]) -> None:
    """A binding on the id that was sent or on another organization, which everybody has, says nothing of the id."""
    some = RBAC.replace("where: { id: projectId }, select", looked).replace('if (binding.role === "ADMIN") ', "")
    assert rules(some.replace("WHOSE", MINE).replace("OTHERS", "false")) == found


HELPER = """
import { db } from "@/lib/db";
async function isMember(userId, teamId) {
  return (await db.member.findFirst({ where: { userId, teamId } })) !== null;
}
export async function mayRead(user, teamId, settings) {
  if (settings.closed) return false;
  return isMember(WHO, teamId);
}
"""
ROUTE = """
import { auth } from "@/auth";
import { db } from "@/lib/db";
import { mayRead } from "@/lib/access";
export async function GET(request, { params }) {
  const session = await auth();
  if (!session) return new Response(null, { status: 401 });
  if (!(await mayRead(session.user, params.teamId, request.nextUrl))) return new Response(null, { status: 403 });
  return Response.json(await db.note.findMany({ where: { teamId: params.teamId } }));
}
"""


@pytest.mark.parametrize(("who", "found"), [("user.id", set()), ("settings.userId", {"id-only-lookup"})])
def test_the_answer_of_another_function_handed_on(who: str, found: set[str]) -> None:
    """``return isMember(…)`` of an async function, beside another way out of it, is what it gives once somebody awaits it."""
    files = {
        "auth.ts": 'import NextAuth from "next-auth"; export const { auth } = NextAuth({});',
        "lib/db.ts": 'import { PrismaClient } from "@prisma/client"; export const db = new PrismaClient();',
        "lib/access.ts": HELPER.replace("WHO", who),
        "app/api/teams/[teamId]/notes/route.ts": ROUTE,
        "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
    }
    assert {one.rule for one in detect_code(map_of(files))} & {"id-only-lookup", "missing-session"} == found


AUDITED = """async ({ ctx, next, input }) => {
  const said = await next();
  await ctx.prisma.auditLog.create({ data: { userId: ctx.session?.user.id, organizationId: input.organizationId, path: "notes" } });
  return said;
}).use(async """


def test_a_note_of_what_was_asked_for_links_nothing() -> None:
    """Each of five hundred procedures "links auditLog to any organization": the middleware in front of them writes down what was sent."""
    setup = SETUP.replace("AUDITED", AUDITED)
    rbac = RBAC.replace("WHOSE", MINE).replace("OTHERS", "false")
    assert rules(rbac, setup) == set()
    assert rules(rbac, setup.replace("auditLog", "invitation")) == {"foreign-reference-unchecked"}


SERVER = """
import { Controller, Injectable, Module, Post, Body, Req, UseGuards, CanActivate, ExecutionContext, ForbiddenException } from "@nestjs/common";
import { auth } from "./auth";
import { RecordsService } from "./records.service";
@Injectable()
export class PermissionGuard implements CanActivate {
  async canActivate(context: ExecutionContext) {
    const request = context.switchToHttp().getRequest();
    const session = await auth.api.getSession({ headers: request.headers });
    if (!session) throw new ForbiddenException();
    request.organizationId = session.session.activeOrganizationId;
    const said = await auth.api.hasPermission({ headers: request.headers, body: { permissions: { record: ["create"] } } });
    if (!said.success) throw new ForbiddenException();
    return true;
  }
}
@Controller("records")
@UseGuards(PermissionGuard)
export class RecordsController {
  constructor(private readonly service: RecordsService) {}
  @Post()
  async create(@Req() request, @Body() dto) { return this.service.create(request.organizationId, dto); }
}
@Module({ controllers: [RecordsController], providers: [RecordsService] })
export class RecordsModule {}
"""
SERVICE = """
import { Injectable } from "@nestjs/common";
import { PrismaClient } from "@prisma/client";
const db = new PrismaClient();
@Injectable()
export class RecordsService {
  policies(organizationId: string) { return db.policy.findMany({ where: { organizationId } }); }
  async create(organizationId: string, dto) {
    const { name, policyIds } = dto;
    CHECK
    return db.record.create({ data: { name, organizationId, policies: policyIds ? { connect: policyIds.map((id) => ({ id })) } : undefined } });
  }
}
"""
ASKED = """const own = await db.policy.findMany({ where: { id: { in: policyIds }, organizationId } });
    if (own.length !== policyIds.length) throw new Error("not yours");"""


@pytest.mark.parametrize(("check", "found"), [("", True), (ASKED, False)])
def test_a_permission_in_ones_own_house_proves_no_id(check: str, found: bool) -> None:
    """The service was told whose house it is, and could have asked; what the guard proved is the house that the session chose."""
    files = {
        "src/auth.ts": 'import { betterAuth } from "better-auth"; export const auth = betterAuth({});',
        "src/records.controller.ts": SERVER,
        "src/records.service.ts": SERVICE.replace("CHECK", check),
        "src/lists.controller.ts": SERVER.replace("RecordsController", "ListsController")
        .replace('@Controller("records")', '@Controller("policies")')
        .replace("this.service.create(request.organizationId, dto)", "this.service.policies(request.organizationId)"),
    }
    told = [one for one in detect_code(map_of(files)) if one.rule == "foreign-reference-unchecked"]
    assert [(one.where.file, one.where.symbol) for one in told if one.where] == (
        [("src/records.service.ts", "create")] if found else []
    )
