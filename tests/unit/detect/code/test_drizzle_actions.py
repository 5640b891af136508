"""Server actions over Drizzle: the ways to keep a row to its organization, and those that only look like one."""

from __future__ import annotations

import pytest

from assistant.domain.matrix import SEVERITY_RANK, Severity
from tests.unit.detect.code.rig import followed


FILES = {
    "tsconfig.json": '{"compilerOptions":{"paths":{"@/*":["./*"]}}}',
    "db/schema.ts": """
import { pgTable, text, integer, boolean, uuid } from "drizzle-orm/pg-core";
export const orgs = pgTable("orgs", { id: uuid("id").primaryKey(), name: text("name") });
export const members = pgTable("members", { id: uuid("id").primaryKey(), orgId: uuid("org_id").notNull(), userId: text("user_id").notNull(), role: text("role").notNull() });
export const projects = pgTable("projects", { id: uuid("id").primaryKey(), orgId: uuid("org_id").notNull().references(() => orgs.id), name: text("name") });
export const tasks = pgTable("tasks", { id: uuid("id").primaryKey(), projectId: uuid("project_id").notNull().references(() => projects.id), title: text("title"), assigneeId: text("assignee_id") });
export const files = pgTable("files", { id: uuid("id").primaryKey(), userId: text("user_id").notNull(), key: text("key").notNull() });
""",
    "db/index.ts": """
import { drizzle } from "drizzle-orm/node-postgres";
import { Pool } from "pg";
import * as schema from "./schema";
export const db = drizzle(new Pool(), { schema });
""",
    "lib/auth.ts": """
import { betterAuth } from "better-auth";
import { headers } from "next/headers";
export const auth = betterAuth({});
export async function requireUser() {
  const session = await auth.api.getSession({ headers: await headers() });
  if (!session) throw new Error("401");
  return session.user;
}
export async function requireOrg() {
  const session = await auth.api.getSession({ headers: await headers() });
  if (!session?.session.activeOrganizationId) throw new Error("401");
  return { user: session.user, orgId: session.session.activeOrganizationId };
}
""",
    "app/api/own/route.ts": """
import { db } from "@/db";
import { projects, files, members } from "@/db/schema";
import { eq } from "drizzle-orm";
import { requireUser, requireOrg } from "@/lib/auth";
export async function GET() {
  const u = await requireUser();
  const { orgId } = await requireOrg();
  return Response.json([
    await db.$count(projects, eq(projects.orgId, orgId)),
    await db.$count(files, eq(files.userId, u.id)),
    await db.$count(members, eq(members.userId, u.id)),
  ]);
}
""",
    "app/button.tsx": '"use client";\nimport { act } from "@/app/actions";\nexport const Go = () => <button onClick={() => act("1")} />;',
}
USER = "const u = await requireUser();"
ORG = "const { user, orgId } = await requireOrg();"

BOUND = {
    "select and org": (ORG, "id: string", "", "const [r] = await db.select().from(projects).where(and(eq(projects.id, id), eq(projects.orgId, orgId))).limit(1); return r;"),
    "conds array": (ORG, "id: string", "", "const conds = [eq(projects.id, id)]; conds.push(eq(projects.orgId, orgId)); const [r] = await db.select().from(projects).where(and(...conds)); return r;"),
    "join org": (USER, "id: string", "", "const [r] = await db.select({ p: projects }).from(projects).innerJoin(members, eq(members.orgId, projects.orgId)).where(and(eq(projects.id, id), eq(members.userId, u.id))); return r?.p;"),
    "join checked null": (USER, "id: string", "", """const [r] = await db.select({ p: projects, m: members }).from(projects).leftJoin(members, and(eq(members.orgId, projects.orgId), eq(members.userId, u.id))).where(eq(projects.id, id)); if (!r?.m) throw new Error("404"); return r.p;"""),
    "child via parent join": (ORG, "id: string", "", "const [r] = await db.select({ t: tasks }).from(tasks).innerJoin(projects, eq(tasks.projectId, projects.id)).where(and(eq(tasks.id, id), eq(projects.orgId, orgId))); return r?.t;"),
    "child by id and parent": (ORG, "b: { projectId: string; taskId: string }", "", """const [p] = await db.select().from(projects).where(and(eq(projects.id, b.projectId), eq(projects.orgId, orgId))); if (!p) throw new Error("404"); await db.delete(tasks).where(and(eq(tasks.id, b.taskId), eq(tasks.projectId, p.id)));"""),
    "exists subquery": (USER, "id: string", "", "const [r] = await db.select().from(projects).where(and(eq(projects.id, id), exists(db.select().from(members).where(and(eq(members.orgId, projects.orgId), eq(members.userId, u.id)))))); return r;"),
    "inArray subselect": (USER, "id: string", "", "const mine = db.select({ id: members.orgId }).from(members).where(eq(members.userId, u.id)); const [r] = await db.select().from(projects).where(and(eq(projects.id, id), inArray(projects.orgId, mine))); return r;"),
    "rel query with": (USER, "id: string", "", """const r = await db.query.tasks.findFirst({ where: eq(tasks.id, id), with: { project: { with: { org: { with: { members: true } } } } } }); if (!r?.project.org.members.some((m: any) => m.userId === u.id)) throw new Error("403"); return r;"""),
    "rel query with where": (USER, "id: string", "", """const r = await db.query.tasks.findFirst({ where: eq(tasks.id, id), with: { project: { with: { org: { with: { members: { where: eq(members.userId, u.id) } } } } } } }); if (!r?.project.org.members.length) throw new Error("403"); return r;"""),
    "update returning": (ORG, "b: { id: string; name: string }", "", """const [r] = await db.update(projects).set({ name: b.name }).where(and(eq(projects.id, b.id), eq(projects.orgId, orgId))).returning(); if (!r) throw new Error("404"); return r;"""),
    "insert fk checked": (ORG, "b: { projectId: string; title: string }", "", """const p = await db.query.projects.findFirst({ where: and(eq(projects.id, b.projectId), eq(projects.orgId, orgId)), columns: { id: true } }); if (!p) throw new Error("404"); await db.insert(tasks).values({ id: crypto.randomUUID(), projectId: p.id, title: b.title });"""),
    "insert select": (ORG, "b: { projectId: string; title: string }", "", "await db.insert(tasks).select(db.select({ id: sql`gen_random_uuid()`, projectId: projects.id, title: sql`${b.title}` }).from(projects).where(and(eq(projects.id, b.projectId), eq(projects.orgId, orgId))));"),
    "sql tag own": (USER, "id: string", "", "const r = await db.execute(sql`select * from files where id = ${id} and user_id = ${u.id}`); return r.rows;"),
    "prepared": (USER, "id: string", "", """const q = db.select().from(files).where(and(eq(files.id, sql.placeholder("id")), eq(files.userId, sql.placeholder("uid")))).prepare("f"); const [r] = await q.execute({ id, uid: u.id }); return r;"""),
    "dynamic": (USER, "id: string", "", "let q = db.select().from(files).$dynamic(); q = q.where(eq(files.userId, u.id)); return q.orderBy(desc(files.id));"),
    "tx": (ORG, "id: string", "", """await db.transaction(async (tx) => { const [p] = await tx.select().from(projects).where(and(eq(projects.id, id), eq(projects.orgId, orgId))).for("update"); if (!p) tx.rollback(); await tx.delete(tasks).where(eq(tasks.projectId, id)); await tx.delete(projects).where(eq(projects.id, id)); });"""),
    "zod safeParse": (ORG, "raw: unknown", "", """const p = z.object({ id: z.string().uuid(), name: z.string() }).safeParse(raw); if (!p.success) return { error: "bad" }; const { id, name } = p.data; await db.update(projects).set({ name }).where(and(eq(projects.id, id), eq(projects.orgId, orgId)));"""),
    "org from arg member": (USER, "orgId: string", "", """const m = await db.query.members.findFirst({ where: and(eq(members.orgId, orgId), eq(members.userId, u.id)) }); if (!m) throw new Error("403"); return db.select().from(projects).where(eq(projects.orgId, orgId));"""),
    "bulk reorder own": (ORG, "items: { id: string; name: string }[]", "", "await Promise.all(items.map((i) => db.update(projects).set({ name: i.name }).where(and(eq(projects.id, i.id), eq(projects.orgId, orgId)))));"),
    "file signed own": (USER, "id: string", """import { S3Client, GetObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
const s3 = new S3Client({});""", """const [f] = await db.select().from(files).where(and(eq(files.id, id), eq(files.userId, u.id))); if (!f) throw new Error("404"); return getSignedUrl(s3, new GetObjectCommand({ Bucket: "b", Key: f.key }));"""),
    "better-auth org api": (USER, "orgId: string", """import { auth } from "@/lib/auth";
import { headers } from "next/headers";""", """const ok = await auth.api.hasPermission({ headers: await headers(), body: { organizationId: orgId, permissions: { project: ["read"] } } }); if (!ok.success) throw new Error("403"); return db.select().from(projects).where(eq(projects.orgId, orgId));"""),
    "better-auth getFullOrganization": (USER, "orgId: string", """import { auth } from "@/lib/auth";
import { headers } from "next/headers";""", """const org = await auth.api.getFullOrganization({ headers: await headers(), query: { organizationId: orgId } }); if (!org) throw new Error("403"); return db.select().from(projects).where(eq(projects.orgId, org.id));"""),
}  # fmt: skip
LOOSE = {
    "select by id": (USER, "id: string", "", "const [r] = await db.select().from(projects).where(eq(projects.id, id)); return r;"),
    "conds array optional": (ORG, "id: string", "", "const conds = [eq(projects.id, id)]; if (false as boolean) conds.push(eq(projects.orgId, orgId)); const [r] = await db.select().from(projects).where(and(...conds)); return r;"),
    "join org left": (USER, "id: string", "", "const [r] = await db.select({ p: projects }).from(projects).leftJoin(members, and(eq(members.orgId, projects.orgId), eq(members.userId, u.id))).where(eq(projects.id, id)); return r?.p;"),
    "child by id after parent": (ORG, "b: { projectId: string; taskId: string }", "", """const [p] = await db.select().from(projects).where(and(eq(projects.id, b.projectId), eq(projects.orgId, orgId))); if (!p) throw new Error("404"); await db.delete(tasks).where(eq(tasks.id, b.taskId));"""),
    "rel query with unchecked": (USER, "id: string", "", "const r = await db.query.tasks.findFirst({ where: eq(tasks.id, id), with: { project: { with: { org: { with: { members: { where: eq(members.userId, u.id) } } } } } } }); return r;"),
    "update by id": (ORG, "b: { id: string; name: string }", "", "const [r] = await db.update(projects).set({ name: b.name }).where(eq(projects.id, b.id)).returning(); return r;"),
    "update set whole body": (ORG, "b: any", "", "const [r] = await db.update(projects).set(b).where(and(eq(projects.id, b.id), eq(projects.orgId, orgId))).returning(); return r;"),
    "insert fk unchecked": (ORG, "b: { projectId: string; title: string }", "", "await db.insert(tasks).values({ id: crypto.randomUUID(), projectId: b.projectId, title: b.title });"),
    "sql tag": (USER, "id: string", "", "const r = await db.execute(sql`select * from files where id = ${id}`); return r.rows;"),
    "prepared loose": (USER, "id: string", "", """const q = db.select().from(files).where(eq(files.id, sql.placeholder("id"))).prepare("f"); const [r] = await q.execute({ id }); return r;"""),
    "tx loose": (ORG, "id: string", "", "await db.transaction(async (tx) => { await tx.delete(tasks).where(eq(tasks.projectId, id)); await tx.delete(projects).where(eq(projects.id, id)); });"),
    "zod safeParse loose": (ORG, "raw: unknown", "", """const p = z.object({ id: z.string().uuid(), name: z.string() }).safeParse(raw); if (!p.success) return { error: "bad" }; const { id, name } = p.data; await db.update(projects).set({ name }).where(eq(projects.id, id));"""),
    "formdata fromEntries": (ORG, "fd: FormData", "", "const { id, ...rest } = Object.fromEntries(fd) as any; await db.update(projects).set(rest).where(and(eq(projects.id, id), eq(projects.orgId, orgId)));"),
    "useActionState sig": (ORG, "prev: unknown, fd: FormData", "", """const id = fd.get("id") as string; await db.delete(projects).where(eq(projects.id, id)); return { ok: true };"""),
    "org from arg": (USER, "orgId: string", "", "return db.select().from(projects).where(eq(projects.orgId, orgId));"),
    "org from arg wrong member": (USER, "orgId: string", "", """const m = await db.query.members.findFirst({ where: eq(members.userId, u.id) }); if (!m) throw new Error("403"); return db.select().from(projects).where(eq(projects.orgId, orgId));"""),
    "bulk reorder": (ORG, "items: { id: string; name: string }[]", "", "await Promise.all(items.map((i) => db.update(projects).set({ name: i.name }).where(eq(projects.id, i.id))));"),
    "file signed": (USER, "id: string", """import { S3Client, GetObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
const s3 = new S3Client({});""", """const [f] = await db.select().from(files).where(eq(files.id, id)); return getSignedUrl(s3, new GetObjectCommand({ Bucket: "b", Key: f.key }));"""),
}  # fmt: skip


def told(case: tuple[str, str, str, str]) -> list[str]:
    who, given, imports, body = case
    actions = f"""
"use server";
import {{ db }} from "@/db";
import {{ orgs, members, projects, tasks, files }} from "@/db/schema";
import {{ and, eq, inArray, or, sql, exists, desc }} from "drizzle-orm";
import {{ requireUser, requireOrg }} from "@/lib/auth";
import {{ z }} from "zod";
{imports}
export async function act({given}) {{
  {who}
  {body}
}}
"""
    found = followed({**FILES, "app/actions.ts": actions.lstrip()}).findings
    return [one.title for one in found if SEVERITY_RANK[one.severity] <= SEVERITY_RANK[Severity.MEDIUM]]


@pytest.mark.parametrize("case", BOUND.values(), ids=BOUND)
def test_a_row_that_is_kept_to_its_organization(case):
    assert told(case) == []


@pytest.mark.parametrize("case", LOOSE.values(), ids=LOOSE)
def test_a_row_of_anybodys(case):
    assert told(case)
