"""Whoever is an administrator in a house of their own is none in another; whose accounts say so is the application's."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import detect_code


SCHEMA = """
model Member {
  id String @id
  userId String
  organizationId String
  role String
  organization Organization @relation(fields: [organizationId], references: [id])
}
model Organization {
  id String @id
  members Member[]
  projects Project[]
}
model Project {
  id String @id
  organizationId String
  organization Organization @relation(fields: [organizationId], references: [id])
}
model User {
  id String @id
  role String
}
"""
LIST = """
import { auth } from "../../../auth";
import { db } from "../../../db";
export async function GET() {
  const session = await auth();
  if (!session?.user) return new Response(null, { status: 401 });
  const own = await db.member.findFirst({ where: { userId: session.user.id } });
  return Response.json(await db.project.findMany({ where: { organizationId: own.organizationId } }));
}
"""
ONE = """
import { auth } from "../../../../auth";
import { db } from "../../../../db";
export async function DELETE(request, { params }) {
  const session = await auth();
  if (!session?.user) return new Response(null, { status: 401 });
  CHECK
  await db.project.delete({ where: { id: params.id } });
  return new Response(null, { status: 204 });
}
"""
STOP = "return new Response(null, { status: 403 });"
ANY = f'const own = await db.member.findFirst({{ where: {{ userId: session.user.id }} }}); if (own?.role !== "ADMIN") {STOP}'
ASKED = f'const own = await db.member.findFirst({{ where: {{ userId: session.user.id, role: "ADMIN" }} }}); if (!own) {STOP}'
SOME = f'const all = await db.member.findMany({{ where: {{ userId: session.user.id }} }}); if (!all.some((one) => one.role === "ADMIN")) {STOP}'
CHOSEN = f'const own = await db.member.findFirst({{ where: {{ userId: session.user.id, organizationId: session.user.organizationId }} }}); if (own?.role !== "ADMIN") {STOP}'
THERE = f'const it = await db.project.findUnique({{ where: {{ id: params.id }} }}); const own = await db.member.findFirst({{ where: {{ userId: session.user.id, organizationId: it.organizationId }} }}); if (own?.role !== "ADMIN") {STOP}'
SAME = (
    ANY
    + f" const it = await db.project.findUnique({{ where: {{ id: params.id }} }}); if (it.organizationId !== own.organizationId) {STOP}"
)
ACCOUNT = (
    f'const me = await db.user.findUnique({{ where: {{ id: session.user.id }} }}); if (me.role !== "ADMIN") {STOP}'
)
PLATFORM = ANY.replace('"ADMIN"', '"SUPER_ADMIN"')


def told(check: str, schema: str = SCHEMA) -> list[str]:
    files = {
        "package.json": '{"dependencies": {"next": "15.0.0", "@prisma/client": "6.0.0", "next-auth": "5.0.0"}}',
        "prisma/schema.prisma": schema,
        "auth.ts": 'import NextAuth from "next-auth"; export const { auth } = NextAuth({});',
        "db.ts": 'import { PrismaClient } from "@prisma/client"; export const db = new PrismaClient();',
        "app/api/projects/route.ts": LIST,
        "app/api/projects/[id]/route.ts": ONE.replace("CHECK", check),
    }
    return [one.title for one in detect_code(map_of(files)) if one.rule == "id-only-lookup"]


@pytest.mark.parametrize("check", [ANY, ASKED, SOME, CHOSEN])
def test_the_office_of_one_house_opens_no_other(check: str) -> None:
    """Everybody who founds a house is its administrator: each of them deleted the projects of all."""
    (title,) = told(check)
    assert title.startswith("Whoever is ADMIN in a tenant of their own can delete rows of project")


@pytest.mark.parametrize("check", [THERE, SAME, ACCOUNT, PLATFORM])
def test_the_office_of_the_thing_s_own_house_or_of_the_whole_application(check: str) -> None:
    assert told(check) == []


def test_where_nobody_has_a_house_an_administrator_is_one_of_all() -> None:
    alone = SCHEMA.replace("organizationId String", "startedAt String").replace(
        "organization Organization @relation(fields: [organizationId], references: [id])", ""
    )
    assert told(ANY, alone) == []


FILED = """
"use server";
import { createServerClient } from "@supabase/ssr";
import { cookies } from "next/headers";
export async function listProjects() {
  const db = await open();
  const { data } = await db.from("projects").select("*").eq("organization_id", (await cookies()).get("organizationId")?.value);
  return data;
}
async function open() {
  const jar = await cookies();
  return createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY, { cookies: { getAll: () => jar.getAll() } });
}
export async function file(form) {
  const projectId = form.get("projectId");
  const organizationId = TENANT;
  const db = await open();
  CHECK
  await db.from("files").insert({ project_id: projectId, organization_id: organizationId });
}
"""
LOOKED = 'const { data: it } = await db.from("projects").select("organization_id").eq("id", projectId).single(); if (it.organization_id !== organizationId) throw new Error("not here");'
KEPT = '(await cookies()).get("organizationId")?.value'


@pytest.mark.parametrize(
    ("tenant", "check", "found"), [(KEPT, "", True), (KEPT, LOOKED, False), ('form.get("organizationId")', "", False)]
)
def test_the_house_in_a_cookie_is_what_the_rules_look_at(tenant: str, check: str, found: bool) -> None:
    """Policies compare the row's house with the caller; the project beside it may be of any other."""
    files = {"app/actions.ts": FILED.replace("TENANT", tenant).replace("CHECK", check)}
    told = [one for one in detect_code(map_of(files)) if one.rule == "foreign-reference-unchecked"]
    assert [one.where.symbol for one in told if one.where] == (["file"] if found else [])
