"""Rows whose owner is only reached through keys of the schema: what is stored under them must be somebody's own."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


FILES = {
    "db/schema.ts": """
        import { pgTable, text, uuid } from "drizzle-orm/pg-core";
        export const flows = pgTable("flows", { id: uuid("id").primaryKey(), userId: text("user_id").notNull() });
        export const steps = pgTable("steps", { id: uuid("id").primaryKey(), flowId: uuid("flow_id").notNull().references(() => flows.id) });
        export const cells = pgTable("cells", { id: uuid("id").primaryKey(), within: uuid("within").notNull()KEY, value: text("value") });
    """,
    "db/index.ts": """
        import { drizzle } from "drizzle-orm/node-postgres";
        import * as schema from "./schema";
        export const db = drizzle(process.env.DATABASE_URL, { schema });
    """,
    "lib/auth.ts": """
        import { betterAuth } from "better-auth";
        import { headers } from "next/headers";
        const auth = betterAuth({});
        export async function requireUser() {
          const session = await auth.api.getSession({ headers: await headers() });
          if (!session) throw new Error("401");
          return session.user;
        }
    """,
    "app/api/flows/route.ts": """
        import { eq } from "drizzle-orm";
        import { db } from "../../../db";
        import { flows } from "../../../db/schema";
        import { requireUser } from "../../../lib/auth";
        export async function GET() {
          const user = await requireUser();
          return Response.json(await db.select().from(flows).where(eq(flows.userId, user.id)));
        }
    """,
    "app/api/cells/route.ts": """
        import { and, eq, exists } from "drizzle-orm";
        import { db } from "../../../db";
        import { cells, flows, steps } from "../../../db/schema";
        import { requireUser } from "../../../lib/auth";
        export async function POST(request) {
          const user = await requireUser();
          const body = await request.json();
          CHECK
          await db.insert(cells).values({ within: body.within, value: body.value });
          return Response.json({ ok: true });
        }
    """,
}
OWN = """
          const [step] = await db.select({ id: steps.id }).from(steps).innerJoin(flows, eq(flows.id, steps.flowId)).where(and(eq(steps.id, body.within), eq(flows.userId, user.id)));
          if (!step) return new Response(null, { status: 404 });
"""
KEY = ".references(() => steps.id)"


@pytest.mark.parametrize(("key", "check", "told"), [(KEY, "", True), (KEY, OWN, False), ("", "", False)])
def test_a_row_is_hung_on_one_of_somebody_elses(key, check, told):
    files = {path: text.replace("KEY", key).replace("CHECK", check) for path, text in FILES.items()}
    assert ("foreign-reference-unchecked" in rules_of(followed(files))) is told


def test_a_key_that_leads_to_no_id_is_passed_over():
    by_name = FILES["db/schema.ts"].replace(
        'userId: text("user_id").notNull() });', 'userId: text("user_id").notNull(), slug: text("slug").unique() });'
    )
    by_name = by_name.replace("KEY", ".references(() => flows.slug)")
    files = {**FILES, "db/schema.ts": by_name}
    files["app/api/cells/route.ts"] = FILES["app/api/cells/route.ts"].replace("CHECK", "")
    assert "foreign-reference-unchecked" not in rules_of(followed(files))
