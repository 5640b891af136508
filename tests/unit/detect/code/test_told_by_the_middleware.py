"""Who is calling stands in a header that the middleware writes: believed where it asks for a session, and nowhere else."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import detect_code


MIDDLEWARE = """
import { NextResponse } from "next/server";
import { jwtVerify } from "jose";
const OPEN = ["/api/health", "/api/shared"];
export async function middleware(request) {
  const { pathname } = request.nextUrl;
  if (OPEN.some((one) => pathname.startsWith(one))) return NextResponse.next();
  const token = request.cookies.get("token")?.value;
  if (!token) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(process.env.JWT_SECRET));
    const headers = new Headers(request.headers);
    headers.set("x-user-id", String(payload.sub));
    headers.set("x-user-role", String(payload.role));
    headers.set("x-request-id", crypto.randomUUID());
    return NextResponse.next({ request: { headers } });
  } catch {
    return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  }
}
export const config = { matcher: ["/api/:path*"] };
"""
DB = 'import { PrismaClient } from "@prisma/client"; export const db = new PrismaClient();'
AUTH = """
export class AuthError extends Error {}
export function requireUser(request) {
  const id = request.headers.get("x-user-id");
  if (!id) throw new AuthError("unauthorized");
  return { id: Number(id), role: request.headers.get("x-user-role") };
}
export function withUser(handler) {
  return async (request, context) => {
    const user = requireUser(request);
    return handler(request, { ...context, user });
  };
}
"""
OWN = """
import { db } from "@/lib/db";
import { requireUser } from "@/lib/auth";
export async function GET(request) {
  const user = requireUser(request);
  return Response.json(await db.note.findMany({ where: { userId: user.id } }));
}
"""
BY_ID = """
import { db } from "@/lib/db";
import { requireUser } from "@/lib/auth";
export async function DELETE(request, { params }) {
  const user = requireUser(request);
  await db.note.delete({ where: { id: params.id } });
  return new Response(null, { status: 204 });
}
"""
OFFICE = BY_ID.replace(
    "await db",
    'if (user.role !== "SUPER_ADMIN") return new Response(null, { status: 403 });\n  await db',
)
WRAPPED = """
import { db } from "@/lib/db";
import { withUser } from "@/lib/auth";
export const GET = withUser(async (request, { user }) => Response.json(await db.note.findMany({ where: { userId: user.id } })));
"""


def application(**routes: str) -> dict[str, str]:
    """Its files; folders of a route's name are parted by two underscores."""
    return {
        "package.json": '{"dependencies": {"next": "15.2.4", "@prisma/client": "6.0.0", "jose": "5.0.0"}}',
        "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
        "middleware.ts": MIDDLEWARE,
        "lib/db.ts": DB,
        "lib/auth.ts": AUTH,
        **{f"app/{name.replace('__', '/')}/route.ts": text for name, text in routes.items()},
    }


def told(**routes: str) -> dict[str, set[str]]:
    """Rules of at least medium severity by file."""
    files = application(**routes)
    found: dict[str, set[str]] = {}
    for one in detect_code(map_of(files)):
        if one.where is not None and one.severity in {"critical", "high", "medium"}:
            found.setdefault(one.where.file, set()).add(one.rule)
    return found


def test_a_header_that_the_middleware_fills_says_who_is_calling() -> None:
    """Four hundred handlers of one application were asked about one by one: the middleware verified the token in front of each."""
    assert told(api__notes=OWN, api__mine=WRAPPED) == {}


def test_whose_row_it_is_is_asked_behind_it_as_behind_any_session() -> None:
    found = told(api__notes=OWN, **{"api__notes__[id]": BY_ID, "api__admin__notes__[id]": OFFICE})
    assert found == {"app/api/notes/[id]/route.ts": {"id-only-lookup"}}


@pytest.mark.parametrize("path", ["reports__notes", "api__shared__notes"])
@pytest.mark.parametrize("handler", [OWN, WRAPPED])
def test_where_it_does_not_run_or_lets_everybody_through_the_header_is_anybodys(path: str, handler: str) -> None:
    """The same function and the same wrapper, told by the middleware at one address and by whoever calls at another."""
    found = told(api__a__notes=handler, api__b__notes=handler, **{path: handler})
    assert found == {f"app/{path.replace('__', '/')}/route.ts": {"identity-from-request"}}


def test_that_the_matcher_stands_alone_is_asked_once() -> None:
    files = application(api__notes=OWN, api__mine=WRAPPED)
    (one,) = [each for each in detect_code(map_of(files)) if each.rule == "identity-from-request"]
    assert (one.where.file if one.where else "", str(one.severity)) == ("middleware.ts", "low")
    assert "2 handlers believe x-user-id and x-user-role, which it writes" in one.title
