"""The condition on the owner is there, and whoever asks for all rows says so: it was left out, replaced or undefined on their way."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_action, of_route
from tests.unit.detect.code.test_one_of_the_listed import OWNED


SCHEMA = """
    import { pgTable, text } from "drizzle-orm/pg-core";
    export const invoices = pgTable("invoices", { id: text("id").primaryKey(), userId: text("user_id").notNull() });
    export const members = pgTable("members", { id: text("id").primaryKey(), userId: text("user_id").notNull(), teamId: text("team_id") });
"""
CLIENT = """
    import { drizzle } from "drizzle-orm/postgres-js";
    export const sqlDb = drizzle(process.env.DATABASE_URL);
"""
KYSELY = """
    import { Kysely } from "kysely";
    export const ky = new Kysely({ dialect: process.env.DATABASE_URL });
"""
HEAD = """
    import { and, eq, exists, inArray } from "drizzle-orm";
    import { invoices, members } from "@/db/schema";
    import { sqlDb } from "@/lib/sql";
    import { ky } from "@/lib/ky";
"""
ALL = "sqlDb.select().from(invoices)"
KY = 'ky.selectFrom("invoices").selectAll()'
FILES = {**OWNED, "db/schema.ts": SCHEMA, "lib/sql.ts": CLIENT, "lib/ky.ts": KYSELY}


def heard(body):
    return of_action(body, head=HEAD, files=FILES)


@pytest.mark.parametrize(
    "body",
    [
        "const where = { id }; if (input.mine) where.userId = user.id; return db.invoice.findMany({ where });",
        "return db.invoice.findMany({ where: { userId: input.all ? undefined : user.id } });",
        "return db.invoice.findMany({ where: { id, ...(input.mine ? { userId: user.id } : {}) } });",
        "return db.invoice.findMany({ where: { id, ...(input.mine && { userId: user.id }) } });",
        "return db.invoice.findMany({ where: { userId: user.id, ...input.where } });",
        "let where = { userId: user.id }; if (input.all) where = {}; return db.invoice.findMany({ where });",
        "const where = { userId: user.id }; for (const [key, value] of Object.entries(input.where)) where[key] = value; return db.invoice.findMany({ where });",
        "return db.invoice.findMany({ where: { AND: [{ id }, ...(input.mine ? [{ userId: user.id }] : [])] } });",
        "return db.invoice.findMany({ where: input.team ? { teamId: input.team } : { userId: user.id } });",
        f"const asked = [eq(invoices.id, id)]; if (input.mine) asked.push(eq(invoices.userId, user.id)); return {ALL}.where(and(...asked));",
        f"return {ALL}.where(and(eq(invoices.id, id), input.all ? undefined : eq(invoices.userId, user.id)));",
        f"return {ALL}.$dynamic().where(eq(invoices.userId, user.id)).where(eq(invoices.id, id));",
        f"return {ALL}.where(and(eq(invoices.id, id), exists(sqlDb.select().from(members).where(eq(members.userId, user.id)))));",
        f'let asked = {KY}.where("id", "=", id); if (input.mine) asked = asked.where("userId", "=", user.id); return asked.execute();',
        'await ky.transaction().execute(async (tx) => { await tx.deleteFrom("invoices").where("id", "=", id).execute(); });',
    ],
)
def test_somebody_elses_rows_are_found(body):
    assert heard(body)


@pytest.mark.parametrize(
    "body",
    [
        "const where = { userId: user.id }; if (input.id) where.id = input.id; return db.invoice.findMany({ where });",
        "const where = { id }; if (user.role !== 'superadmin') where.userId = user.id; return db.invoice.findMany({ where });",
        "return db.invoice.findMany({ where: { ...input.where, userId: user.id } });",
        "let where = { userId: user.id }; if (input.mine) where = { ...where, total: 1 }; return db.invoice.findMany({ where });",
        "let asked = ky.selectFrom('invoices').selectAll(); if (user.role !== 'superadmin') asked = asked.where('userId', '=', user.id); return asked.execute();",
        "return db.invoice.findMany({ where: { userId: user.id, ...(input.id ? { id: input.id } : {}) } });",
        f"const asked = [eq(invoices.userId, user.id)]; if (input.id) asked.push(eq(invoices.id, input.id)); return {ALL}.where(and(...asked));",
        f"return {ALL}.where(and(eq(invoices.userId, user.id), input.id ? eq(invoices.id, input.id) : undefined));",
        f"return {ALL}.where(and(eq(invoices.id, id), exists(sqlDb.select().from(members).where(and(eq(members.id, invoices.userId), eq(members.userId, user.id))))));",
        f'const mine = sqlDb.$with("mine").as({ALL}.where(eq(invoices.userId, user.id))); return sqlDb.with(mine).select().from(mine).where(eq(mine.id, id));',
        f'return {KY}.where("id", "=", id).where("userId", "in", (eb) => eb.selectFrom("members").select("id").where("userId", "=", user.id)).execute();',
        "await sqlDb.insert(invoices).values({ id, userId: user.id }).onConflictDoUpdate({ target: invoices.id, set: { paid: true }, setWhere: eq(invoices.userId, user.id) });",
    ],
)
def test_their_own_are_found(body):
    assert heard(body) == []


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("session?.user?.id", True),
        ("session?.user?.id!", True),
        ("session.user.id", False),
        ('session?.user?.id ?? ""', False),
    ],
)
def test_nobody_is_signed_in_and_the_condition_is_undefined(asked, told):
    """Prisma leaves out what is undefined, and finds everybody's rows."""
    body = f"return Response.json(await db.invoice.findMany({{ where: {{ userId: {asked} }} }}));"
    found = of_route(body, session="const session = await auth();", path="app/api/bills/route.ts", files=OWNED)
    assert ("missing-session" in found) is told


def test_a_link_to_a_row_that_may_be_there_already():
    body = "await db.payment.update({{ where: {{ id, userId: user.id }}, data: {{ invoices: {{ connectOrCreate: {{ where: {{ {} }}, create: {{ total: 1, userId: user.id }} }} }} }} }});"
    assert "foreign-reference-unchecked" in heard(body.format("id: input.invoiceId"))
    assert heard(body.format("id: input.invoiceId, userId: user.id")) == []
