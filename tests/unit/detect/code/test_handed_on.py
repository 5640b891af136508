"""A handler hands its reading to somebody else to run: a stream, a promise, a library that calls back. What leaks there leaks all the same."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


FILES = {
    "tsconfig.json": '{"compilerOptions":{"paths":{"@/*":["./*"]}}}',
    "lib/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();',
    "lib/auth.ts": 'import NextAuth from "next-auth";\nexport const { auth, handlers } = NextAuth({ providers: [] });',
}
BY_ID = "prisma.message.findMany({ where: { chatId: id } })"
OWN = "prisma.message.findMany({ where: { chatId: id, userId: session.user.id } })"
WAYS = {
    "a stream": (
        "",
        """const stream = new ReadableStream({ async start(controller) {
             for (const row of await READ) controller.enqueue(JSON.stringify(row)); controller.close(); } });
           return new Response(stream);""",
    ),
    "a stream that is pulled": (
        "",
        "return new Response(new ReadableStream({ async pull(controller) { controller.enqueue(await READ); } }));",
    ),
    "the AI SDK's writer": (
        'import { createUIMessageStream, createUIMessageStreamResponse } from "ai";',
        """const stream = createUIMessageStream({ execute: async ({ writer }) => {
             writer.write({ type: "data-history", data: await READ }); } });
           return createUIMessageStreamResponse({ stream });""",
    ),
    "the AI SDK's older writer": (
        'import { createDataStreamResponse } from "ai";',
        "return createDataStreamResponse({ execute: async (stream) => { stream.writeData(await READ); } });",
    ),
    "a promise of its own": (
        "",
        """const rows = await new Promise((resolve, reject) => { READ.then(resolve).catch(reject); });
           return Response.json(rows);""",
    ),
    "a limit": (
        'import pLimit from "p-limit";',
        "const limit = pLimit(2); const rows = await limit(() => READ); return Response.json(rows);",
    ),
    "a library for lists": (
        'import _ from "lodash";',
        "const rows = await Promise.all(_.map([id], async (id) => READ)); return Response.json(rows);",
    ),
    "a match": (
        'import { match } from "ts-pattern";',
        """return match(kind).with("all", async () => Response.json(await READ))
             .otherwise(() => Response.json({}));""",
    ),
    "an effect": (
        'import { Effect } from "effect";',
        "const rows = await Effect.runPromise(Effect.tryPromise(() => READ)); return Response.json(rows);",
    ),
}


def told(way: str, read: str) -> set[str]:
    imports, body = WAYS[way]
    route = f"""
{imports}
import {{ prisma }} from "@/lib/db";
import {{ auth }} from "@/lib/auth";
export async function POST(req) {{
  const session = await auth();
  if (!session?.user?.id) return new Response("no", {{ status: 401 }});
  const {{ id, kind }} = await req.json();
  {body.replace("READ", read)}
}}
"""
    return {one.rule for one in followed({**FILES, "app/api/history/route.ts": route}).findings}


@pytest.mark.parametrize("way", WAYS)
def test_what_is_read_by_an_id_of_the_request_is_told(way):
    assert "id-only-lookup" in told(way, BY_ID)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_the_callers_own_is_left_alone(way):
    assert "id-only-lookup" not in told(way, OWN)


def test_what_a_model_has_said_is_written_into_the_chat_that_the_request_names():
    route = """
import { streamText } from "ai";
import { prisma } from "@/lib/db";
import { auth } from "@/lib/auth";
export async function POST(req) {
  const session = await auth();
  if (!session?.user?.id) return new Response("no", { status: 401 });
  const { id, messages } = await req.json();
  const result = streamText({ messages, onFinish: async ({ text }) => {
    await prisma.chat.update({ where: { id }, data: { answer: text } });
  } });
  return result.toDataStreamResponse();
}
"""
    files = {**FILES, "app/api/chat/route.ts": route}
    files["app/api/mine/route.ts"] = """
import { prisma } from "@/lib/db";
import { auth } from "@/lib/auth";
export async function GET() {
  const session = await auth();
  return Response.json(await prisma.chat.findMany({ where: { userId: session.user.id } }));
}
"""
    assert {one.rule for one in followed(files).findings if one.entry == "POST /api/chat"} == {"id-only-lookup"}


def test_a_router_that_is_handed_to_an_adapter_waits_for_requests():
    router = """
import { initTRPC, TRPCError } from "@trpc/server";
import { prisma } from "@/lib/db";
const t = initTRPC.context().create();
const authed = t.procedure.use(({ ctx, next }) => {
  if (!ctx.session?.user) throw new TRPCError({ code: "UNAUTHORIZED" });
  return next({ ctx: { user: ctx.session.user } });
});
export const appRouter = t.router({
  get: authed.query(({ ctx }) => prisma.message.findMany({ where: { userId: ctx.user.id } })),
});
"""
    route = """
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { appRouter } from "@/server/router";
import { auth } from "@/lib/auth";
const handler = (req) =>
  fetchRequestHandler({ endpoint: "/api/trpc", req, router: appRouter, createContext: async () => ({ session: await auth() }) });
export { handler as GET, handler as POST };
"""
    files = {**FILES, "server/router.ts": router, "app/api/trpc/[trpc]/route.ts": route}
    assert [one.title for one in followed(files).findings if one.rule == "missing-session"] == []


ROUTES = """
import {{ prisma }} from "@/lib/db";
import {{ auth }} from "@/lib/auth";
const routes = {{
  "GET /": async (req, res) => {{
    const session = await auth(req, res);
    if (!session?.user?.id) return res.status(401).json({{ error: "no" }});
    res.json(await {read});
  }},
  "DELETE /": async (req, res) => {{
    const session = await auth(req, res);
    if (!session?.user?.id) return res.status(401).json({{ error: "no" }});
    await prisma.message.deleteMany({{ where: {{ id: req.query.message, userId: session.user.id }} }});
    res.status(204).end();
  }},
}};
export default async function handle(req, res) {{
  const id = req.query.id;
  const route = routes[`${{req.method}} /`];
  if (route) {{
    await route(req, res);
  }} else {{
    return res.status(405).end();
  }}
}}
"""


def test_a_table_of_routes_whose_call_is_the_last_thing_a_handler_does():
    """Its refusals were taken for answers that nobody looks at, and every route for one that asks nobody."""
    own = "prisma.message.findMany({ where: { chatId: req.query.chat, userId: session.user.id } })"
    told = {
        read: {one.rule for one in followed({**FILES, "pages/api/chat.ts": ROUTES.format(read=read)}).findings}
        & {"missing-session", "id-only-lookup"}
        for read in (own, BY_ID.replace("chatId: id", "chatId: req.query.chat"))
    }
    assert list(told.values()) == [set(), {"id-only-lookup"}]
