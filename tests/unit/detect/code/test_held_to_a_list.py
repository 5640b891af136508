"""Where people are sent and which sites may ask: a list of the code decides, or whoever wrote the link does."""

from __future__ import annotations

import pytest

from assistant.domain.matrix import Severity
from tests.unit.detect.code.apps import APP, of_route
from tests.unit.detect.code.rig import followed, rules_of


NEXT = 'const { searchParams } = new URL(request.url); let next = searchParams.get("next") ?? "/";'
HEAD = """
    import { redirect } from "next/navigation";
    import { z } from "zod";
    import { safe } from "@/lib/safe";
    const HOSTS = ["app.acme.com"];
"""
SAFE = r"""
    export function safe(value) {
      if (!value) return "/";
      if (!/^\/(?!\/)/.test(value)) return "/";
      return value;
    }
"""


def sent(body):
    found = of_route(
        f"{NEXT} {body}", path="app/go/route.ts", session="", head=HEAD, least=Severity.INFO, lib_safe=SAFE
    )
    return "open-redirect" in found


@pytest.mark.parametrize(
    "body",
    [
        "return NextResponse.redirect(next);",
        "return new Response(null, { status: 302, headers: { Location: next } });",
        'if (!next.startsWith("https://acme.com")) next = "/"; return NextResponse.redirect(next);',
        "const asked = z.object({ next: z.string().url() }).parse(Object.fromEntries(searchParams)); redirect(asked.next);",
    ],
)
def test_a_link_to_the_real_site_ended_on_another(body):
    assert sent(body)


@pytest.mark.parametrize(
    "body",
    [
        'if (!next.startsWith("/") || next.startsWith("//")) next = "/"; return NextResponse.redirect(new URL(next, request.url));',
        'if (!next.startsWith("https://acme.com/")) next = "/"; return NextResponse.redirect(next);',
        "return NextResponse.redirect(new URL(safe(next), request.url));",
        "const to = new URL(next, request.url); if (to.origin !== new URL(request.url).origin) return NextResponse.redirect(new URL('/', request.url)); return NextResponse.redirect(to);",
        "const to = new URL(next); if (!HOSTS.includes(to.host)) return NextResponse.redirect(new URL('/', request.url)); return NextResponse.redirect(to);",
        'const asked = z.object({ next: z.enum(["/a", "/b"]) }).parse(Object.fromEntries(searchParams)); redirect(asked.next);',
    ],
)
def test_one_that_was_held_to_the_application_stayed_there(body):
    assert not sent(body)


def test_props_and_pages_without_rows_send_people_too():
    props = "export async function getServerSideProps({ query }) { return { redirect: { destination: query.next } }; }\nexport default function P() { return null; }"
    page = """
        import { redirect } from "next/navigation";
        export default async function Page({ searchParams }) { const { returnTo } = await searchParams; redirect(returnTo ?? "/"); }
    """
    for path, text in (("pages/go.tsx", props), ("app/go/page.tsx", page)):
        assert "open-redirect" in rules_of(followed({**APP, path: text}), least=Severity.INFO)


def echoed(body):
    head = 'const ALLOWED = ["https://a.com"];'
    origin = 'const origin = request.headers.get("origin") ?? "";'
    mine = "const rows = await db.invoice.findMany({ where: { userId: session.user.id } });"
    return "cors-reflects-origin" in of_route(f"{origin} {mine} {body}", head=head)


BOTH = '{ "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true" }'


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (f"return Response.json(rows, {{ headers: {BOTH} }});", True),
        (f'return Response.json(rows, {{ headers: origin.endsWith("acme.com") ? {BOTH} : {{}} }});', True),
        (f'return Response.json(rows, {{ headers: origin.endsWith(".acme.com") ? {BOTH} : {{}} }});', False),
        (
            'const headers = {}; if (ALLOWED.includes(origin)) { headers["Access-Control-Allow-Origin"] = origin; headers["Access-Control-Allow-Credentials"] = "true"; } return Response.json(rows, { headers });',
            False,
        ),
    ],
)
def test_an_origin_is_echoed_only_from_the_list(body, told):
    assert echoed(body) is told


def test_an_origin_that_a_pattern_holds_to_a_host():
    """The list of the environment and a pattern for the developer's own machine: every handler was told to echo any site."""
    put = 'headers["Access-Control-Allow-Origin"] = origin; headers["Access-Control-Allow-Credentials"] = "true";'
    body = f"const headers = {{}}; if (TEST) {{ {put} }} return Response.json(rows, {{ headers }});"
    holds = [
        r"ALLOWED.includes(origin) || /^http:\/\/(localhost|127\.0\.0\.1):\d{4}$/.test(origin)",
        r"/^https:\/\/[a-z0-9-]+\.acme\.com$/.test(origin)",
        r"/^https?:\/\/acme\.com(:\d+)?$/i.test(origin)",
    ]
    open_to_all = [
        r"/^https?:\/\/.*$/.test(origin)",
        r"/^https?:\/\/[^/]+$/.test(origin)",
        r"/^https:\/\/acme\.com.*$/.test(origin)",
    ]
    assert not [test for test in holds if echoed(body.replace("TEST", test))]
    assert not [test for test in open_to_all if not echoed(body.replace("TEST", test))]


def test_a_price_of_the_list_is_no_price_of_the_request():
    def sold(before):
        made = 'const made = await stripe.checkout.sessions.create({ mode: "subscription", line_items: [{ price, quantity: 1 }] }); return Response.json({ url: made.url });'
        body = f"const {{ price }} = await request.json(); {before} {made}"
        return "price-from-request" in of_route(
            body, verb="POST", head='const PRICES = ["price_1"];', least=Severity.INFO
        )

    assert sold("")
    assert not sold("if (!PRICES.includes(price)) return new Response(null, { status: 400 });")


WITH = '{ headers: { "access-control-allow-origin": SENT, "access-control-allow-credentials": "true" } }'
OTHER = 'origin === `https://www.${ALLOWED_ONE.replace("https://", "")}`'


@pytest.mark.parametrize(
    ("asked", "echoes"),
    [
        (f"(origin === ALLOWED_ONE || {OTHER}) ? origin : ''", False),
        ("origin === ALLOWED_ONE.toLowerCase() ? origin : ''", False),
        ("origin !== ALLOWED_ONE.replace('https://', 'http://') ? origin : ''", True),
        ("origin.endsWith(ALLOWED_ONE.replace('https://', '')) ? origin : ''", True),
    ],
)
def test_a_text_that_the_code_spells_out_of_another(asked, echoes):
    said = WITH.replace("SENT", asked)
    assert echoed(f"const ALLOWED_ONE = 'https://a.com'; return Response.json(rows, {said});") is echoes
