"""A matcher says that the middleware runs at a path, and not that it asks anybody there: it is followed for the path."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import APP
from tests.unit.detect.code.rig import followed


SUPABASE = """
    import { NextResponse } from "next/server";
    import { createServerClient } from "@supabase/ssr";
    const OPEN = ["/login", "/api/portal", "/share"];
    export async function middleware(request) {
      const supabase = createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY, { cookies: {} });
      const { data: { user } } = await supabase.auth.getUser();
      const pathname = request.nextUrl.pathname;
      const isOpen = OPEN.some((route) => pathname.startsWith(route));
      if (!user && !isOpen) return NextResponse.redirect(new URL("/login", request.url));
      if (user && pathname.startsWith("/admin")) {
        if (user.app_metadata.role !== "admin") return NextResponse.redirect(new URL("/", request.url));
      }
      return NextResponse.next();
    }
    export const config = { matcher: ["/((?!_next/static).*)"] };
"""
ONE_LONG_CONDITION = """
    import { NextResponse } from "next/server";
    import { getToken } from "next-auth/jwt";
    export async function middleware(request) {
      const token = await getToken({ req: request });
      const path = request.nextUrl.pathname;
      if (path !== "/" && !token && !path.startsWith("/login") && !path.startsWith("/api/portal") && path !== "/share") {
        return NextResponse.redirect(new URL("/login", request.url));
      }
      return NextResponse.next();
    }
"""
CLERK = """
    import { clerkMiddleware, createRouteMatcher } from "@clerk/nextjs/server";
    const isOpen = createRouteMatcher(["/login(.*)", "/api/portal(.*)", "/share"]);
    export default clerkMiddleware(async (auth, request) => {
      if (!isOpen(request)) await auth.protect();
    });
"""
LISTED = """
    import { NextResponse } from "next/server";
    import { getToken } from "next-auth/jwt";
    const open = new Set(["/login", "/share"]);
    export async function middleware(request) {
      const path = request.nextUrl.pathname;
      if (open.has(path) || path.startsWith("/api/portal")) return NextResponse.next();
      const token = await getToken({ req: request });
      if (!token) return NextResponse.redirect(new URL("/login", request.url));
      return NextResponse.next();
    }
"""
ONLY_SOME = """
    import { auth } from "@/auth";
    import { NextResponse } from "next/server";
    const closed = ["/admin", "/dashboard"];
    export default auth((request) => {
      const { pathname } = request.nextUrl;
      if (pathname.startsWith("/api")) return NextResponse.next();
      const asks = closed.some((one) => pathname === one || pathname.startsWith(`${one}/`));
      if (asks && !request.auth) return NextResponse.redirect(new URL("/login", request.url));
      return NextResponse.next();
    });
"""
ROWS = """
    import { db } from "@/lib/db";
    export async function GET() {
      return Response.json(await db.invoice.findMany());
    }
"""
PAGE = """
    import { db } from "@/lib/db";
    export default async function Page() {
      const rows = await db.invoice.findMany();
      return <ul>{rows.map((row) => <li>{row.total}</li>)}</ul>;
    }
"""


def read(middleware):
    routes = {f"app/{path}/route.ts": ROWS for path in ("api/invoices", "api/portal/files")}
    pages = {f"app/{path}/page.tsx": PAGE for path in ("dashboard", "admin", "share")}
    return followed({**APP, "middleware.ts": middleware, **routes, **pages})


def asked(found):
    return {entry.path: entry.asked_before for entry in found.context.map.entries if entry.path}


@pytest.mark.parametrize("middleware", [SUPABASE, ONE_LONG_CONDITION, CLERK, LISTED])
def test_paths_that_are_left_open_by_name_are_told_from_the_others(middleware):
    said = asked(read(middleware))
    assert said["/share"] == said["/api/portal/files"] == ("open",)
    assert "session" in said["/api/invoices"]
    assert "session" in said["/dashboard"]


def test_a_role_that_only_the_middleware_asks_for_is_seen():
    assert asked(read(SUPABASE))["/admin"] == ("role", "session")


def test_what_it_lets_through_before_it_asks_is_open_to_anyone():
    found = read(ONLY_SOME)
    assert asked(found)["/api/invoices"] == ()
    assert asked(found)["/dashboard"] == ("session",)
    told = {one.entry: one for one in found.findings if one.rule == "missing-session"}
    assert told["GET /api/invoices"].title.startswith("Anyone on the internet")
    assert told["page /dashboard"].title.startswith("Worth asking: is the middleware's check enough?")


def test_what_it_asks_everywhere_else_is_not_told_of_what_it_leaves_open():
    found = read(LISTED)
    told = {one.entry: one for one in found.findings if one.rule == "missing-session"}
    assert told["GET /api/invoices"].title.startswith("Worth asking: is the middleware's check enough?")
    assert "middleware" not in (told["page /share"].title if "page /share" in told else "")


TOGETHER = """
    import { NextResponse } from "next/server";
    import { getToken } from "next-auth/jwt";
    export async function middleware(request) {
      const user = await getToken({ req: request });
      const path = request.nextUrl.pathname;
      ASKED
      if (user && path.startsWith("/admin") && user.role !== "admin") return NextResponse.redirect(new URL("/", request.url));
      return NextResponse.next();
    }
"""
LOGIN = 'if (!user) return NextResponse.redirect(new URL("/login", request.url));'


def test_a_role_is_asked_for_together_with_the_path():
    assert asked(read(TOGETHER.replace("ASKED", LOGIN)))["/admin"] == ("role", "session")
    assert asked(read(TOGETHER.replace("ASKED", LOGIN)))["/dashboard"] == ("session",)


def test_whoever_is_not_signed_in_is_asked_for_no_role():
    assert "role" not in (asked(read(TOGETHER.replace("ASKED", "")))["/admin"] or ())
