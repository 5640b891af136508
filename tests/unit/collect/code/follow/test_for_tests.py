"""A door that only tests may use stood behind the session, and every page of the application was told as asking nobody."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


AUTH = """
import {{ decode }} from "next-auth/jwt";
import {{ cookies, headers }} from "next/headers";
import {{ prisma }} from "./db";
const testing = () => process.env.RUN_E2E === "1";
const local = (url) => url.includes("localhost");
export async function auth() {{
  const jar = await cookies();
  const token = await decode({{ token: jar.get("session")?.value, secret: process.env.AUTH_SECRET, salt: "session" }});
  if (token) return {{ user: {{ id: token.sub }} }};
  if ({door}) {{
    const named = await prisma.user.findUnique({{ where: {{ email: (await headers()).get("x-test-user") }} }});
    if (named) return {{ user: {{ id: named.id }} }};
  }}
  return null;
}}
"""
ROUTE = """
import { auth } from "../../../lib/auth";
import { prisma } from "../../../lib/db";
export async function GET() {
  const session = await auth();
  if (!session?.user) return new Response(null, { status: 401 });
  return Response.json(await prisma.order.findMany({ where: { userId: session.user.id } }));
}
"""
FILES = {
    "lib/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();',
    "app/api/orders/route.ts": ROUTE,
}


def _told(door: str) -> set[str]:
    return {one.rule for one in followed({**FILES, "lib/auth.ts": AUTH.format(door=door)}).findings}


@pytest.mark.parametrize("door", ["testing()", 'process.env.E2E_LOGIN === "yes"', 'local(process.env.APP_URL ?? "")'])
def test_what_only_tests_are_let_in_by(door):
    assert _told(door) == set()


@pytest.mark.parametrize("door", ["true", 'process.env.TRUST_COOKIE === "yes"', 'jar.get("e2e")?.value === "1"'])
def test_a_door_for_anybody(door):
    assert _told(door)
