"""Rows that are looked up and not shown, what one look-up leads to, and notes that an application writes for itself."""

from __future__ import annotations

import pytest

from assistant.detect.code import words
from tests.unit.detect.code.rig import followed
from tests.unit.detect.code.test_spelled_otherwise import LIBRARIES, heard
from tests.unit.detect.code.test_told_once import TSCONFIG, findings, route


SESSION = "const session = await auth(); if (!session) return new Response(null, { status: 401 });"
LOOKED_UP = "const order = await db.order.findUnique({ where: { id: params.id } });"


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (
            "await db.rating.create({ data: { orderId: order.id, userId: session.user.id } }); return new Response()",
            False,
        ),
        ("import_redirect; redirect(`/app/${order.shopId}/orders/${order.id}`)", False),
        (
            "await db.note.create({ data: { text: order.address, userId: session.user.id } }); return new Response()",
            True,
        ),
        ("await fetch(process.env.HOOK, { body: order.address }); return new Response()", True),
        ("return Response.json(order)", True),
    ],
)
def test_a_row_of_which_only_ids_go_on_is_not_read_by_anybody(after, told):
    head = 'import { redirect } from "next/navigation"; const import_redirect = 1;'
    assert ("id-only-lookup" in heard(f"{LOOKED_UP} {after}", head=head)) is told


def test_what_is_found_through_a_row_is_told_with_it():
    body = (
        f"{SESSION} {LOOKED_UP} const items = await db.orderItem.findMany({{ where: {{ orderId: order.id }} }}); "
        "const bills = await db.invoice.findMany({ where: { orderId: order.id } }); return Response.json({ order, items, bills })"
    )
    found = findings({"app/api/rows/[id]/route.ts": route(body, verb="GET")}, "id-only-lookup")
    assert [one.title for one in found] == [
        "Whoever is signed in can read rows of order, orderItem, invoice with any id through GET /api/rows/[id]."
    ]


def test_what_is_written_through_a_row_is_told_by_itself():
    body = f"{SESSION} {LOOKED_UP} await db.invoice.deleteMany({{ where: {{ orderId: order.id }} }}); return Response.json(order)"
    found = findings({"app/api/rows/[id]/route.ts": route(body)}, "id-only-lookup")
    assert len(found) == 2


AUDIT = 'import { db } from "./db"\nexport async function note(what) { await db.TABLE.create({ data: { what, userId: "anonymous" } }) }'
RESET = 'import { note } from "@/lib/note"\nexport async function POST(request) { const { email } = await request.json(); await note(email); return new Response() }'


@pytest.mark.parametrize(
    ("table", "told"), [("auditLog", False), ("loginLog", False), ("orderHistory", True), ("invoice", True)]
)
def test_an_audit_row_that_the_application_writes_is_nobodys_door(table, told):
    files = {**LIBRARIES, **TSCONFIG, "lib/note.ts": AUDIT.replace("TABLE", table), "app/api/orders/route.ts": RESET}
    assert bool([one for one in followed(files).findings if one.rule == "missing-session"]) is told


INVITED = """
    const { data: { user } } = await (await client()).auth.getUser();
    if (!user) return new Response(null, { status: 401 });
    const { data } = await admin().from("invitations").select("id, token").eq(COLUMN).single();
    return Response.json(data)
"""


@pytest.mark.parametrize(
    ("column", "told"), [('"email", user.email', False), ('"team_id", user.app_metadata.team_id', True)]
)
def test_ones_own_invitation_may_be_answered_with_its_token(column, told):
    found = heard(INVITED.replace("COLUMN", column), signed_in=False)
    assert ("overfetch" in found) is told


SHELF = 'return Response.json((await admin().from("categories").select("*").eq("tenant_id", params.id)FILTER).data)'
OWNED = """
    export async function GET(request) {
      const { data: { user } } = await (await client()).auth.getUser(); if (!user) return new Response();
      return Response.json((await admin().from("categories").select("*").eq("tenant_id", user.app_metadata.tenant_id)).data)
    }
"""


@pytest.mark.parametrize(("condition", "told"), [('.eq("is_active", true)', False), ("", True)])
def test_what_is_put_into_a_shop_window_is_for_everybody(condition, told):
    found = heard(SHELF.replace("FILTER", condition), head=OWNED, signed_in=False)
    assert ("missing-session" in found) is told


KEPT = """
    const key = `site:${params.id}`;
    const kept = await redis.get(key);
    if (kept) return Response.json(kept);
    const site = await db.invoice.findFirst({ where: { id: params.idOWNER } });
    await redis.set(key, site);
    return Response.json(site);
"""


@pytest.mark.parametrize(("owner", "told"), [("", False), (", userId: session.user.id", True)])
def test_a_cache_that_gives_what_the_query_gives_adds_nothing(owner, told):
    head = 'import { Redis } from "@upstash/redis"; const redis = Redis.fromEnv();'
    assert any(rule.startswith("cache-") for rule in heard(KEPT.replace("OWNER", owner), head=head)) is told


NOTIFIES = """
    const { assignee } = await request.json();
    const person = await db.user.findUnique({ where: { id: assignee } });
    await resend.emails.send({ from: "a@example.com", to: person.email, subject: "Yours" });
    return ANSWER
"""


@pytest.mark.parametrize(("answer", "told"), [("new Response()", False), ("Response.json(person)", True)])
def test_a_colleague_who_gets_a_mail_is_not_shown(answer, told):
    head = 'import { Resend } from "resend"; const resend = new Resend(process.env.RESEND_API_KEY);'
    assert bool(heard(NOTIFIES.replace("ANSWER", answer), head=head)) is told


FACE = "return Response.json(await db.user.findUnique({ where: { id: params.id }, select: { id: true, name: true, avatar: true EXTRA } }))"


@pytest.mark.parametrize(("extra", "told"), [("", False), (", email: true", True)])
def test_name_and_picture_are_what_people_see_of_each_other(extra, told):
    assert ("id-only-lookup" in heard(FACE.replace("EXTRA", extra))) is told


WINDOW = "return Response.json(await db.TABLE.findMany({ where: { active: true } }))"
WRITTEN = """
    export async function PUT(request) {
      const session = await auth(); if (!session) return new Response();
      await db.TABLE.create({ data: { title: "a", createdBy: session.user.id } }); return new Response();
    }
"""


@pytest.mark.parametrize(("table", "told"), [("announcement", False), ("customerNote", True)])
def test_who_wrote_an_announcement_down_is_not_whose_it_is(table, told):
    found = heard(WINDOW.replace("TABLE", table), head=WRITTEN.replace("TABLE", table))
    assert ("unscoped-read" in found) is told


@pytest.mark.parametrize(
    ("column", "secret"),
    [
        ("next_page_token", False),
        ("continuation_token", False),
        ("page_access_token_secret", True),
        ("access_token", True),
    ],
)
def test_the_token_of_a_page_opens_nothing(column, secret):
    assert words.is_secret(column) is secret


KEEPS = """
    import { auth } from "@/lib/auth"
    import { db } from "@/lib/db"
    let lastNAME = null
    export async function GET() {
      const session = await auth(); if (!session) return new Response(null, { status: 401 })
      const rows = await db.invoice.findMany({ where: { userId: session.user.id } })
      lastNAME = rows
      return Response.json(lastNAME)
    }
"""


@pytest.mark.parametrize(("name", "told"), [("Error", False), ("Rows", True)])
def test_a_variable_for_the_last_error_keeps_no_rows(name, told):
    files = {"app/api/rows/route.ts": KEEPS.replace("NAME", name)}
    assert bool(findings(files, "cache-key-without-tenant")) is told


FORWARDED = """
    const user = request.headers.get("x-user-id");
    if (!user) return new Response(null, { status: 401 });
    return Response.json(await db.order.findMany({ where: { userId: user } }));
"""
ASKS = """
    import { NextResponse } from "next/server"
    import { getToken } from "next-auth/jwt"
    export async function middleware(request) {
      const token = await getToken({ req: request })
      if (!token) return NextResponse.redirect(new URL("/login", request.url))
      return NextResponse.next()
    }
    export const config = { matcher: ["/api/:path*"] }
"""


@pytest.mark.parametrize(("middleware", "severity"), [(ASKS, "medium"), ("export const nothing = 1", "high")])
def test_a_header_that_the_middleware_may_set_is_asked_about(middleware, severity):
    files = {"middleware.ts": middleware, "app/api/rows/route.ts": route(FORWARDED, verb="GET")}
    found = findings(files, "identity-from-request")
    assert [one.severity.value for one in found] == [severity]


@pytest.mark.parametrize(
    ("shown", "told"),
    [("{ slug: shop.slug, name: shop.name }", False), ("{ slug: shop.slug, tax: shop.taxNumber }", True)],
)
def test_which_shop_an_address_means_and_what_it_is_called(shown, told):
    body = f"const shop = await db.shop.findUnique({{ where: {{ slug: params.id }} }}); return Response.json({shown})"
    mine = "export async function PUT() { const session = await auth(); return Response.json(await db.shop.findMany({ where: { userId: session.user.id } })) }"
    assert ("id-only-lookup" in heard(body, head=mine)) is told
