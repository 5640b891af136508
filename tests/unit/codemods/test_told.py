"""What is told too widely: columns, caches, logs, clients, modules; and payments that believe what they are sent."""

from __future__ import annotations

import pytest

from codemods.target import Needed
from tests.unit.codemods.tools import check_edited, check_refused


def handler(line: str) -> str:
    head = "export async function GET(request: Request) {\n  const session = await auth();\n"
    return f'{head}  if (!session?.user) throw new Error("no");\n  {line}\n}}\n'


def test_a_server_module_says_so_on_its_first_line() -> None:
    before = 'import { createClient } from "x";\n\nexport const admin = createClient();\n'
    check_edited("server_only", before, 'import "server-only";\n\n' + before.replace("\n\nexport", "\n\nexport"))
    plain = "// The admin client.\nconst key = process.env.KEY\n"
    check_edited(
        "server_only",
        plain,
        "// The admin client.\nimport 'server-only'\n\nconst key = process.env.KEY\n".replace("'", '"'),
    )


@pytest.mark.parametrize(
    ("engine", "facts", "before", "after"),
    [
        (
            "supabase",
            {"columns": "id,name"},
            'db.from("a").select("*").eq("id", 1)',
            'db.from("a").select("id, name").eq("id", 1)',
        ),
        (
            "supabase",
            {"columns": "id,name"},
            'db.from("a").select().eq("id", 1)',
            'db.from("a").select("id, name").eq("id", 1)',
        ),
        ("supabase", {"hide": "token"}, 'db.from("a").select("id, token")', 'db.from("a").select("id")'),
        ("prisma", {"columns": "id,name"}, "db.a.findMany()", "db.a.findMany({ select: { id: true, name: true } })"),
        ("prisma", {"hide": "hash"}, "db.a.findMany({ where })", "db.a.findMany({ where, omit: { hash: true } })"),
        ("drizzle", {"columns": "id,name"}, "db.select().from(a)", "db.select({ id: a.id, name: a.name }).from(a)"),
        (
            "drizzle",
            {"columns": "id"},
            "db.query.a.findFirst({ where })",
            "db.query.a.findFirst({ columns: { id: true }, where })",
        ),
    ],
)
def test_columns_are_listed(engine: str, facts: dict[str, str], before: str, after: str) -> None:
    check_edited("columns", handler(f"return {before};"), handler(f"return {after};"), before, engine=engine, **facts)


def test_an_include_is_left_to_a_person() -> None:
    query = "db.a.findMany({ include: { b: true } })"
    check_refused("columns", handler(f"return {query};"), "includes other tables", query, engine="prisma", columns="id")


def test_a_private_route_is_computed_for_every_request() -> None:
    before = (
        'import { a } from "a";\n\nexport const revalidate = 60;\n\nexport async function GET() {\n  return a();\n}\n'
    )
    after = before.replace("export const revalidate = 60;\n", "").replace(
        '"a";\n', '"a";\n\nexport const dynamic = "force-dynamic";\n'
    )
    check_edited("no_store", before, after, what="dynamic")


def test_a_setting_that_is_exported_by_name_is_not_written_twice() -> None:
    before = 'import { a } from "a";\nconst dynamic = "force-static" as const;\nexport { dynamic };\n'
    check_edited("no_store", before, before.replace('"force-static" as const', '"force-dynamic"'), what="dynamic")


def test_a_public_header_becomes_private_and_a_request_is_not_kept() -> None:
    before = handler('return json(rows, { headers: { "Cache-Control": "public, s-maxage=60" } });')
    line = '"Cache-Control": "public, s-maxage=60"'
    check_edited("no_store", before, before.replace("public, s-maxage=60", "private, no-store"), line, what="header")
    for options, wanted in (
        ("", ', { cache: "no-store" }'),
        (", { next: { revalidate: 9 } }", ', { cache: "no-store" }'),
        (', { cache: "force-cache" }', ', { cache: "no-store" }'),
    ):
        before = handler(f"return fetch(url{options});")
        check_edited("no_store", before, handler(f"return fetch(url{wanted});"), f"fetch(url{options})", what="fetch")


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ('kv.get("stats")', "kv.get(`stats:${session.user.id}`)"),
        ("kv.get(`stats:${day}`)", "kv.get(`stats:${day}:${session.user.id}`)"),
        ('unstable_cache(load, ["stats"])', 'unstable_cache(load, ["stats", session.user.id])'),
    ],
)
def test_a_cache_key_names_its_owner(key: str, wanted: str) -> None:
    check_edited("cache_key", handler(f"return {key};"), handler(f"return {wanted};"), key)


def test_a_key_made_elsewhere_is_told() -> None:
    check_refused("cache_key", handler("return kv.get(KEYS.stats());"), "made elsewhere", "kv.get(KEYS.stats())")


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ('console.log("in", user.email, count)', 'console.log("in", count)'),
        ("console.log(`in ${user.email} at ${now}`)", "console.log(`in [redacted] at ${now}`)"),
        ('logger.info({ email, id }, "in")', 'logger.info({ email: "[redacted]", id }, "in")'),
        ("logger.info({ token: t, id: 1 })", 'logger.info({ token: "[redacted]", id: 1 })'),
        ("console.log(token)", 'console.log("[redacted]")'),
    ],
)
def test_a_log_line_loses_its_people(line: str, wanted: str) -> None:
    check_edited("redact", handler(f"{line};"), handler(f"{wanted};"), line)


def test_the_callers_client_takes_the_place_of_the_service_role() -> None:
    before = 'import { admin } from "@/admin";\nexport async function GET() {\n  const db = admin();\n  return db.from("a").select("*");\n}\n'
    after = 'import { createClient } from "@/server";\nexport async function GET() {\n  const db = await createClient();\n  return db.from("a").select("*");\n}\n'
    facts, needs = {"call": "await createClient()"}, (Needed("@/server", "createClient"),)
    check_edited("user_client", before, after, 'db.from("a").select("*")', needs=needs, **facts)
    shared = before.replace("  return", '  await db.from("log").insert({});\n  return')
    wanted = shared.replace("  return db", "  const supabase = await createClient();\n  return supabase").replace(
        '"@/admin";\n', '"@/admin";\nimport { createClient } from "@/server";\n'
    )
    check_edited("user_client", shared, wanted, 'db.from("a").select("*")', needs=needs, **facts)
    check_refused("user_client", before, "No client", 'db.from("a").select("*")')


def test_foreign_and_missing_rows_get_one_answer() -> None:
    body = "const row = await find(id);\n  if (!row) {\n    return no(404);\n  }\n  if (row.userId !== session.user.id) {\n    return no(403);\n  }"
    check_edited("same_answer", handler(body), handler(body.replace("no(403)", "no(404)")), "find(id)")
    check_refused("same_answer", handler("return find(id);"), "No pair", "find(id)")


def test_an_id_is_parsed_with_the_library_at_hand() -> None:
    before = 'import { z } from "zod";\n' + handler("const { id } = await params;\n  await find(id);")
    check = '  if (!z.string().uuid().safeParse(id).success) {\n    return Response.json({ error: "Invalid request" }, { status: 400 });\n  }\n'
    after = before.replace("  await find", check + "  await find")
    check_edited("validate", before, after, "find(id)", library="zod", name="id", shape="uuid")
    check_refused("validate", before, "No validation library", "find(id)", name="id")


def test_a_redirect_stays_on_the_site() -> None:
    before = "export async function GET(request: Request) {\n  const next = get(request);\n  return NextResponse.redirect(next);\n}\n"
    after = before.replace(
        "  return NextResponse.redirect(next)",
        '  const safePath = next?.startsWith("/") && !/^\\/[/\\\\]/.test(next) ? next : "/";\n  return NextResponse.redirect(new URL(safePath, request.url))',
    )
    check_edited("redirect", before, after, "NextResponse.redirect(next)")
    named = after.replace("const safePath = next", "const target = get(next);\n  const safePath =\n    target")
    named = named.replace("test(next) ? next", "test(target) ? target")
    check_edited("redirect", before.replace("(next)", "(get(next)!)"), named, "NextResponse.redirect(get(next)!)")
    told = before.replace("(next)", "(`/${next}`)")
    check_refused("redirect", told, "Give the target", "NextResponse.redirect(`/${next}`)")


def test_one_origin_is_named() -> None:
    before = 'const headers = { "Access-Control-Allow-Origin": "*" };\n'
    check_edited(
        "cors",
        before,
        before.replace('"*"', 'process.env.SITE_URL ?? "null"'),
        '"Access-Control-Allow-Origin": "*"',
        variable="SITE_URL",
    )
    check_refused("cors", before, "not known", '"Access-Control-Allow-Origin": "*"')


def test_a_search_is_told_who_searches() -> None:
    line = 'await db.rpc("match", {\n    embedding,\n  });'
    wanted = 'await db.rpc("match", {\n    embedding,\n    match_user_id: session.user.id,\n  });'
    check_edited("vector", handler(line), handler(wanted), line[6:-1], argument="match_user_id", column="user_id")


def test_an_event_is_verified_before_it_is_believed() -> None:
    before = 'import { stripe } from "@/stripe";\nexport async function POST(req: Request) {\n  const event = await req.json();\n  await apply(event);\n  return Response.json({});\n}\n'
    refusal = 'return Response.json({ error: "Invalid signature" }, { status: 400 });'
    check = f"""  const payload = await req.text();
  const signature = req.headers.get("stripe-signature");
  const webhookSecret = process.env.STRIPE_WEBHOOK_SECRET;
  if (!signature || !webhookSecret) {{
    {refusal}
  }}
  let event;
  try {{
    event = stripe.webhooks.constructEvent(payload, signature, webhookSecret);
  }} catch {{
    {refusal}
  }}
"""
    after = before.replace("  const event = await req.json();\n", check)
    check_edited("stripe_signature", before, after, "async function POST")
    check_refused("stripe_signature", before, "bodyParser", "async function POST", kind="pages-api")


def test_an_event_is_handled_once() -> None:
    before = 'export async function POST(req: Request) {\n  const event = stripe.webhooks.constructEvent(a, b, c);\n  await admin.from("credits").insert({});\n  return Response.json({});\n}\nconst admin = make();\n'
    check = """  const { error: repeated } = await admin
    .from("stripe_events")
    .insert({ id: event.id });
  if (repeated?.code === "23505") {
    return Response.json({ received: true });
  }
  if (repeated) {
    throw repeated;
  }
"""
    after = before.replace("  await admin", check + "  await admin")
    check_edited("stripe_once", before, after, "async function POST", engine="supabase", client="admin")
    check_refused("stripe_once", before, "unique key", "async function POST", engine="drizzle", client="admin")


def test_a_file_in_another_encoding_or_language_is_refused() -> None:
    from codemods.registry import change
    from codemods.target import Refusal, Target

    assert change("redact", b"\xff\xfe", Target("a.ts")) == Refusal("a.ts is not UTF-8: save it as UTF-8 first.")
    assert isinstance(change("redact", b"x", Target("a.rb")), Refusal)
    assert isinstance(change("stripe_once", b"x = 1", Target("a.py")), Refusal)
