"""Guards that say the same in other words, and the same handlers without them."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


LIBRARIES = {
    "lib/auth.ts": 'import { getServerSession } from "next-auth"; export async function auth() { return getServerSession(); }',
    "lib/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient();',
    "lib/supabase.ts": """
        import { createClient } from "@supabase/supabase-js";
        import { createServerClient } from "@supabase/ssr";
        import { cookies } from "next/headers";
        export const admin = () => createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
        export const client = async () => createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY, { cookies: await cookies() });
    """,
}
IMPORTS = (
    'import crypto, { timingSafeEqual } from "node:crypto";\nimport { auth } from "../../../../lib/auth";\n'
    'import { db } from "../../../../lib/db";\nimport { admin, client } from "../../../../lib/supabase";\n'
)


def heard(body, *, head="", signed_in=True):
    """Rules of medium severity or worse that speak about one handler."""
    session = "const session = await auth(); if (!session) return new Response(null, { status: 401 });"
    handler = f"""
        {head}
        export async function POST(request, {{ params }}) {{
          {session if signed_in else ""}
          {body}
        }}
    """
    return rules_of(followed({**LIBRARIES, "app/api/rows/[id]/route.ts": IMPORTS + handler}))


ORGANISATION = "return Response.json(await db.organization.findUnique({ where: { id: params.id } }));"
ADMINS = "if (!session.user.email || !admins.includes(session.user.email)) throw new Error('no');"


@pytest.mark.parametrize(
    "listed",
    [
        'process.env.ADMINS?.split(",").map((one) => one.trim()) ?? []',
        '(process.env.ADMINS || "").split(",").map((one) => one.trim())',
        'process.env.ADMINS.split(",")',
    ],
)
def test_a_list_of_administrators_in_the_environment_is_a_role(listed):
    assert heard(f"const admins = {listed}; {ADMINS} {ORGANISATION}") == []


def test_an_address_that_is_merely_there_is_no_role():
    assert heard(f"if (!session.user.email) throw new Error('no'); {ORGANISATION}") == ["id-only-lookup"]


ITEMS = "const { ids } = await request.json(); const items = await db.item.findMany({ where: { id: { in: ids } } });"
REORDER = (
    "await Promise.all(ids.map((id, at) => db.item.update({ where: { id }, data: { at } }))); return new Response();"
)


@pytest.mark.parametrize(
    "check",
    [
        "const strangers = items.filter((one) => one.userId !== session.user.id); if (strangers.length > 0) return new Response(null, { status: 403 });",
        "const strangers = items.filter((one) => one.userId !== session.user.id); if (strangers.length !== 0) return new Response(null, { status: 403 });",
        "const strangers = items.filter((one) => one.userId !== session.user.id); if (strangers.length) return new Response(null, { status: 403 });",
    ],
)
def test_no_row_was_left_by_the_filter(check):
    assert heard(ITEMS + check + REORDER) == []


def test_a_filter_that_nobody_acts_on_proves_nothing():
    unheard = "const strangers = items.filter((one) => one.userId !== session.user.id); console.log(strangers.length);"
    assert heard(ITEMS + unheard + REORDER) == ["id-only-lookup"]


ROWS = "return Response.json(await db.subscription.findMany());"
BYTES = "let diff = 0; for (let i = 0; i < a.length; i++) { STEP } return diff === 0;"
BEARER = "if (!ok(request)) return new Response(null, { status: 401 });"
OK = (
    "function ok(r) { const secret = process.env.CRON_SECRET; if (!secret) return false; "
    'const sent = r.headers.get("authorization") ?? ""; return same(sent, `Bearer ${secret}`); }'
)


@pytest.mark.parametrize(
    "compared",
    [
        BYTES.replace("STEP", "diff |= a.charCodeAt(i) ^ b.charCodeAt(i);"),
        BYTES.replace("STEP", "diff = diff | (a.charCodeAt(i) ^ b.charCodeAt(i));"),
        "const x = Buffer.from(a); const y = Buffer.from(b); return x.length === y.length && timingSafeEqual(x, y);",
    ],
)
def test_a_secret_compared_by_hand_is_a_secret(compared):
    assert heard(BEARER + ROWS, head=f"function same(a, b) {{ {compared} }}\n{OK}", signed_in=False) == []


def test_an_empty_default_is_as_good_as_not_set():
    skipped = (
        'const secret = process.env.CRON_SECRET || ""; '
        'if (secret && request.headers.get("authorization") !== `Bearer ${secret}`) return new Response(null, { status: 401 });'
    )
    assert heard(skipped + ROWS, signed_in=False) == ["ineffective-guard"]


def test_a_digest_is_not_equal_to_a_header_that_is_missing():
    head = (
        "function verified(payload, signature) { const key = process.env.HOOK_SECRET; if (!key) return false; "
        'return signature === crypto.createHmac("sha256", key).update(payload).digest("hex"); }'
    )
    body = (
        'const payload = await request.text(); const signature = request.headers.get("x-signature") || ""; '
        "if (!verified(payload, signature)) return new Response(null, { status: 400 }); "
        "const event = JSON.parse(payload); await db.subscription.deleteMany({ where: { id: event.id } }); return new Response();"
    )
    assert heard(body, head=head, signed_in=False) == []
    assert heard(body.replace("!verified(payload, signature)", "!payload"), head=head, signed_in=False) == [
        "missing-session"
    ]


INVOICES = (
    "const supabase = await client(); const { data: { user } } = await supabase.auth.getUser(); "
    "if (!user) return new Response(null, { status: 401 }); "
    'const { data: profile } = await supabase.from("profiles").select("role").eq("id", user.id).single(); '
    'let query = admin().from("invoices").select("*"); if (COND) query = query.eq("user_id", user.id); '
    "const { data } = await query; return Response.json(data);"
)


def test_only_administrators_are_spared_the_condition():
    assert heard(INVOICES.replace("COND", 'profile.role !== "admin"'), signed_in=False) == []


def test_the_request_spares_itself_the_condition():
    wished = 'request.nextUrl.searchParams.get("mine")'
    assert heard(INVOICES.replace("COND", wished), signed_in=False) == ["unscoped-read"]


FLOW = (
    "const supabase = await client(); const { data: { user } } = await supabase.auth.getUser(); "
    "if (!user) return new Response(null, { status: 401 }); LOOK "
    'const { data } = await admin().from("orders").update({ paid: true }).eq("id", params.id).select().single(); return Response.json(data);'
)


def test_a_row_that_the_callers_own_client_found_is_theirs_to_change():
    look = (
        'const { data: mine } = await supabase.from("orders").select("id").eq("id", params.id).maybeSingle(); '
        "if (!mine) return new Response(null, { status: 404 });"
    )
    assert heard(FLOW.replace("LOOK", look), signed_in=False) == []
    assert heard(FLOW.replace("LOOK", ""), signed_in=False) == ["id-only-lookup"]


def test_a_row_that_was_just_added_names_nobody():
    body = (
        "const supabase = await client(); const { data: { user } } = await supabase.auth.getUser(); const input = await request.json(); "
        'const { data: order } = await admin().from("orders").insert({ user_id: user?.id ?? null, note: input.note }).select("id").single(); '
        "if (!order) return new Response(null, { status: 500 }); "
        'await admin().from("invoices").update({ stock: 1 }).eq("id", input.productId); return new Response();'
    )
    assert heard(body, signed_in=False) == ["missing-session"]


@pytest.mark.parametrize(
    "check",
    [
        "if (session.user.email !== process.env.ADMIN_EMAIL) return new Response(null, { status: 403 });",
        "const row = await db.administrator.findFirst({ where: { userId: session.user.id } }); if (!row) return new Response(null, { status: 403 });",
        "const rows = await db.administrators.findMany({ where: { userId: session.user.id } }); if (rows.length === 0) return new Response(null, { status: 403 });",
    ],
)
def test_an_administrator_is_named_by_a_variable_or_a_row_of_their_table(check):
    assert heard(check + ORGANISATION) == []


def test_any_row_or_any_variable_names_no_administrator():
    row = "const row = await db.profile.findFirst({ where: { userId: session.user.id } }); if (!row) return new Response(null, { status: 403 });"
    same = "if (session.user.appId !== process.env.NEXT_PUBLIC_APP_ID) return new Response(null, { status: 403 });"
    assert heard(row + ORGANISATION) == ["id-only-lookup"]
    assert heard(same + ORGANISATION) == ["id-only-lookup"]
