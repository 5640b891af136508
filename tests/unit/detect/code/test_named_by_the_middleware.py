"""Who calls stands in a header that the middleware writes: believed where whoever gets through has it from there, and told where a browser may send it."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import APP
from tests.unit.detect.code.rig import followed, rules_of


MIDDLEWARE = """
    import { NextResponse } from "next/server";
    import { createServerClient } from "@supabase/ssr";
    const OPEN = ["/login", "/signup", "/terms", "/privacy", "/imprint", "/press", "/jobs", "/help", "/status", "/blog", "/tour",
      "/api/login", "/api/signup", "/api/webhooks", "/api/orders/public"];
    function isOpen(pathname) {
      if (/^\\/api\\/invoices\\/[^/]+\\/shared$/.test(pathname)) return true;
      return OPEN.some((one) => pathname === one || pathname.startsWith(one + "/"));
    }
    export async function middleware(request) {
      const headers = new Headers(request.headers);
      const { pathname } = request.nextUrl;
      if (isOpen(pathname)) return NextResponse.next({ request: { headers } });
      const supabase = createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY, { cookies: request.cookies });
      const { data: { user } } = await supabase.auth.getUser();
      WRITES
      if (!user) return NextResponse.json({ error: "Sign in first" }, { status: 401 });
      return NextResponse.next(ANSWER);
    }
"""
SETS = 'if (user) headers.set("x-user-id", user.id);'
HANDS = "{ request: { headers } }"
OWN = """
    import { db } from "@/lib/db";
    export async function GET(request, { params }) {
      const userId = request.headers.get("x-user-id");
      if (!userId) return new Response(null, { status: 401 });
      return Response.json(await db.order.findMany({ where: { userId } }));
    }
    export async function POST(request) {
      const userId = request.headers.get("x-user-id");
      const { title } = await request.json();
      return Response.json(await db.order.create({ data: { title, userId } }));
    }
"""
OF_SUPABASE = {
    "package.json": '{"dependencies": {"next": "15.1.0", "@supabase/ssr": "0.5.0", "@prisma/client": "6.0.0"}}'
}


def told(path="app/api/orders/route.ts", writes=SETS, answer=HANDS, handler=OWN, middleware=MIDDLEWARE):
    whole = middleware.replace("WRITES", writes).replace("ANSWER", answer)
    found = rules_of(followed({**APP, **OF_SUPABASE, "middleware.ts": whole, path: handler}))
    return {one for one in found if one in {"identity-from-request", "missing-session", "id-only-lookup"}}


@pytest.mark.parametrize(
    "path",
    [
        "app/api/orders/route.ts",
        "app/api/login-history/route.ts",
        "app/api/orders/[id]/route.ts",
        "app/api/orders/[orderId]/lines/route.ts",
        "app/api/invoices/route.ts",
        "app/api/invoices/[id]/lines/route.ts",
    ],
)
def test_whoever_gets_through_has_it_from_the_middleware(path):
    assert told(path) == set()


@pytest.mark.parametrize(
    "path",
    [
        "app/api/login/route.ts",
        "app/api/orders/public/route.ts",
        "app/api/invoices/[id]/shared/route.ts",
        "app/api/orders/[slug]/route.ts",
    ],
    ids=["named open", "below an open prefix", "a pattern of open ones", "a word may be the open one"],
)
def test_a_browser_sends_it_where_the_middleware_lets_it_through(path):
    assert "identity-from-request" in told(path)


@pytest.mark.parametrize(
    "writes",
    [
        "",
        'if (user.app_metadata.role === "staff") headers.set("x-user-id", user.id);',
        'headers.set("x-user-id", request.nextUrl.searchParams.get("as") ?? user.id);',
        'if (request.method !== "GET") headers.set("x-user-id", user.id);',
        f'{SETS} if (request.headers.get("x-mobile")) headers.delete("x-user-id");',
        f'if (request.headers.get("x-mobile")) return NextResponse.next({HANDS}); {SETS}',
    ],
    ids=["never", "for some", "of the request", "for some verbs", "taken away", "too late"],
)
def test_a_way_on_which_it_is_not_written(writes):
    assert "identity-from-request" in told(writes=writes)


@pytest.mark.parametrize("answer", ["", "{ headers }"], ids=["nothing", "of the answer"])
def test_headers_that_are_not_handed_on(answer):
    assert "identity-from-request" in told(answer=answer)


ROLE = """
    import { headers } from "next/headers";
    import { db } from "@/lib/db";
    export async function DELETE(request) {
      const sent = await headers();
      if (sent.get("x-user-role") !== "admin") return new Response(null, { status: 403 });
      return Response.json(await db.order.delete({ where: { id: request.nextUrl.searchParams.get("id") } }));
    }
"""
ROLES = f'{SETS} headers.set("x-user-role", user.app_metadata.role);'


def test_a_role_that_is_handed_on():
    assert told(handler=ROLE, writes=ROLES) == set()
    assert "missing-session" in told("app/api/orders/public/route.ts", handler=ROLE, writes=ROLES)


DECODED = """
    import { decode } from "next-auth/jwt";
    import { cookies } from "next/headers";
    import { db } from "@/lib/db";
    async function session() {
      const token = (await cookies()).get("session")?.value;
      if (!token) return null;
      try {
        const found = await READ;
        return typeof found?.sub === "string" ? { id: found.sub } : null;
      } catch {}
      return null;
    }
    export async function GET() {
      const user = await session();
      if (!user) return new Response(null, { status: 401 });
      return Response.json(await db.order.findMany({ where: { userId: user.id } }));
    }
"""


def test_a_session_that_is_decrypted_with_its_secret():
    def of(read):
        return rules_of(followed({**APP, "app/api/orders/route.ts": DECODED.replace("READ", read)}))

    assert of('decode({ token, secret: process.env.AUTH_SECRET, salt: "session" })') == []
    assert of("JSON.parse(atob(token))") != []
