"""A session that the server fetches: believed from a fixed address, told from one that the request names."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import APP
from tests.unit.detect.code.rig import followed, rules_of


OWN = """
    import { auth } from "@/auth";
    import { db } from "@/lib/db";
    export async function GET() {
      const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
      return Response.json(await db.invoice.findMany({ where: { userId: session.user.id } }));
    }
"""
ROUTE = """
    import axios from "axios";
    import { betterFetch } from "@better-fetch/fetch";
    import { db } from "@/lib/db";
    const host = process.env.APP_URL;
    export async function GET(request) {
      ASKED
      if (!session?.user?.id) return new Response(null, { status: 401 });
      return Response.json(await db.invoice.findMany({ where: { userId: session.user.id } }));
    }
"""
COOKIE = '{ headers: { cookie: request.headers.get("cookie") ?? "" } }'
FETCHED = f"const answer = await fetch(ADDRESS, {COOKIE}); if (!answer.ok) return new Response(null, {{ status: 401 }}); const session = await answer.json();"
AXIOS = f"const {{ data: session }} = await axios.get(ADDRESS, {COOKIE});"
BETTER = 'const { data: session } = await betterFetch("/api/auth/get-session", { baseURL: ADDRESS, headers: { cookie: request.headers.get("cookie") } });'


def told(asked):
    files = {"app/api/own/route.ts": OWN, "app/api/invoices/route.ts": ROUTE.replace("ASKED", asked)}
    return rules_of(followed({**APP, **files}))


@pytest.mark.parametrize(
    "address",
    [
        "`${process.env.APP_URL}/api/auth/session`",
        '"https://shop.example.com/api/auth/session"',
        'new URL("/api/auth/session", process.env.APP_URL)',
        '`${process.env.APP_URL}/user/me?${new URLSearchParams({ relations: "role" })}`',
        "`${process.env.APP_URL}/api/auth/session?fresh=1`",
        'new URL("/api/auth/session", request.nextUrl.origin)',
    ],
)
@pytest.mark.parametrize("way", [FETCHED, AXIOS], ids=["fetch", "axios"])
def test_from_a_fixed_address(way, address):
    assert told(way.replace("ADDRESS", address)) == []


@pytest.mark.parametrize(
    "address",
    [
        '`${request.headers.get("origin") || host}/api/auth/session`',
        '`https://${request.headers.get("x-forwarded-host")}/api/auth/session`',
        'new URL("/api/auth/session", request.headers.get("origin"))',
        '`${request.nextUrl.searchParams.get("base")}/api/auth/session`',
    ],
)
@pytest.mark.parametrize("way", [FETCHED, AXIOS], ids=["fetch", "axios"])
def test_from_an_address_that_the_request_names(way, address):
    assert "identity-from-request" in told(way.replace("ADDRESS", address))


def test_by_the_library_of_the_session():
    assert told(BETTER.replace("ADDRESS", "process.env.APP_URL")) == []
    assert "identity-from-request" in told(BETTER.replace("ADDRESS", 'request.headers.get("origin")'))


def test_what_another_service_says_of_a_row_is_no_session():
    asked = FETCHED.replace("ADDRESS", "`${process.env.APP_URL}/api/orders`")
    assert told(asked) != []
