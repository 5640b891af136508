"""Promises that are kept before they are awaited, and middleware that stands in a list."""

from __future__ import annotations

from assistant.detect.code.sample_apps import APP
from tests.unit.detect.code.rig import followed, rules_of


HONO = {
    "package.json": '{"dependencies": {"hono": "4.0.0", "@prisma/client": "6.0.0", "jose": "5.0.0"}}',
    "src/tokens.ts": """
        import { jwtVerify } from "jose"
        export async function known(header) {
          try { return (await jwtVerify(header.split(" ")[1], new TextEncoder().encode(process.env.SECRET))).payload } catch { return null }
        }
    """,
    "src/middleware.ts": """
        import { known } from "./tokens"
        const withAddress = async (c, next) => { c.set("address", c.req.header("x-address")); await next() }
        const withCaller = async (c, next) => {
          const session = await known(c.req.header("Authorization"))
          if (!session) return c.json({ error: "no" }, 401)
          c.set("session", session)
          await next()
        }
        export const guarded = [withAddress, withCaller]
    """,
    "src/invoices.ts": """
        import { Hono } from "hono"
        import { PrismaClient } from "@prisma/client"
        const db = new PrismaClient()
        const app = new Hono()
        app.get("/", async (c) => c.json(await db.invoice.findMany()))
        export const invoices = app
    """,
    "src/index.ts": """
        import { Hono } from "hono"
        import { guarded } from "./middleware"
        import { invoices } from "./invoices"
        const app = new Hono()
        app.use(...guarded)
        app.route("/invoices", invoices)
        export default app
    """,
}


def test_middleware_spread_out_of_a_list_stands_before_a_router_of_another_name():
    assert "missing-session" not in rules_of(followed(HONO))
    left_out = {**HONO, "src/index.ts": HONO["src/index.ts"].replace("app.use(...guarded)", "")}
    assert "missing-session" in rules_of(followed(left_out))


def test_a_promise_that_is_kept_and_awaited_further_down_is_awaited():
    body = """
        import { auth } from "@/auth"
        import { db } from "@/lib/db"
        const asked = new WeakMap()
        async function houseOf(session) {
          if (!session?.user?.id) throw new Error("Sign in first")
          const member = await db.member.findFirst({ where: { userId: session.user.id } })
          if (!member) throw new Error("No house")
          return { houseId: member.houseId }
        }
        export async function GET() {
          const session = await auth()
          let found = asked.get(session)
          if (!found) { found = houseOf(session); asked.set(session, found) }
          const { houseId } = await found
          return Response.json(await db.invoice.findMany({ where: { houseId } }))
        }
    """
    assert "ineffective-guard" not in rules_of(followed({**APP, "app/api/invoices/route.ts": body}))
