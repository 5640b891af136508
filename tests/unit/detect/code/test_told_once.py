"""What is told once for many places, what is asked and not said, and what is no fault at all."""

from __future__ import annotations

import pytest

from assistant.domain.matrix import Severity
from tests.unit.detect.code.rig import followed
from tests.unit.detect.code.test_spelled_otherwise import IMPORTS, LIBRARIES


PAGE = """
    import { db } from "@/lib/db"
    export default async function Page() { const rows = await db.invoice.findMany(); return <p>{rows[0].total}</p> }
"""
TSCONFIG = {"tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}'}
LAYOUT = """
    import { auth } from "@/lib/auth"
    import { redirect } from "next/navigation"
    export default async function Layout({ children }) { const session = await auth(); GUARD return <main>{children}</main> }
"""


def findings(files, rule):
    return [one for one in followed({**LIBRARIES, **TSCONFIG, **files}).findings if one.rule == rule]


def route(body, head="", verb="POST"):
    return f"{IMPORTS}{head}\nexport async function {verb}(request, {{ params }}) {{ {body} }}"


def test_pages_below_a_layout_that_asks_are_one_finding():
    pages = {"app/office/invoices/page.tsx": PAGE, "app/office/debts/page.tsx": PAGE}
    guard = 'if (!session) redirect("/login");'
    told = findings({**pages, "app/office/layout.tsx": LAYOUT.replace("GUARD", guard)}, "missing-session")
    assert [one.title for one in told] == ["2 pages read customers' rows and leave the check to app/office/layout.tsx."]
    alone = findings({**pages, "app/office/layout.tsx": LAYOUT.replace("GUARD", "")}, "missing-session")
    assert len(alone) == 2


def test_a_list_that_many_handlers_ask_one_function_for_is_one_finding():
    load = 'import { db } from "./db"\nexport async function all() { return db.invoice.findMany() }'
    mine = route(
        "const s = await auth(); if (!s) return; return Response.json(await db.invoice.findMany({ where: { userId: s.user.id } }))"
    )
    handler = (
        'import { auth } from "@/lib/auth"\nimport { all } from "@/lib/all"\n'
        "export async function GET() { const s = await auth(); if (!s) return new Response(null, { status: 401 }); return Response.json(await all()) }"
    )
    many = {f"app/api/{name}/route.ts": handler for name in ("a", "b", "c")}
    told = findings({"lib/all.ts": load, "app/api/rows/[id]/route.ts": mine, **many}, "unscoped-read")
    assert [one.title for one in told] == [
        "3 handlers answer rows of invoice of every customer to whoever is signed in."
    ]
    assert "GET /api/c" in told[0].detail


def test_a_handler_of_several_verbs_is_one_finding():
    handler = (
        route("return Response.json(await db.order.findMany())")
        + "\nexport const PUT = POST\nexport const PATCH = POST"
    )
    told = findings({"app/api/rows/[id]/route.ts": handler}, "missing-session")
    assert [one.title for one in told] == [
        "Anyone on the internet can read rows of order through POST, PUT, PATCH /api/rows/[id]."
    ]


CAUGHT = "try {{ await db.order.create({{ data: {{ a: 1 }} }}) }} catch (error) {{ {caught} }} return new Response()"
OWN = "class NotAllowed extends Error {}"


@pytest.mark.parametrize(
    ("caught", "told"),
    [
        ("return Response.json({ error: error.message })", 1),
        ("if (error instanceof Error) return Response.json({ error: error.message })", 1),
        ("if (error instanceof NotAllowed) return Response.json({ error: error.message })", 0),
        ('if (error.message === "TAKEN") return Response.json({ error: error.message })', 0),
        ('return Response.json({ error: process.env.NODE_ENV === "development" ? error.message : "No" })', 0),
        ("return Response.json({ error: error.code })", 0),
    ],
)
def test_an_error_of_the_application_is_no_message_of_the_database(caught, told):
    handler = route(CAUGHT.format(caught=caught), head=OWN)
    assert len(findings({"app/api/rows/[id]/route.ts": handler}, "error-tells-internals")) == told


def test_a_refusal_before_the_look_up_tells_no_ids():
    after = (
        "const row = await db.order.findFirst({ where: { id: params.id } }); if (!row) return new Response(null, { status: 404 }); "
        "if (row.userId !== s.user.id) return new Response(null, { status: 403 }); return Response.json({})"
    )
    session = "const s = await auth(); "
    assert findings({"app/api/rows/[id]/route.ts": route(session + after)}, "error-tells-internals")
    before = session + "if (!s) return new Response(null, { status: 403 }); "
    gone = "const row = await db.order.findFirst({ where: { id: params.id, userId: s.user.id } }); if (!row) return new Response(null, { status: 404 }); return Response.json({})"
    assert not findings({"app/api/rows/[id]/route.ts": route(before + gone)}, "error-tells-internals")


def test_a_limiter_of_the_repository_counts():
    limiter = "export async function check() { return { allowed: true } }"
    sign_in = "const body = await request.json(); return Response.json(!!(await db.user.findFirst({ where: { email: body.email } })))"
    guarded = 'import { check } from "@/lib/rate-limit"\n' + route("if (!(await check()).allowed) return; " + sign_in)
    assert not findings({"lib/rate-limit.ts": limiter, "app/api/login/route.ts": guarded}, "rate-limit-absent")
    assert findings({"app/api/login/route.ts": route(sign_in)}, "rate-limit-absent")


def test_old_rows_that_a_function_below_removes_are_nobodys_fault():
    tidy = 'import { db } from "./db"\nexport async function tidy() { await db.order.deleteMany({ where: { createdAt: { lt: new Date() } } }) }'
    mine = "await db.order.findMany({ where: { userId: s.user.id } }); "
    handler = 'import { tidy } from "@/lib/tidy"\n' + route(
        "const s = await auth(); if (!s) return new Response(null, { status: 401 }); "
        + mine
        + "await tidy(); return new Response()"
    )
    assert not findings({"lib/tidy.ts": tidy, "app/api/rows/[id]/route.ts": handler}, "unscoped-write")
    beside = handler.replace(
        'import { tidy } from "@/lib/tidy"', tidy.replace('import { db } from "./db"', "").replace("export ", "")
    )
    assert not findings({"app/api/rows/[id]/route.ts": beside}, "unscoped-write")
    every = tidy.replace("{ where: { createdAt: { lt: new Date() } } }", "{ where: { paid: true } }")
    assert findings({"lib/tidy.ts": every, "app/api/rows/[id]/route.ts": handler}, "unscoped-write")


def test_a_row_kept_to_the_proven_tenant_is_no_strangers():
    member = "const m = await db.member.findFirst({ where: { teamId: params.id, userId: s.user.id } }); if (!m) return new Response(null, { status: 403 }); "
    body = (
        "const s = await auth(); if (!s) return new Response(null, { status: 401 }); const b = await request.json(); "
        + member
    )
    child = "return Response.json(await db.invoice.findFirst({ where: { id: b.invoiceId, teamId: params.id } }))"
    rule = "parent-authorised-child-by-id"
    assert not findings({"app/api/rows/[id]/route.ts": route(body + child)}, rule)
    assert findings({"app/api/rows/[id]/route.ts": route(body + child.replace(", teamId: params.id", ""))}, rule)


def test_metadata_that_decides_in_many_handlers_is_one_finding():
    whoami = (
        'import { client } from "./supabase"\nexport async function whoami() { const supabase = await client(); '
        "const { data: { user } } = await supabase.auth.getUser(); if (!user) return null; return { id: user.id, role: user.user_metadata?.role } }"
    )
    handler = (
        'import { whoami } from "@/lib/whoami"\nimport { db } from "@/lib/db"\n'
        'export async function POST() { const me = await whoami(); if (!me || me.role !== "admin") return new Response(null, { status: 403 }); '
        "await db.order.deleteMany({}); return new Response() }"
    )
    many = {f"app/api/{name}/route.ts": handler for name in ("a", "b", "c")}
    told = findings({"lib/whoami.ts": whoami, **many}, "ineffective-guard")
    assert len(told) == 1
    assert "does not guard 3 handlers" in told[0].title


def test_a_session_that_a_helper_does_not_verify_is_one_finding():
    """Every action of the application was told, and two lines of one helper were wrong."""
    whoami = (
        'import { client } from "./supabase"\nexport async function whoami() { const supabase = await client(); '
        "const { data: { session }, error } = await supabase.auth.getSession(); if (error) return null; if (!session) return null; return session.user.id }"
    )
    handler = (
        'import { whoami } from "@/lib/whoami"\nimport { db } from "@/lib/db"\n'
        "export async function POST() { const me = await whoami(); if (!me) return new Response(null, { status: 401 }); "
        "await db.order.deleteMany({ where: { userId: me } }); return new Response() }"
    )
    many = {f"app/api/{name}/route.ts": handler for name in ("a", "b", "c")}
    told = findings({"lib/whoami.ts": whoami, **many}, "ineffective-guard")
    assert [one.title for one in told] == [
        "The check in whoami() does not guard 3 handlers: it reads a session whose cookie nobody verified."
    ]
    few = dict(list(many.items())[:2])
    assert len(findings({"lib/whoami.ts": whoami, **few}, "ineffective-guard")) == len(few)


def _behind_proxy(lookup: str, found_by: str = "roomId: params.id"):
    proxy = (
        'import { NextResponse } from "next/server"\nimport { withAuth } from "next-auth/middleware"\nimport { db } from "@/lib/db"\n'
        "export default withAuth(async function proxy(request) { const token = request.nextauth.token; "
        "const found = request.nextUrl.pathname.match(/^\\/api\\/rooms\\/([^/]+)/); "
        f"if (found) {{ if (!token) return NextResponse.json({{}}, {{ status: 401 }}); {lookup} }} return NextResponse.next() }})\n"
        'export const config = { matcher: ["/api/rooms/:path+"] }'
    )
    handler = (
        'import { db } from "@/lib/db"\n'
        f"export async function POST(request, {{ params }}) {{ await db.order.deleteMany({{ where: {{ {found_by} }} }}); return new Response() }}"
    )
    many = {f"app/api/rooms/[id]/{name}/[orderId]/route.ts": handler for name in ("a", "b", "c")}
    return findings({"proxy.ts": proxy, **many}, "missing-session")


MEMBER = (
    "const member = await db.member.findFirst({ where: { roomId: found[1], userId: token.userId } }); "
    "if (!member) return NextResponse.json({}, { status: 403 });"
)


@pytest.mark.parametrize("found_by", ["roomId: params.id", "id: params.orderId, roomId: params.id"])
def test_handlers_behind_a_proxy_that_looks_up_the_members_are_one_question(found_by):
    """Eighty handlers were told, and none was open: the proxy asks who belongs to the room of the address."""
    told = _behind_proxy(MEMBER, found_by)
    assert [one.title for one in told] == [
        "3 handlers leave the check to proxy.ts, which looks up whose an id of the path is."
    ]
    assert told[0].severity is Severity.LOW


@pytest.mark.parametrize(
    ("lookup", "found_by"),
    [("", "roomId: params.id"), (MEMBER, "id: params.orderId")],
    ids=["a session alone", "another id"],
)
def test_what_a_proxy_does_not_look_up_is_asked_of_each_handler(lookup, found_by):
    """An order of another room stands behind an address of one's own."""
    told = _behind_proxy(lookup, found_by)
    assert [one.severity for one in told] == [Severity.MEDIUM] * 3


ADVANCE = """
    const session = await auth(); if (!session) return new Response(null, { status: 401 });
    const { projectId, otherId } = await request.json();
    const mine = { userId: session.user.id };
    await db.movement.create({ data: { ...mine, projectId } });
    await db.transaction.create({ data: { ...mine, accountId: FROM } });
    return new Response();
"""


@pytest.mark.parametrize(("id_of_it", "times"), [("projectId", 1), ("otherId", 2)])
def test_one_id_that_is_written_into_two_tables_is_asked_about_once(id_of_it, times):
    """An account that nobody looks up stands in a movement and in the books: one look-up mends both."""
    files = {"app/api/rows/[id]/route.ts": route(ADVANCE.replace("FROM", id_of_it))}
    assert len(findings(files, "foreign-reference-unchecked")) == times
