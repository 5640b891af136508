"""Checks that are made when an id was given, what only starts an application, and functions that nobody calls yet.

A helper asked for the company `if (companyId)`, and nearly two hundred findings said that nobody asks: each route has that id in its path.
A demonstration that is filled in when the first request comes was told at each page that asks for the database.
"""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import detect_code


LOUD = {"critical", "high", "medium"}
SCHEMA = """
model User {
  id String @id
  authId String @unique
  workspaces Member[]
}
model Member {
  id String @id
  userId String
  workspace Workspace @relation(fields: [workspaceId], references: [id])
  workspaceId String
}
model Workspace {
  id String @id
  companies Company[]
}
model Company {
  id String @id
  workspaceId String
}
model Buyer {
  id String @id
  name String
  companyId StringOPTIONAL
}
"""
HELPER = """
import { NextResponse } from "next/server";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";
export async function checkPermission(permission: string, companyId?: string) {
  const session = await auth();
  if (!session?.user) return { error: NextResponse.json({}, { status: 401 }) };
  const user = await prisma.user.findUnique({
    where: { authId: session.user.id },
    include: { workspaces: { include: {
      workspace: companyId ? { include: { companies: { where: { id: companyId }, select: { id: true } } } } : true,
    } } },
  });
  if (!user || user.workspaces.length === 0) return { error: NextResponse.json({}, { status: 403 }) };
  let member = user.workspaces[0];
  if (companyId) {
    const found = user.workspaces.find((one) => {
      const workspace = one.workspace as { companies?: { id: string }[] };
      return workspace.companies && workspace.companies.length > 0;
    });
    if (!found) return { error: NextResponse.json({}, { status: 403 }) };
    member = found;
  }
  return { auth: { user, workspaceId: member.workspaceId } };
}
export function isAuthError(result): result is { error: NextResponse } { return "error" in result; }
"""
HEAD = """
import { checkPermission, isAuthError } from "@/lib/permission";
import { prisma } from "@/lib/prisma";
"""
ASKED = 'const result = await checkPermission("VIEW", companyId); if (isAuthError(result)) return result.error;'
BY_PATH = "const { id: companyId, buyerId } = await params;"
SHOWN = "return Response.json(await prisma.buyer.findMany({ where: { companyId } }));"


def loud(files):
    files = {
        "package.json": '{"dependencies": {"next": "15.5.0"}}',
        "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
        "lib/prisma.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n',
        "auth.ts": 'import NextAuth from "next-auth";\nexport const { handlers, auth } = NextAuth({});\n',
        **files,
    }
    return [one for one in detect_code(map_of(files)) if one.severity in LOUD]


def told_of(body, *, path="app/api/companies/[id]/route.ts", optional=""):
    handler = f"export async function GET(request, {{ params }}) {{ {body} }}"
    return loud(
        {
            "prisma/schema.prisma": SCHEMA.replace("OPTIONAL", optional),
            "lib/permission.ts": HELPER,
            path: HEAD + handler,
        }
    )


def test_a_company_in_the_path_is_always_asked_about():
    assert told_of(BY_PATH + ASKED + SHOWN) == []


def test_its_row_by_another_id_is_the_company_s_when_it_was_found_beside_it():
    found = "if (!(await prisma.buyer.findFirst({ where: { id: buyerId, companyId } }))) return new Response();"
    change = 'return Response.json(await prisma.buyer.update({ where: { id: buyerId }, data: { name: "x" } }));'
    path = "app/api/companies/[id]/buyers/[buyerId]/route.ts"
    assert told_of(BY_PATH + ASKED + found + change, path=path) == []
    assert told_of(BY_PATH + ASKED + change, path=path) != []


@pytest.mark.parametrize(
    ("first", "quiet"),
    [
        ("if (!companyId) return new Response(null, { status: 400 });", True),
        ("", False),  # whoever sends none is not asked about any
        ('if (companyId === "all") return new Response(null, { status: 400 });', False),
    ],
)
def test_a_company_in_the_address_is_asked_about_when_it_was_sent(first, quiet):
    sent = 'const companyId = new URL(request.url).searchParams.get("companyId");'
    assert (told_of(sent + first + ASKED + SHOWN, path="app/api/buyers/route.ts") == []) is quiet


def test_a_path_that_may_be_empty_is_not_always_asked_about():
    body = "const { id: companyId } = await params;" + ASKED + SHOWN
    assert told_of(body, path="app/api/companies/[[...id]]/route.ts") != []


@pytest.mark.parametrize(("optional", "quiet"), [("", True), ("?", False)])
def test_the_company_of_a_row_is_asked_about_where_each_row_has_one(optional, quiet):
    body = (
        "const { id } = await params; const buyer = await prisma.buyer.findUnique({ where: { id } });"
        "if (!buyer) return new Response(null, { status: 404 });"
        + ASKED.replace("companyId", "buyer.companyId")
        + 'return Response.json(await prisma.buyer.update({ where: { id }, data: { name: "x" } }));'
    )
    assert (told_of(body, path="app/api/buyers/[id]/route.ts", optional=optional) == []) is quiet


TABLES = """
import { pgTable, text } from "drizzle-orm/pg-core";
export const shops = pgTable("shops", { id: text("id"), name: text("name") });
export const bookings = pgTable("bookings", { id: text("id"), shopId: text("shop_id"), customer: text("customer") });
"""
CLIENT = """
import { drizzle } from "drizzle-orm/node-postgres";
import { bookings, shops } from "@/db/schema";
const kept = globalThis as unknown as { db?: Promise<any> };
async function seed(db) {
  const [shop] = await db.insert(shops).values({ name: "Demo" }).returning();
  await db.insert(bookings).values({ shopId: shop.id, customer: "Dana" });
  await db.update(bookings).set({ customer: "Dana R" });
}
async function init() {
  const db = drizzle(process.env.DATABASE_URL!);
  await seed(db);
  return db;
}
export function getDb() { OPENED }
"""
PAGE = """
import { getDb } from "@/db/client";
import { bookings, shops } from "@/db/schema";
export async function GET() {
  const db = await getDb();
  return Response.json(await db.select({ name: TABLE.NAME }).from(TABLE));
}
"""
ONCE = "kept.db ??= init().catch((error) => { kept.db = undefined; throw error; }); return kept.db;"


@pytest.mark.parametrize(("opened", "quiet"), [(ONCE, True), ("return init();", False)])
def test_what_the_first_request_fills_in_is_not_told_at_each_page(opened, quiet):
    page = PAGE.replace("TABLE.NAME", "shops.name").replace("TABLE", "shops")
    found = loud(
        {"db/schema.ts": TABLES, "db/client.ts": CLIENT.replace("OPENED", opened), "app/api/shops/route.ts": page}
    )
    assert ("bookings" not in " ".join(one.title for one in found)) is quiet


def test_what_comes_after_it_is_read_however_long_it_is():
    long = "\n".join(
        f"  await db.insert(shops).values([{', '.join(['{ name: ' + str(n) + ' }'] * 40)}]);" for n in range(300)
    )
    client = CLIENT.replace("OPENED", ONCE).replace("async function seed(db) {", "async function seed(db) {\n" + long)
    page = PAGE.replace("TABLE.NAME", "bookings.customer").replace("TABLE", "bookings")
    paths = {"tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}'}
    (entry,) = map_of(
        {**paths, "db/schema.ts": TABLES, "db/client.ts": client, "app/api/bookings/route.ts": page}
    ).entries
    assert not entry.truncated
    assert [(query.verb, query.table) for query in entry.queries] == [("select", "bookings")]


SERVICE = """
import { prisma } from "@/lib/prisma";
export async function archive(companyId: string, buyerId: string) {
  await prisma.buyer.update({ where: { id: buyerId }, data: { name: "gone" } });
  return prisma.member.findMany({ where: { companyId } });
}
"""


@pytest.mark.parametrize(
    ("more", "quiet"),
    [
        ({}, True),
        ({"bot/index.ts": 'import { archive } from "@/lib/archive"; archive("a", "b");'}, False),
        ({"bot/index.ts": 'import * as all from "@/lib/archive"; all.archive("a", "b");'}, False),
        ({"lib/index.ts": 'export * from "./archive";'}, False),
        ({"bot/index.ts": 'const all = await import("@/lib/archive"); all.archive("a", "b");'}, False),
        ({"package.json": '{"name": "kit", "main": "lib/archive.js"}'}, False),
    ],
)
def test_a_function_that_no_file_names_is_told_quietly(more, quiet):
    assert (loud({"lib/archive.ts": SERVICE, **more}) == []) is quiet


MIDDLEWARE = """
import { NextResponse } from "next/server";
const open = ["/debug/", "/api/debug-"];
export async function middleware(req) {
  const url = new URL(req.url);
  if (PRODUCTION) {
    const closed = open.some((route) => url.pathname.startsWith(route));
    if (closed) return new NextResponse("{}", { status: 403 });
  }
  return NextResponse.next();
}
"""


@pytest.mark.parametrize(
    ("production", "path", "quiet"),
    [
        ('process.env.NODE_ENV === "production"', "app/api/debug-rows/route.ts", True),
        ('process.env.NODE_ENV === "production"', "app/api/rows-debug/route.ts", False),
        ('process.env.CLOSED === "yes"', "app/api/debug-rows/route.ts", False),
    ],
)
def test_what_the_middleware_refuses_in_production_nobody_reaches(production, path, quiet):
    route = 'import { prisma } from "@/lib/prisma";\nexport async function GET() { return Response.json(await prisma.user.findMany()); }'
    assert (loud({"middleware.ts": MIDDLEWARE.replace("PRODUCTION", production), path: route}) == []) is quiet


BADGE = """
import { prisma } from "@/lib/prisma";
export async function GET(request, { params }) {
  const { userId } = await params;
  const user = await prisma.user.findUnique({ where: { id: userId }, select: { id: true, name: true, FLAG: true } });
  if (!user || !user.FLAG) return new Response(null, { status: 404 });
  return Response.json({ name: user.name, given: await prisma.donation.aggregate({ where: { userId }, _sum: { amount: true } }) });
}
"""


@pytest.mark.parametrize(
    ("flag", "quiet"),
    [("badgeEnabled", True), ("profileVisible", True), ("twoFactorEnabled", False), ("emailVerified", False)],
)
def test_what_somebody_switched_on_for_others_to_see_is_open(flag, quiet):
    assert (loud({"app/api/badge/[userId]/route.ts": BADGE.replace("FLAG", flag)}) == []) is quiet


def test_what_was_made_of_something_that_was_sent_may_be_missing():
    sent = 'const sent = new URL(request.url).searchParams.get("companyId"); if (!sent) return new Response(null, { status: 400 });'
    part = 'const companyId = sent.split("/")[1];'
    assert told_of(sent + part + ASKED + SHOWN, path="app/api/buyers/route.ts") != []
    assert told_of(sent + "const companyId = sent;" + ASKED + SHOWN, path="app/api/buyers/route.ts") == []
    made = "const companyId = (await params).id.split('/')[1];"
    assert told_of(made + ASKED + SHOWN) != []
