"""A filter that keeps everything, and an API key that was taken for leave to read any row."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


BASE = {
    "lib/auth.ts": 'import { getServerSession } from "next-auth"; export async function auth() { return getServerSession(); }',
    "lib/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient();',
    "lib/env.ts": 'import { createEnv } from "@t3-oss/env-nextjs"; import { z } from "zod"; export const env = createEnv({ server: { ADMIN_EMAIL: z.array(z.string()).optional() }, runtimeEnv: process.env });',
    "lib/forbidden.ts": """
        import { env } from "./env";
        export const isForbidden = async (board, user) => {
          if (!user) return true;
          if ((env.ADMIN_EMAIL ?? []).some((email) => email === user.email)) return false;
          return !board.guests.some((guest) => guest.userId === user.id) && !board.team.members.some((member) => member.userId === user.id);
        };
    """,
}
LINKED = """
    import {{ auth }} from "../../../../../lib/auth";
    import {{ db }} from "../../../../../lib/db";
    import {{ isForbidden }} from "../../../../../lib/forbidden";
    const select = {{ name: true, links: true, team: {{ select: {{ members: true }} }}, guests: true }};
    export async function GET(request, {{ params }}) {{
      const session = await auth();
      if (!session) return new Response(null, {{ status: 401 }});
      const board = await db.board.findFirst({{ where: {{ id: params.id }}, select }});
      if (!board || (await isForbidden(board, session.user))) return new Response(null, {{ status: 404 }});
      const found = await db.board.findMany({{ where: {{ id: {{ in: board.links.map((link) => link.boardId) }} }}, select }});
      {rest}
    }}
"""


def linked(rest):
    return rules_of(followed({**BASE, "app/api/boards/[id]/linked/route.ts": LINKED.format(rest=rest)}))


def test_boards_of_strangers_were_linked_and_an_async_filter_kept_them_all():
    """The ids of linked boards are whatever their writer typed; the author knew, and the promise of a filter is always true."""
    assert linked("return Response.json(found.filter(async (one) => !(await isForbidden(one, session.user))));") == [
        "ineffective-guard"
    ]


def test_checks_that_are_awaited_first_and_filtered_then_hold():
    assert (
        linked(
            "const asked = await Promise.all(found.map(async (one) => ({ one, no: await isForbidden(one, session.user) })));"
            "return Response.json(asked.filter(({ no }) => !no).map(({ one }) => one));"
        )
        == []
    )


KEY = {
    "lib/db.ts": BASE["lib/db.ts"],
    "server/hono.ts": """
        import { OpenAPIHono } from "@hono/zod-openapi";
        import { createHash } from "node:crypto";
        import { db } from "../lib/db";
        export function getApp() {
          const app = new OpenAPIHono();
          app.use("*", async (c, next) => {
            const [clientId, secret] = (c.req.header("Authorization")?.split(" ")[1] ?? "").split("_");
            const key = await db.apiKey.findUnique({ where: { clientId } });
            if (!key || key.tokenHash !== createHash("sha256").update(secret).digest("hex")) throw new Error("unknown key");
            const team = await db.team.findUnique({ where: { id: key.teamId } });
            if (!team) throw new Error("no team");
            c.set("team", team);
            await next();
          });
          return app;
        }
        export type App = ReturnType<typeof getApp>;
    """,
    "server/index.ts": 'import { getApp } from "./hono"; import contacts from "./contacts"; export const app = getApp(); contacts(app);',
}
CONTACTS = """
    import {{ createRoute }} from "@hono/zod-openapi";
    import {{ db }} from "../lib/db";
    import type {{ App }} from "./hono";
    const route = createRoute({{ method: "get", path: "/books/{{bookId}}/contacts/{{contactId}}" }});
    function contacts(app: App) {{
      app.openapi(route, async (c) => {{
        const book = await db.contactBook.findUnique({{ where: {{ id: c.req.param("bookId"), teamId: c.var.team.id }} }});
        if (!book) return c.json(null, 404);
        return c.json(await db.contact.findFirst({{ where: {where} }}));
      }});
    }}
    export default contacts;
"""


CHANGE = """
    import {{ createRoute, z }} from "@hono/zod-openapi";
    import {{ db }} from "../lib/db";
    import type {{ App }} from "./hono";
    const route = createRoute({{ method: "patch", path: "/books/{{bookId}}", request: {{ body: {{ content: {{ "application/json": {{ schema: z.object({{ name: z.string() }}) }} }} }} }} }});
    function contacts(app: App) {{
      app.openapi(route, async (c) => {{
        const book = await db.contactBook.findUnique({{ where: {{ id: c.req.param("bookId"), teamId: c.var.team.id }} }});
        if (!book) return c.json(null, 404);
        return c.json(await db.contactBook.update({{ where: {{ id: book.id }}, data: {data} }}));
      }});
    }}
    export default contacts;
"""


@pytest.mark.parametrize(("data", "found"), [('c.req.valid("json")', []), ("await c.req.json()", ["mass-assignment"])])
def test_what_the_validator_of_a_route_let_through_has_no_other_keys(data, found):
    assert rules_of(followed({**KEY, "server/contacts.ts": CHANGE.format(data=data)})) == found


TABLE = """
    import {{ z }} from "zod";
    import {{ createInsertSchema }} from "drizzle-zod";
    import {{ stages }} from "../schema";
    import {{ db }} from "../lib/db";
    import {{ router, signedIn }} from "./trpc";
    const schema = createInsertSchema(stages);
    export const stageRouter = router({{
      rename: signedIn.input({schema}).mutation(async ({{ ctx, input }}) => {{
        const {{ id, ...data }} = input;
        await db.stage.update({{ where: {{ id, userId: ctx.user.id }}, data }});
      }}),
    }});
"""
TRPC = """
    import { initTRPC, TRPCError } from "@trpc/server";
    const t = initTRPC.context().create();
    export const router = t.router;
    export const signedIn = t.procedure.use(({ ctx, next }) => {
      if (!ctx.session?.user) throw new TRPCError({ code: "UNAUTHORIZED" });
      return next({ ctx: { user: ctx.session.user } });
    });
"""


@pytest.mark.parametrize(
    ("schema", "found"),
    [("schema.pick({ id: true, name: true })", []), ("schema.partial()", ["mass-assignment"])],
)
def test_columns_picked_from_the_schema_of_a_table_are_all_that_is_written(schema, found):
    files = {"lib/db.ts": BASE["lib/db.ts"], "server/trpc.ts": TRPC, "schema.ts": "export const stages = {};"}
    assert rules_of(followed({**files, "server/stages.ts": TABLE.format(schema=schema)})) == found


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ('{ id: c.req.param("contactId") }', ["parent-authorised-child-by-id"]),
        ('{ id: c.req.param("contactId"), contactBookId: book.id }', []),
    ],
)
def test_a_key_says_who_calls_and_not_which_contact_is_theirs(where, found):
    assert rules_of(followed({**KEY, "server/contacts.ts": CONTACTS.format(where=where)})) == found


EITHER = """
    import {{ auth }} from "../../../../lib/auth";
    import {{ db }} from "../../../../lib/db";
    async function machine(request) {{
      if (request.headers.get("x-service-secret") !== process.env.SERVICE_SECRET) throw new Error("wrong secret");
    }}
    async function person() {{
      const session = await auth();
      if (!session) throw new Error("nobody");
    }}
    export async function GET(request, {{ params }}) {{
      {guard}
      return Response.json(await db.invoice.findUnique({{ where: {{ id: params.id }} }}));
    }}
"""


@pytest.mark.parametrize(
    ("guard", "found"),
    [
        ("if (!process.env.SERVICE_SECRET) throw new Error(); await machine(request);", []),
        (
            'if (!process.env.SERVICE_SECRET) throw new Error(); if (request.headers.get("x-service-secret")) await machine(request); else await person();',
            ["id-only-lookup"],
        ),
    ],
)
def test_a_secret_is_one_way_in_and_a_session_the_other(guard, found):
    assert rules_of(followed({**BASE, "app/api/invoices/[id]/route.ts": EITHER.format(guard=guard)})) == found


def test_a_title_names_the_id_and_not_the_period_and_the_status_beside_it():
    """Six names in one sentence hide the one that somebody has to guess."""
    found = followed(
        {
            **BASE,
            "app/api/shops/[shopId]/sales/route.ts": """
                import { auth } from "../../../../../lib/auth";
                import { db } from "../../../../../lib/db";
                export async function GET(request, { params }) {
                  if (!(await auth())) return new Response(null, { status: 401 });
                  const asked = request.nextUrl.searchParams;
                  const where = { shopId: params.shopId, state: asked.get("state"), soldAt: { gte: asked.get("from") } };
                  return Response.json(await db.sale.findMany({ where }));
                }
            """,
        }
    )
    assert [one.title for one in found.findings if one.rule == "id-only-lookup"] == [
        "Whoever is signed in can read rows of sale with any shopId through GET /api/shops/[shopId]/sales."
    ]
