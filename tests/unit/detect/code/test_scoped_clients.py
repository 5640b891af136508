"""Applications that keep their people apart in one place: clients that add the tenant, rules of the database, abilities, assertions."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


FILES = {
    "tsconfig.json": '{"compilerOptions":{"paths":{"@/*":["./*"]}}}',
    "lib/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();',
    "lib/auth.ts": """
import NextAuth from "next-auth";
export const { auth, handlers } = NextAuth({ providers: [] });
export async function me() {
  const session = await auth();
  if (!session?.user?.id) throw new Error("401");
  return session.user;
}
""",
    "app/api/mine/route.ts": """
import { prisma } from "@/lib/db";
import { me } from "@/lib/auth";
export async function GET() {
  const user = await me();
  return Response.json(await prisma.doc.findMany({ where: { orgId: user.orgId, userId: user.id } }));
}
""",
}
EXTENDED = """export const forOrg = (orgId) => prisma.$extends({ query: { $allModels: {
  async $allOperations({ args, query }) { args.where = { ...args.where, orgId }; return query(args); } } } });"""
LIVING = """export const living = prisma.$extends({ query: { $allModels: {
  async findFirst({ args, query }) { args.where = { ...args.where, deletedAt: null }; return query(args); } } } });"""
PER_MODEL = """export const forUser = (userId) => prisma.$extends({ query: { doc: {
  async findFirst({ args, query }) { return query({ ...args, where: { ...args.where, userId } }); } } } });"""
WITH_ORG = """export const withOrg = (orgId, work) => prisma.$transaction(async (tx) => {
  await tx.$executeRaw`SELECT set_config('app.org_id', ${orgId}, TRUE)`;
  return work(tx); });"""
ENHANCED = 'import { enhance } from "@zenstackhq/runtime";\nexport const dbFor = (user) => enhance(prisma, { user });'
ABILITY = """import { AbilityBuilder, createMongoAbility, subject } from "@casl/ability";
export { subject };
export function abilityFor(user) {
  const { can, build } = new AbilityBuilder(createMongoAbility);
  can("read", "Doc", { userId: user.id });
  return build(); }"""
LOADED = """export async function load(id, userId) {
  const row = await prisma.doc.findUnique({ where: { id } });
  if (!row) return { ok: false, error: "none" };
  if (row.userId !== userId) return { ok: false, error: "not yours", DATA };
  return { ok: true, data: row }; }"""
ROW = "const row = await prisma.doc.findUniqueOrThrow({ where: { id } });"
ANSWER = "return Response.json(row);"
NO = "return new Response(null, { status: 404 });"

BOUND = {
    "an extension adds the tenant": (EXTENDED, "forOrg", f"const row = await forOrg(user.orgId).doc.findFirst({{ where: {{ id }} }}); {ANSWER}"),
    "an extension of one model": (PER_MODEL, "forUser", f"const row = await forUser(user.id).doc.findFirst({{ where: {{ id }} }}); {ANSWER}"),
    "rules are told who asks": (WITH_ORG, "withOrg", f"const row = await withOrg(user.orgId, (tx) => tx.doc.findFirst({{ where: {{ id }} }})); {ANSWER}"),
    "policies of the schema": (ENHANCED, "dbFor", f"const row = await dbFor(user).doc.findUnique({{ where: {{ id }} }}); {ANSWER}"),
    "an ability asked of the row": (ABILITY, "abilityFor, subject", f'{ROW} if (!abilityFor(user).can("read", subject("Doc", row))) {NO} {ANSWER}'),
    "an ability that refuses": (ABILITY, "abilityFor, subject", f'{ROW} if (abilityFor(user).cannot("read", subject("Doc", row))) {NO} {ANSWER}'),
    "an invariant": ('export { default as invariant } from "tiny-invariant";', "invariant", f"{ROW} invariant(row.userId === user.id); {ANSWER}"),
    "an assertion": ('import assert from "node:assert/strict";\nexport { assert };', "assert", f"{ROW} assert.equal(row.userId, user.id); {ANSWER}"),
    "people of the house by their addresses": (
        "export const HOUSE = ['ann@shop.example', 'bob@shop.example'];",
        "HOUSE",
        f"if (!HOUSE.includes(user.email)) {NO} {ROW} {ANSWER}",
    ),
    "a result that is looked at": (LOADED.replace("DATA", "data: null"), "load", f"const found = await load(id, user.id); if (!found.ok) {NO} return Response.json(found.data);"),
}  # fmt: skip
LOOSE = {
    "an extension adds something else": (LIVING, "living", f"const row = await living.doc.findFirst({{ where: {{ id }} }}); {ANSWER}"),
    "rules are told what the request says": (WITH_ORG, "withOrg", f"const org = new URL(req.url).searchParams.get('org'); const row = await withOrg(org, (tx) => tx.doc.findFirst({{ where: {{ id }} }})); {ANSWER}"),
    "outside of the transaction": (WITH_ORG, "withOrg", f"await withOrg(user.orgId, (tx) => tx.doc.count()); {ROW} {ANSWER}"),
    "an ability asked of the kind": (ABILITY, "abilityFor", f'if (!abilityFor(user).can("read", "Doc")) {NO} {ROW} {ANSWER}'),
    "an invariant that holds for anybody": ('export { default as invariant } from "tiny-invariant";', "invariant", f"{ROW} invariant(row); {ANSWER}"),
    "a result that nobody looks at": (LOADED.replace("DATA", "data: row"), "load", "const found = await load(id, user.id); return Response.json(found.data);"),
}  # fmt: skip


def told(case: tuple[str, str, str]) -> set[str]:
    scope, names, body = case
    route = f"""
import {{ prisma }} from "@/lib/db";
import {{ me }} from "@/lib/auth";
import {{ {names} }} from "@/lib/scope";
export async function GET(req, {{ params }}) {{
  const user = await me();
  const {{ id }} = await params;
  {body}
}}
"""
    files = {
        **FILES,
        "lib/scope.ts": f'import {{ prisma }} from "@/lib/db";\n{scope}',
        "app/api/docs/[id]/route.ts": route,
    }
    return {one.rule for one in followed(files).findings if one.entry == "GET /api/docs/[id]"} & {
        "id-only-lookup",
        "ineffective-guard",
    }


@pytest.mark.parametrize("case", BOUND.values(), ids=BOUND)
def test_what_is_kept_apart_is_left_alone(case):
    assert told(case) == set()


@pytest.mark.parametrize("case", LOOSE.values(), ids=LOOSE)
def test_what_only_looks_kept_apart_is_told(case):
    assert told(case)
