"""Sessions that a library nobody knows opens with the application's secret, and claims that were only decoded."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import detect_code


TOKEN = 'const token = (await cookies()).get("session")?.value; if (!token) return null;'
DECODED = (
    'import { decode } from "next-auth/jwt";',
    "const said = await decode({ token, secret: process.env.AUTH_SECRET, salt: 's' });",
)
VERIFIED = (
    'import { verifyToken } from "@firm.example/tokens";',
    "const said = await verifyToken(token, process.env.AUTH_SECRET);",
)
UNSEALED = (
    'import { unseal } from "@firm.example/seals";',
    "const said = await unseal(token, { password: process.env.SESSION_PASSWORD });",
)
BARE = ('import { verifyToken } from "@firm.example/tokens";', "const said = JSON.parse(atob(token));")
ONLY_READ = ('import { jwtDecode } from "jwt-decode";', "const said = jwtDecode(token);")
AUTH = """
import { cookies } from "next/headers";
import { redirect } from "next/navigation";
IMPORT
export async function auth() {
  TOKEN
  try {
    OPEN
    if (!said?.sub) return null;
    return { user: { id: said.sub, role: said.role, email: said.email } };
  } catch {
    return null;
  }
}
export async function requireAdmin() {
  const session = await auth();
  if (!session?.user || session.user.role !== "ADMIN") redirect("/login");
  return session;
}
"""
ROUTE = """
import { requireAdmin } from "@/lib/auth";
import { PrismaClient } from "@prisma/client";
const db = new PrismaClient();
export async function DELETE(request, { params }) {
  await requireAdmin();
  await db.invoice.delete({ where: { id: params.id } });
  return new Response(null, { status: 204 });
}
"""


@pytest.mark.parametrize(
    ("how", "found"),
    [
        (DECODED, set()),
        (VERIFIED, set()),
        (UNSEALED, set()),
        (BARE, {"missing-session"}),
        (ONLY_READ, {"ineffective-guard"}),
    ],
)
def test_whoever_has_the_secret_put_it_in(how: tuple[str, str], found: set[str]) -> None:
    """A hundred administrators' handlers were open to anybody, by the scan: their session was opened by a function that it had no name for."""
    auth = AUTH.replace("IMPORT", how[0]).replace("TOKEN", TOKEN).replace("OPEN", how[1])
    files = {
        "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
        "lib/auth.ts": auth,
        "app/api/invoices/[id]/route.ts": ROUTE,
    }
    told = {one.rule for one in detect_code(map_of(files)) if one.severity in {"critical", "high", "medium"}}
    assert told == found
