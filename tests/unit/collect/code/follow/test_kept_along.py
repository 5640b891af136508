"""What a request keeps for the functions it calls, and what a schema leaves of things that were laid out together.

The tenant of a request came out of ``AsyncLocalStorage``: queries that keep to it were told, and one that takes it from a header was not.
Middleware put a tenant under a name in two ways, and only the last one was believed.
"""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import detect_code


FILES = {
    "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
    "auth.ts": 'import NextAuth from "next-auth";\nexport const { handlers, auth } = NextAuth({});\n',
    "lib/db.ts": """
        import { drizzle } from "drizzle-orm/node-postgres";
        import { pgTable, text } from "drizzle-orm/pg-core";
        export const orders = pgTable("orders", { id: text("id"), companyId: text("company_id"), note: text("note") });
        export const db = drizzle(process.env.DATABASE_URL);
    """,
    "lib/tenant.ts": """
        import { AsyncLocalStorage } from "node:async_hooks";
        const storage = new AsyncLocalStorage<{ companyId: string }>();
        export const enter = (tenant) => { storage.enterWith(tenant); };
        export const within = (tenant, work) => storage.run(tenant, work);
        export function tenant() {
          const found = storage.getStore();
          if (!found) throw new Error("no tenant");
          return found;
        }
    """,
}
HEAD = """
    import { and, eq } from "drizzle-orm";
    import { Hono } from "hono";
    import { z } from "zod";
    import { auth } from "@/auth";
    import { db, orders } from "@/lib/db";
    import { enter, tenant, within } from "@/lib/tenant";
"""
FIND = "Response.json(await db.select().from(orders).where(and(eq(orders.companyId, tenant().companyId), eq(orders.id, id))))"
MINE = "{ companyId: session.user.companyId }"
SENT = '{ companyId: request.headers.get("x-company-id") }'


def told(body, *, path="app/api/orders/[id]/route.ts", wrapped=True):
    start = "const session = await auth(); if (!session?.user) return new Response(null, { status: 401 });"
    handler = f"export async function PATCH(request, {{ params }}) {{ const {{ id }} = await params; {start} {body} }}"
    files = {**FILES, path: HEAD + (handler if wrapped else body)}
    rules = {"id-only-lookup", "parent-authorised-child-by-id", "mass-assignment", "missing-session"}
    return [one.rule for one in detect_code(map_of(files)) if one.rule in rules]


@pytest.mark.parametrize(("tenant", "quiet"), [(MINE, True), (SENT, False)])
@pytest.mark.parametrize("kept", ["enter(TENANT); return FIND;", "return within(TENANT, async () => FIND);"])
def test_the_tenant_that_a_request_keeps_is_whose_it_was(kept, tenant, quiet):
    found = told(kept.replace("TENANT", tenant).replace("FIND", FIND))
    assert (found == []) is quiet


def test_what_is_kept_for_one_function_is_not_there_after_it():
    assert told(f"enter({SENT}); await within({MINE}, async () => 1); return {FIND};") != []


HONO = """
    const app = new Hono();
    app.use("*", async (c, next) => {
      const session = await auth();
      if (!session?.user) return c.json({}, 401);
      if (ASKED) {
        c.set("companyId", c.req.header("x-company-id"));
        return next();
      }
      c.set("companyId", session.user.companyId);
      await next();
    });
    app.get("/orders", async (c) => c.json(await db.select().from(orders).where(eq(orders.companyId, c.get("companyId")))));
    export default app;
"""


@pytest.mark.parametrize(
    ("asked", "quiet"), [('session.user.role === "ADMIN"', True), ('c.req.header("x-company-id")', False)]
)
def test_a_tenant_that_middleware_keeps_in_two_ways_is_asked_on_each(asked, quiet):
    found = told(HONO.replace("ASKED", asked), path="src/index.ts", wrapped=False)
    assert (found == []) is quiet


@pytest.mark.parametrize(
    ("schema", "quiet"),
    [
        ("z.object({ id: z.string(), note: z.string() })", True),
        ("z.object({ id: z.string(), note: z.string() }).passthrough()", False),
    ],
)
def test_what_is_laid_out_beside_an_id_is_held_to_the_schema(schema, quiet):
    body = (
        f"const {{ id: _, ...rest }} = {schema}.parse({{ ...(await request.json()), id }});"
        "const mine = and(eq(orders.id, id), eq(orders.companyId, session.user.companyId));"
        "return Response.json(await db.update(orders).set({ ...rest }).where(mine));"
    )
    assert ("mass-assignment" not in told(body)) is quiet


COMPOSED = """
    export function compose(...steps) {
      return async (context, last) => {
        const go = async (n: number): Promise<any> => {
          if (n === steps.length) return last(context);
          const step = steps[n];
          return step(context, async () => go(n + 1));
        };
        return go(0);
      };
    }
    export const action = (steps, handle) => {
      const composed = compose(...steps);
      return async (input) => composed({ input }, handle);
    };
"""
STEPS = """
    import { auth } from "@/auth";
    export const signedIn = () => async (ctx, next) => {
      const session = await auth();
      if (!session?.user) throw new Error("no");
      ctx.companyId = session.user.companyId;
      return next();
    };
    export const held = (schema) => async (ctx, next) => {
      const found = schema.safeParse(ctx.input);
      if (!found.success) throw new Error("no");
      ctx.input = found.data;
      return next();
    };
"""
ACTION = """
    "use server";
    import { and, eq } from "drizzle-orm";
    import { z } from "zod";
    import { db, orders } from "@/lib/db";
    import { action } from "@/lib/compose";
    import { held, signedIn } from "@/lib/steps";
    const schema = z.object({ id: z.string(), note: z.string() });
    export const change = action([STEPS], async (ctx) => {
      const { id, ...rest } = ctx.input;
      return db.update(orders).set({ ...rest }).where(and(eq(orders.id, id), MINE));
    });
"""


@pytest.mark.parametrize(
    ("steps", "mine", "rules"),
    [
        ("signedIn(), held(schema)", "eq(orders.companyId, ctx.companyId)", []),
        ("signedIn()", "eq(orders.companyId, ctx.companyId)", ["mass-assignment"]),
        ("signedIn(), held(schema)", "eq(orders.note, ctx.input.note)", ["id-only-lookup"]),
        ("held(schema)", "eq(orders.note, ctx.input.note)", ["missing-session"]),
    ],
)
def test_each_step_that_is_run_in_turn_is_known_to_the_next(steps, mine, rules):
    body = ACTION.replace("STEPS", steps).replace("MINE", mine)
    files = {**FILES, "lib/compose.ts": COMPOSED, "lib/steps.ts": STEPS, "app/actions.ts": body}
    wanted = {"id-only-lookup", "mass-assignment", "missing-session"}
    assert [one.rule for one in detect_code(map_of(files)) if one.rule in wanted] == rules
