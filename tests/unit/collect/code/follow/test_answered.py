"""Invoices of anybody were shown to whoever sent x-user-id: a helper believed the header that only the middleware was to write, on the answer."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.domain.code import TieKind, Weakness


HELPER = """
import {{ headers }} from "next/headers";
import {{ auth }} from "@clerk/nextjs/server";
export async function callerId() {{
  const list = await headers();
  const given = list.get("x-user-id");
  {believes}
  const {{ userId }} = await auth();
  if (!userId) throw new Error("Sign in first");
  return userId;
}}
"""
PAGE = """
import { PrismaClient } from "@prisma/client";
import { callerId } from "@/lib/caller";
const prisma = new PrismaClient();
export default async function Page() {
  const userId = await callerId();
  const rows = await prisma.invoice.findMany({ where: { userId } });
  return <ul>{rows.map((row) => <li>{row.total}</li>)}</ul>;
}
"""
MIDDLEWARE = """
import {{ NextResponse }} from "next/server";
import {{ currentUser }} from "@clerk/nextjs/server";
export async function middleware(request) {{
  const user = await currentUser();
  if (!user) return NextResponse.redirect(new URL("/login", request.url));
  {forwards}
}}
export const config = {{ matcher: ["/:path*"] }};
"""
ON_ANSWER = 'const response = NextResponse.next(); response.headers.set("x-user-id", user.id); return response;'
ON_REQUEST = 'const copy = new Headers(request.headers); copy.set("x-user-id", user.id); return NextResponse.next({ request: { headers: copy } });'


def _page(believes: str, forwards: str = ""):
    files = {
        "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
        "lib/caller.ts": HELPER.format(believes=believes),
        "app/invoices/page.tsx": PAGE,
    }
    if forwards:
        files["middleware.ts"] = MIDDLEWARE.format(forwards=forwards)
    return next(entry for entry in map_of(files).entries if entry.id == "page /invoices")


def _forged(entry) -> bool:
    return any(guard.weakness is Weakness.FORGED_HEADER for guard in entry.guards)


@pytest.mark.parametrize("forwards", ["", ON_ANSWER])
def test_a_header_that_nobody_wrote_on_the_request_is_the_callers_word(forwards):
    entry = _page("if (given) { return given; }", forwards)
    assert _forged(entry)
    assert [guard.place.symbol for guard in entry.guards if guard.weakness] == ["callerId"]
    assert entry.queries[0].tie.kind is TieKind.FILTER  # one mistake, and not one a query


@pytest.mark.parametrize(
    ("believes", "forwards"),
    [
        ("", ""),
        ("if (given) { return given; }", ON_REQUEST),
        (
            'if (given && list.get("x-internal-secret") === process.env.INTERNAL_SECRET && process.env.INTERNAL_SECRET) return given;',
            "",
        ),
        ("if (given) { console.log(given); }", ""),
    ],
)
def test_headers_that_are_written_before_or_asked_for_a_secret(believes, forwards):
    assert not _forged(_page(believes, forwards))


def test_an_id_of_the_body_that_a_function_answers_first_is_what_was_sent() -> None:
    route = """
    import { PrismaClient } from "@prisma/client";
    import { auth } from "@clerk/nextjs/server";
    const prisma = new PrismaClient();
    async function whose(body) {
      const { userId, orgRole } = await auth();
      if (!userId) throw new Error("Sign in first");
      if (body.userId%s) return body.userId;
      return userId;
    }
    export async function POST(request) {
      const userId = await whose(await request.json());
      return Response.json(await prisma.note.findMany({ where: { userId } }));
    }
    """
    assert map_of({"app/api/notes/route.ts": route % ""}).entries[0].queries[-1].tie is None
    asked = map_of({"app/api/notes/route.ts": route % ' && orgRole === "admin"'})
    assert asked.entries[0].queries[-1].tie is not None
