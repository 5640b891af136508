"""A membership was looked up as a list, and every stranger was let in: an empty list is there, too."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


AUTH = 'import { getServerSession } from "next-auth";\nexport async function auth() { return getServerSession({}); }'
SCHEMA = """
import { pgTable, uuid } from "drizzle-orm/pg-core";
export const members = pgTable("members", { id: uuid("id").primaryKey(), orgId: uuid("org_id"), userId: uuid("user_id") });
"""
FILES = {
    "lib/auth.ts": AUTH,
    "lib/schema.ts": SCHEMA,
    "lib/prisma.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();',
    "lib/pool.ts": 'import { Pool } from "pg";\nexport const pool = new Pool();',
    "lib/drizzle.ts": 'import { drizzle } from "drizzle-orm/node-postgres";\nexport const db = drizzle(process.env.DATABASE_URL);',
    "lib/admin.ts": 'import { createClient } from "@supabase/supabase-js";\nexport const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);',
}
ROUTE = """
import {{ and, eq }} from "drizzle-orm";
import {{ auth }} from "../../../lib/auth";
import {{ prisma }} from "../../../lib/prisma";
import {{ pool }} from "../../../lib/pool";
import {{ db }} from "../../../lib/drizzle";
import {{ admin }} from "../../../lib/admin";
import {{ members }} from "../../../lib/schema";
export async function GET(request) {{
  const session = await auth();
  if (!session?.user) return new Response(null, {{ status: 401 }});
  const me = session.user.id;
  const orgId = request.nextUrl.searchParams.get("orgId");
  const {looked};
  if ({test}) return new Response(null, {{ status: 403 }});
  return Response.json(await prisma.invoice.findMany({{ where: {{ orgId }} }}));
}}
"""
PRISMA = "mine = await prisma.membership.findMany({ where: { orgId, userId: me } })"
ONE = "mine = await prisma.membership.findFirst({ where: { orgId, userId: me } })"
DRIZZLE = "mine = await db.select().from(members).where(and(eq(members.orgId, orgId), eq(members.userId, me)))"
FIRST = DRIZZLE.replace("mine", "[mine]", 1)
SUPABASE = '{ data: mine } = await admin.from("memberships").select("id").eq("org_id", orgId).eq("user_id", me)'
PG = '{ rows: mine } = await pool.query("select 1 from memberships where org_id = $1 and user_id = $2", [orgId, me])'


def _told(looked: str, test: str, before: str = "") -> list[tuple[str, str]]:
    files = {**FILES, "app/api/invoices/route.ts": before + ROUTE.format(looked=looked, test=test)}
    return [(one.rule, dict(one.facts).get("weakness", "")) for one in followed(files).findings]


@pytest.mark.parametrize("looked", [PRISMA, DRIZZLE, SUPABASE, PG, SUPABASE + ".limit(1)"])
@pytest.mark.parametrize("test", ["!mine", "mine === null", "mine == undefined"])
def test_an_empty_list_is_there(looked, test):
    assert _told(looked, test) == [("ineffective-guard", "empty-list")]


@pytest.mark.parametrize("looked", [PRISMA, DRIZZLE, SUPABASE, PG])
@pytest.mark.parametrize("test", ["!mine?.length", "!mine || mine.length === 0", "!mine[0]", "mine.length < 1"])
def test_a_list_that_is_looked_into(looked, test):
    assert _told(looked, test) == []


@pytest.mark.parametrize("looked", [ONE, FIRST, SUPABASE + ".maybeSingle()", f"mine = (await {PRISMA[13:]})[0]"])
def test_one_row(looked):
    assert _told(looked, "!mine") == []


OF_MINE = "mine = (await prisma.user.findUnique({ where: { id: me }, include: { memberships: true } })).memberships"


@pytest.mark.parametrize(
    ("test", "told"),
    [
        ("!mine.filter((one) => one.orgId === orgId)", ["ineffective-guard"]),
        ("!mine.filter((one) => one.orgId === orgId).length", []),
        ("!mine.find((one) => one.orgId === orgId)", []),
        ("!mine.filter((one) => one.orgId === orgId)[0]", []),
    ],
)
def test_what_a_filter_leaves_is_a_list(test, told):
    assert [rule for rule, _ in _told(OF_MINE, test)] == told


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ("{ archived: false }", True),
        ("{ deletedAt: null }", True),
        ("{ isActive: true }", True),
        ("{ isPublic: true }", False),
        ("{ isTemplate: true }", False),
        ("{ archived: true }", False),
    ],
)
def test_what_nearly_every_row_is_binds_nobody(other, told):
    own = "{ org: { members: { some: { userId: me } } } }"
    looked = f"found = await prisma.project.findFirst({{ where: {{ id: orgId, OR: [{own}, {other}] }} }})"
    files = ROUTE.format(looked=looked, test="!found").replace("prisma.invoice.findMany({ where: { orgId } })", "found")
    assert bool(followed({**FILES, "app/api/invoices/route.ts": files}).findings) is told


def test_rows_that_are_only_looked_for_are_no_check():
    own = "mine = await prisma.note.findMany({ where: { userId: me } })"
    files = ROUTE.format(looked=own, test="!mine").replace("where: { orgId }", "where: { userId: me }")
    assert followed({**FILES, "app/api/invoices/route.ts": files}).findings == ()
