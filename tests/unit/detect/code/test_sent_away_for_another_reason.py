"""Middleware that sends somebody away because of the address, a shop that is not there or a missing setting has not asked who is calling."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import APP
from tests.unit.detect.code.rig import followed


SHOPS = """
    import { NextResponse } from "next/server";
    import { createServerClient } from "@supabase/ssr";
    export async function middleware(request) {
      if (!process.env.NEXT_PUBLIC_SUPABASE_URL) return new NextResponse("not set up", { status: 500 });
      const supabase = createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY, { cookies: {} });
      const host = request.headers.get("host").split(":")[0];
      if (host !== "shops.example" && !host.endsWith(".preview.example")) {
        const { data: shop } = await supabase.from("shops").select("id").eq("host", host).maybeSingle();
        if (!shop) return NextResponse.redirect("https://shops.example/unknown-shop");
      }
      const { data: { user } } = await supabase.auth.getUser();
      if (request.nextUrl.pathname.startsWith("/office") && !user) {
        return NextResponse.redirect(new URL("/login", request.url));
      }
      return NextResponse.next();
    }
"""
BY_COOKIE = """
    import { NextResponse } from "next/server";
    import { getToken } from "next-auth/jwt";
    export async function middleware(request) {
      if (request.nextUrl.pathname.startsWith("/office")) {
        const token = await getToken({ req: request });
        if (!token) return NextResponse.redirect(new URL("/login", request.url));
      }
      %s
      return NextResponse.next();
    }
"""
ROWS = """
    import { db } from "@/lib/db";
    export async function GET() {
      return Response.json(await db.invoice.findMany());
    }
"""


def asked(middleware, path="api/invoices"):
    found = followed({**APP, "middleware.ts": middleware, f"app/{path}/route.ts": ROWS})
    entry = next(one for one in found.context.map.entries if one.path == f"/{path}")
    return entry.asked_before, {one.title for one in found.findings if one.rule == "missing-session"}


def test_a_shop_that_is_not_there_is_no_question_about_the_caller():
    said, told = asked(SHOPS)
    assert said == ()
    assert any(title.startswith("Anyone on the internet can read rows of invoice") for title in told)


def test_behind_the_office_somebody_is_asked():
    assert asked(SHOPS, "office/api/invoices")[0] == ("session",)


@pytest.mark.parametrize(
    "line",
    [
        'if (!request.cookies.get("known")) return NextResponse.redirect(new URL("/hello", request.url));',
        'if (!request.headers.get("authorization")) return new NextResponse("no", { status: 401 });',
        'if (!isMember(request)) return NextResponse.redirect(new URL("/hello", request.url));',
        'if (!isMember(request)) { if (request.nextUrl.hostname !== "a.example") return NextResponse.redirect("https://a.example"); }',
        'return NextResponse.redirect(new URL("/closed", request.url));',
    ],
)
def test_what_may_have_been_about_the_caller_is_asked_and_not_said(line):
    said, told = asked(BY_COOKIE % line)
    assert said is None
    assert not any(title.startswith("Anyone") for title in told)


@pytest.mark.parametrize(
    "line",
    [
        'if (request.headers.get("user-agent").includes("bot")) return new NextResponse("no", { status: 429 });',
        'if (request.nextUrl.hostname === "www.a.example") return NextResponse.redirect("https://a.example");',
        'if (process.env.CLOSED === "yes") return NextResponse.redirect(new URL("/closed", request.url));',
    ],
)
def test_another_address_or_a_setting_asks_nobody(line):
    said, told = asked(BY_COOKIE % line)
    assert said == ()
    assert any(title.startswith("Anyone on the internet") for title in told)


def test_a_prefix_that_is_in_the_middle_of_the_path_is_another_path():
    """``/api/office/files`` does not begin with ``/office``, whatever a router may hang under it."""
    assert asked(SHOPS, "api/office/files")[0] == ()
