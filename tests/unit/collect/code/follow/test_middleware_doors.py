"""NextAuth's own middleware sends strangers away before anything else runs."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.domain.code import EntryKind


CONFIG = 'export const config = { matcher: ["/api/:path*"] };'
DOOR = 'import { withAuth } from "next-auth/middleware";\nexport default withAuth(ARGUMENTS);\n'


@pytest.mark.parametrize(
    ("arguments", "asks"),
    [
        ('{ pages: { signIn: "/sign-in" } }', True),
        ("function middleware(request) { return undefined; }", True),
        ("{ callbacks: { authorized: ({ token }) => token?.ok === 1 } }", True),
        ("{ callbacks: { authorized: () => true } }", False),
        ("(request) => undefined, { callbacks: { authorized: () => true } }", False),
    ],
)
def test_with_auth_asks_unless_it_is_told_to_let_everybody_in(arguments: str, asks: bool) -> None:
    """``authorized: () => true`` hands the question on to the function."""
    made = map_of(
        {
            "middleware.ts": DOOR.replace("ARGUMENTS", arguments) + CONFIG,
            "app/api/notes/route.ts": "export async function GET() { return Response.json({}); }",
        }
    )
    found = next(entry for entry in made.entries if entry.kind is EntryKind.MIDDLEWARE)
    assert bool(found.guards) is asks


CLERK = """
import { clerkMiddleware, createRouteMatcher } from "@clerk/nextjs/server";
const open = createRouteMatcher([%s]);
export default clerkMiddleware(async (auth, request) => { if (!open(request)) { await auth.protect(); } });
"""
ROUTES = {
    f"app/api/{name}/route.ts": 'import { PrismaClient } from "@prisma/client"; const db = new PrismaClient(); export async function GET() { return Response.json(await db.donor.findMany()); }'
    for name in ("donors", "health")
}


@pytest.mark.parametrize(
    ("listed", "asks"),
    [
        ('"/", "/api(.*)"', {"/api/donors": (), "/api/health": ()}),
        ('"/", "/api/health"', {"/api/donors": ("session",), "/api/health": ("open",)}),
        ('"/", "/api/health", "/api(.*)"', {"/api/donors": (), "/api/health": ("open",)}),
    ],
)
def test_a_pattern_for_all_of_the_api_names_no_address_of_it(listed: str, asks: dict[str, tuple[str, ...]]) -> None:
    """``/api(.*)`` lets everything through, and says of nothing that it is meant for strangers."""
    made = map_of({"middleware.ts": CLERK % listed + CONFIG, **ROUTES})
    assert {one.path: one.asked_before for one in made.entries if one.kind is EntryKind.ROUTE} == asks
