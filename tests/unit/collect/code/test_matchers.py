"""Which paths a middleware covers: a matcher that is read too widely hides an open route, one read too narrowly cries wolf."""

from __future__ import annotations

import pytest

from assistant.collect.code.matchers import Matcher, covers

from .repository import entries


@pytest.mark.parametrize(
    ("source", "yes", "no"),
    [
        (
            "/dashboard/:path*",
            ["/dashboard", "/dashboard/a", "/dashboard/a/b", "/dashboard/[id]"],
            ["/dashboards", "/"],
        ),
        ("/dashboard/:path+", ["/dashboard/a"], ["/dashboard"]),
        ("/api/:id", ["/api/1", "/api/[id]"], ["/api", "/api/1/2"]),
        ("/api/:id(\\d+)", ["/api/7", "/api/[id]"], ["/api/x"]),
        ("/a/:b?", ["/a", "/a/1"], ["/a/1/2"]),
        ("/((?!api|_next/static|_next/image|favicon.ico).*)", ["/", "/dashboard", "/x/[id]"], ["/api/users", "/api"]),
        ("/((?!.*\\..*|_next).*)", ["/", "/api/x"], ["/logo.png"]),
        ("/(api|trpc)(.*)", ["/api/x", "/trpc", "/api"], ["/x"]),
        ("/:path*", ["/", "/a/b"], []),
        ("/", ["/"], ["/a"]),
        ("/shop{/:a}?", ["/shop", "/shop/1"], ["/shopping"]),
        ("/(unclosed", [], ["/unclosed"]),
    ],
)
def test_patterns_mean_what_next_makes_of_them(source, yes, no):
    assert [url for url in yes if not covers(Matcher(source), url)] == []
    assert [url for url in no if covers(Matcher(source), url)] == []


APP = {
    "app/api/users/route.ts": "export async function GET() {}",
    "app/dash/[id]/page.tsx": "export default async function Page() {}",
}


def covered(middleware):
    found = entries({**APP, "middleware.ts": middleware})
    return found["GET /api/users"].covered_by, found["page /dash/[id]"].covered_by


def test_an_entry_says_which_middleware_covers_it():
    api, page = covered('export default function middleware() {}\nexport const config = { matcher: ["/dash/:path*"] }')
    assert api == ""
    assert page == "middleware.ts: /dash/:path*"


def test_without_a_matcher_everything_is_covered():
    assert covered("export function middleware() {}") == ("middleware.ts: every path", "middleware.ts: every path")


def test_a_condition_is_told_because_the_sender_chooses_it():
    api, _page = covered(
        'export function middleware() {}\nexport const config = { matcher: [{ source: "/((?!x).*)", missing: [{ type: "header", key: "next-router-prefetch" }] }] }'
    )
    assert api == "middleware.ts: /((?!x).*) (not with header next-router-prefetch)"


def test_a_proxy_is_a_middleware_and_belongs_to_its_own_application():
    found = entries(
        {
            "apps/web/package.json": {"dependencies": {"next": "16"}},
            "apps/admin/package.json": {"dependencies": {"next": "16"}},
            "apps/web/src/proxy.ts": "export function proxy() {}",
            "apps/web/src/app/api/a/route.ts": "export const GET = () => {}",
            "apps/admin/app/api/b/route.ts": "export const GET = () => {}",
            "lib/middleware.ts": "export function middleware() {}",
        }
    )
    assert found["GET /api/a"].covered_by == "apps/web/src/proxy.ts: every path"
    assert found["GET /api/b"].covered_by == ""
    assert [entry.symbol for entry in found.values() if entry.kind == "middleware"] == ["proxy"]
