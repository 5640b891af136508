"""Every way into a Next.js application: an entry point that is not seen is never judged."""

from __future__ import annotations

import pytest

from assistant.domain.syntax import Name

from .repository import entries, text_at


@pytest.mark.parametrize(
    "source",
    [
        "export async function GET() { return 1 }",
        "export const GET = async () => { return 1 }",
        "export const GET = withUser(async () => { return 1 })",
        "const GET = withUser({ x: 1 }, async () => { return 1 }); export { GET }",
        "async function h() { return 1 }\nexport { h as GET }",
        "async function h() { return 1 }\nexport const GET = h",
        "export const { GET, POST } = handlers(async () => { return 1 })",
        'export { GET } from "../../../lib/impl"',
        'export * from "../../../lib/impl"',
        'import { GET as h } from "../../../lib/impl"; export { h as GET }',
        'import h from "../../../lib/impl"; export const GET = h',
        "const h = async () => { return 1 }; export const GET = compose(first, second)(h)",
    ],
)
def test_a_verb_is_an_entry_in_whatever_form_it_is_exported(source):
    files = {
        "app/api/x/route.ts": source,
        "lib/impl.ts": "export async function GET() { return 1 }\nexport default GET",
    }
    found = entries(files)["GET /api/x"]
    assert found.symbol == "GET"
    assert found.inputs == "route"
    assert "return 1" in text_at(files, found)
    assert isinstance(found.expression, Name)


def test_an_alias_is_the_same_handler_twice():
    found = entries(
        {"app/api/x/route.ts": "export async function GET() {}\nexport const POST = GET\nexport const other = 1"}
    )
    assert set(found) == {"GET /api/x", "POST /api/x"}
    assert found["POST /api/x"].line == 1


@pytest.mark.parametrize(
    ("file", "url"),
    [
        ("app/route.ts", "/"),
        ("src/app/(shop)/@modal/cart/[id]/route.ts", "/cart/[id]"),
        ("app/feed/(..)photo/[id]/route.ts", "/photo/[id]"),
        ("app/feed/(.)photo/route.ts", "/feed/photo"),
        ("app/a/b/(...)photo/route.ts", "/photo"),
        ("app/docs/[...slug]/route.js", "/docs/[...slug]"),
        ("app/[[...all]]/route.ts", "/[[...all]]"),
        ("apps/web/app/api/x/route.ts", "/api/x"),
        ("apps/app/app/api/x/route.ts", "/api/x"),
        ("frontend/apps/app/src/app/api/x/route.ts", "/api/x"),
        ("app/api/app/route.ts", "/api/app"),
    ],
)
def test_folders_become_a_url(file, url):
    assert [entry.path for entry in entries({file: "export const GET = () => {}"}).values()] == [url]


def test_a_private_folder_is_not_routed():
    assert entries({"app/_lib/route.ts": "export const GET = () => {}"}) == {}


@pytest.mark.parametrize(
    ("source", "symbol", "line"),
    [
        ("export default async function handle(req, res) {}", "handle", 1),
        ("const handler = async (req, res) => {}\n\nexport default handler", "handler", 1),
        ("async function handler(req, res) {}\nexport { handler as default }", "handler", 1),
        ("\nasync function handler(req, res) {}\nexport default withAuth(handler)", "handler", 3),
        ("module.exports = async function handler(req, res) {}", "handler", 1),
        (
            "async function handler(req, res) { switch (req.method) { case 'GET': return handleGET(req) } }\nconst handleGET = () => {}\nexport default handler",
            "handler",
            1,
        ),
    ],
)
def test_an_api_route_is_its_default_export(source, symbol, line):
    found = entries({"pages/api/teams/[id]/index.ts": source})
    assert list(found) == ["* /api/teams/[id]"]
    entry = found["* /api/teams/[id]"]
    assert (entry.symbol, entry.line, entry.inputs) == (symbol, line, "pages-api")


def test_actions_are_found_at_the_top_of_a_file_inside_functions_and_through_builders():
    found = entries(
        {
            "app/actions.ts": '"use server"\nexport async function rename(id: string) {}\nexport const remove = async () => {}\nexport const limit = 5\nexport type T = string\n'
            "export const create = authed.schema(z).action(async ({ parsedInput, ctx }) => { return 1 })\nexport const old = createServerAction().input(z).handler(async () => {})\n"
            'export { other } from "../lib/other"\nfunction hidden() {}',
            "lib/other.ts": "export async function other() {}",
            "app/page.tsx": 'export default function Page() { const id = 1; async function save(form) { "use server"; await db(id) } return <form action={save}><button formAction={async () => { "use server" }} /></form> }',
        }
    )
    actions = {entry.symbol: entry for entry in found.values() if entry.kind == "action"}
    assert set(actions) == {"rename", "remove", "create", "old", "other", "save", "formAction"}
    assert actions["create"].inputs == "safe-action"
    assert actions["old"].inputs == "safe-action"
    assert actions["rename"].inputs == "action"
    assert actions["other"].module == "lib/other.ts"
    assert [function.name for function in actions["save"].within] == ["Page"]


def test_pages_and_what_loads_their_data():
    found = entries(
        {
            "app/team/[id]/page.tsx": "export const revalidate = 60\nexport const dynamicParams = false\nexport default async function Page() {}\nexport async function generateMetadata() {}\nexport const generateStaticParams = async () => []",
            "app/team/layout.tsx": '"use cache"\nexport default async function Layout() {}',
            "app/client/page.tsx": '"use client"\nexport default function Page() {}',
            "app/opengraph-image.tsx": "export default async function Image() {}",
            "pages/old.tsx": "export const getServerSideProps = wrap(async () => ({}))\nexport default function Old() {}",
        }
    )
    assert set(found) == {
        "page /team/[id]", "metadata /team/[id]", "static-params /team/[id]", "layout /team", "GET /opengraph-image", "getServerSideProps /old",
    }  # fmt: skip
    assert found["page /team/[id]"].settings == {"revalidate": "60", "dynamicParams": "false"}
    assert found["layout /team"].settings == {"use cache": "use cache"}


def test_procedures_have_the_path_their_client_uses():
    files = {
        "server/root.ts": 'import { polls } from "./polls"; import * as teams from "./teams"; export const appRouter = router({ polls, teams: teams.router, nested: { ping: publicProcedure.query(() => 1) } })',
        "server/polls.ts": 'import { comments } from "./comments"; export const polls = createTRPCRouter({ comments, get: publicProcedure.input(z).query(async ({ input }) => input) })',
        "server/comments.ts": "const remove = privateProcedure\n  .input(z)\n  .mutation(async ({ ctx }) => { return 1 })\nexport const comments = router({\n  delete: remove,\n  add: os.route({ method: 'POST' }).input(z).handler(async () => {}),\n})",
        "server/teams.ts": "export const router = t.router({ list: authed.query(list) }); async function list() {}",
        "lib/db.ts": "export const rows = db.query(sql)",
    }
    found = entries(files)
    assert {entry.path: entry.verb for entry in found.values()} == {
        "polls.comments.delete": "mutation",
        "polls.comments.add": "POST",
        "polls.get": "query",
        "teams.list": "query",
        "nested.ping": "query",
    }
    remove = found["mutation polls.comments.delete"]
    assert (remove.symbol, remove.module, remove.line) == ("delete", "server/comments.ts", 1)
    assert "return 1" in text_at(files, remove)


def test_routers_that_hold_each_other_end():
    files = {
        "a.ts": 'import { b } from "./b"; export const a = router({ b, x: p.query(() => 1) })',
        "b.ts": 'import { a } from "./a"; export const b = router({ a })',
    }
    assert [entry.symbol for entry in entries(files).values()] == ["x"]


def test_ids_are_unique_and_say_the_file_when_two_applications_share_a_path():
    found = entries(
        {
            "apps/a/app/api/x/route.ts": "export const GET = () => {}",
            "apps/b/app/api/x/route.ts": "export const GET = () => {}",
        }
    )
    assert sorted(found) == ["GET /api/x in apps/a/app/api/x/route.ts", "GET /api/x in apps/b/app/api/x/route.ts"]


@pytest.mark.parametrize(
    ("file", "source", "webhook"),
    [
        ("app/api/webhooks/stripe/route.ts", "export const POST = () => {}", True),
        ("app/api/stripe/webhook/route.ts", "export const POST = () => {}", True),
        ("app/api/webhook/route.ts", "export const POST = () => {}", True),
        (
            "app/api/billing/route.ts",
            'import s from "stripe"; export const POST = async (r) => { s.webhooks.constructEvent(r) }',
            True,
        ),
        ("app/api/webhooks/route.ts", "export const GET = () => {}\nexport const POST = () => {}", False),
        ("app/api/teams/[id]/webhooks/route.ts", "export const POST = () => {}", False),
        ("app/api/orders/route.ts", "export const POST = () => {}", False),
    ],
)
def test_a_webhook_is_called_by_a_provider_and_customers_own_webhooks_are_not(file, source, webhook):
    assert {entry.webhook for entry in entries({file: source}).values()} == {webhook}


def test_a_cron_path_is_named_and_stays_a_route():
    found = entries(
        {
            "app/api/cron/route.ts": "export const GET = () => {}",
            "vercel.json": {"crons": [{"path": "/api/cron", "schedule": "0 0 * * *"}]},
        }
    )
    assert found["GET /api/cron"].settings == {"cron": "0 0 * * *"}
    assert found["GET /api/cron"].kind == "route"


def test_jobs_tools_and_edge_functions():
    found = entries(
        {
            "trigger/a.ts": 'import { task, schedules } from "@trigger.dev/sdk/v3"; export const send = task({ id: "send", run: async (p) => {} }); export const daily = schedules.task({ id: "daily", run: go }); async function go() {}',
            "lib/inngest.ts": 'import { Inngest } from "inngest"; const inngest = new Inngest({}); export const sync = inngest.createFunction({ id: "sync" }, { event: "x" }, async ({ event }) => {})',
            "worker.ts": 'import { Worker } from "bullmq"; new Worker("mail", async (job) => {})',
            "lib/ai/search.ts": 'import { tool } from "ai"; export const search = ({ session }) => tool({ description: "x", inputSchema: z, execute: async ({ q }) => q })',
            "supabase/functions/hello/index.ts": 'import { serve } from "https://deno.land/std/http/server.ts"; serve(async (req) => new Response("x"))',
            "supabase/functions/bye/index.ts": "Deno.serve(withCors(async (req) => new Response('x')))",
        }
    )
    assert {entry.id: (entry.kind.value, entry.symbol) for entry in found.values()} == {
        "job send": ("job", "send"),
        "job daily": ("job", "daily"),
        "job sync": ("job", "sync"),
        "job mail": ("job", "mail"),
        "tool lib/ai/search.ts#search": ("tool", "search"),
        "function hello": ("edge-function", "handler"),
        "function bye": ("edge-function", "handler"),
    }
    assert [function.name for function in found["tool lib/ai/search.ts#search"].within] == ["search"]
    assert found["function bye"].path == "/functions/v1/bye"


def test_a_service_is_told_who_calls_and_a_component_queries_by_itself():
    found = entries(
        {
            "domain/orders.ts": "export async function getOrder(id: string, userId: string) {}\nexport async function list(page: number) {}\nexport const approve = async ({ orgId, settlementId }) => {}",
            "components/list.tsx": '"use client"\nimport { createClient } from "@supabase/supabase-js"; export function List() { return null }',
            "components/plain.tsx": '"use client"\nexport function Plain({ userId, id }) { return null }',
        }
    )
    assert {(entry.kind.value, entry.symbol) for entry in found.values()} == {
        ("service", "getOrder"),
        ("service", "approve"),
        ("component", "List"),
    }
