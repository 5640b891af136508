"""A check behind a cache that nobody could read through stood before 128 handlers, and each was told as open to the internet."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


DB = """
import { PrismaClient } from "@prisma/client";
export const prisma = new PrismaClient();
"""
CHECK = """
import { sessions } from "@acme/sessions";
export async function whoIsIt(request) {
  const token = request.headers.get("authorization");
  const user = await sessions.find(token);
  if (!user) throw new HttpError(401, "No valid session");
  return user;
}
"""
ROUTE = """
import { whoIsIt } from "../../../../lib/who";
import { prisma } from "../../../../lib/db";
export async function GET(request, { params }) {
  const user = await whoIsIt(request);
  const { id } = await params;
  return Response.json(await prisma.order.findFirst({ where: { WHERE } }));
}
"""
OWN, ANY = "id, userId: user.id", "id"


def _told(where: str, check: str = CHECK) -> list[tuple[str, str]]:
    files = {"lib/db.ts": DB, "lib/who.ts": check, "app/api/orders/[id]/route.ts": ROUTE.replace("WHERE", where)}
    return sorted((one.rule, one.severity.value) for one in followed(files).findings)


def test_the_check_is_asked_about_once_and_believed():
    assert _told(OWN) == [("missing-session", "low")]


def test_what_is_not_the_callers_is_still_told_behind_it():
    assert _told(ANY) == [("id-only-lookup", "high"), ("missing-session", "low")]


def test_the_question_names_the_check_and_its_handlers():
    files = {"lib/db.ts": DB, "lib/who.ts": CHECK, "app/api/orders/[id]/route.ts": ROUTE.replace("WHERE", OWN)}
    (told,) = followed(files).findings
    assert told.title == "Worth asking: does whoIsIt() know who is calling? A handler believes it."
    assert told.where.file == "lib/who.ts"
    assert "GET /api/orders/[id]" in told.detail


REFUSING = {
    "answered where it stands": 'if (!user) return new Response("Unauthorized", { status: 401 });',
    "sent to the door": 'if (!user) redirect("/login?next=/orders");',
    "for one of several reasons": 'if (user.error) { switch (user.error.code) { case "idle": return new Response(null, { status: 403 }); '
    "default: return new Response(null, { status: 401 }); } }",
    "in words": 'if (!user) throw new Error("Please log in first: not authenticated");',
}


@pytest.mark.parametrize("refusal", REFUSING.values(), ids=REFUSING)
def test_forms_of_a_refusal(refusal):
    assert _told(OWN, _inline(refusal)) == [("missing-session", "low")]


STANDS_OPEN = {
    "nobody is sent away": "if (!user) console.log('nobody');",
    "not there": "if (!user) return new Response(null, { status: 404 });",
    "what was merely sent": 'const key = request.headers.get("x-team"); if (!key) return new Response(null, { status: 401 });',
    "a number of theirs": "const found = await people.count(await request.json()); if (!found) return new Response(null, { status: 401 });",
    "their password": "const match = await people.compare((await request.json()).password, 'x'); if (!match) return new Response(null, { status: 401 });",
    "a puzzle": "const captcha = await people.find(1); if (!captcha) return new Response(null, { status: 401 });",
}


@pytest.mark.parametrize("check", STANDS_OPEN.values(), ids=STANDS_OPEN)
def test_what_is_no_refusal_of_strangers(check):
    told = _told(ANY, _inline(check))
    assert [rule for rule, _ in told] == ["missing-session"]
    assert told[0][1] != "low"


def _inline(refusal: str) -> str:
    return f"""
import {{ redirect }} from "next/navigation";
import {{ people }} from "@acme/directory";
export async function whoIsIt(request) {{
  const user = await people.find(request.headers.get("authorization"));
  {refusal.replace("return new Response", "throw new Response")}
  return user;
}}
"""
