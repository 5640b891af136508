"""A session token that the application signs and verifies itself, in a function with many ways to say no."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.domain.code import GuardKind, TieKind


ROUTE = """
import crypto from "crypto";
import { PrismaClient } from "@prisma/client";
import { cookies } from "next/headers";
const prisma = new PrismaClient();
function verify(token, type) {
  try {
    const secret = process.env.AUTH_SECRET;
    if (!secret) return null;
    const parts = token.split(".");
    if (parts.length !== 3) return null;
    const [head, body, signature] = parts;
    const expected = Buffer.from(crypto.createHmac("sha256", secret).update(head + "." + body).digest("base64url"));
    const given = Buffer.from(signature);
    if (expected.length !== given.length) return null;
    COMPARE
    let payload;
    try { payload = JSON.parse(body); } catch { return null; }
    if (typeof payload !== "object" || payload === null) return null;
    if (payload.exp <= Date.now() / 1000) return null;
    if (type === "access" && payload.type === "refresh") return null;
    return payload;
  } catch {
    return null;
  }
}
function read(token) {
  if (!token) return null;
  return verify(token, "access");
}
export async function GET() {
  const payload = read((await cookies()).get("session")?.value);
  if (!payload?.sub) return new Response("no", { status: 401 });
  return Response.json(await prisma.booking.findMany({ where: { clientId: payload.sub } }));
}
"""


def _entry(compare: str):
    return map_of({"app/api/bookings/route.ts": ROUTE.replace("COMPARE", compare)}).entries[0]


@pytest.mark.parametrize(
    "compare",
    ["if (!crypto.timingSafeEqual(expected, given)) return null;", "if (expected !== given) return null;"],
)
def test_the_tenth_way_out_is_the_caller(compare):
    """Nine times null and once the payload: behind it stands whoever the token was made for."""
    entry = _entry(compare)
    assert GuardKind.SESSION in {guard.kind for guard in entry.guards if guard.weakness is None}
    assert entry.queries[0].tie is not None
    assert entry.queries[0].tie.kind is TieKind.FILTER


def test_a_token_whose_signature_nobody_compares_says_nothing():
    """Anybody writes a payload: the query is found by what the request says."""
    entry = _entry("")
    assert GuardKind.SESSION not in {guard.kind for guard in entry.guards}
    assert entry.queries[0].tie is None


SUBTLE = """
import { PrismaClient } from "@prisma/client";
import { cookies } from "next/headers";
const prisma = new PrismaClient();
async function read(cookie) {
  const at = cookie.lastIndexOf(".");
  if (at === -1) return null;
  const payload = cookie.slice(0, at);
  const signature = new Uint8Array(cookie.slice(at + 1).match(/.{2}/g)?.map((hex) => parseInt(hex, 16)) ?? []);
  const encoder = new TextEncoder();
  const secret = process.env.SESSION_SECRET;
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  const valid = await crypto.subtle.verify("HMAC", key, signature, encoder.encode(payload));
  return ANSWER;
}
export async function GET() {
  const raw = (await cookies()).get("session")?.value;
  if (!raw) return new Response("no", { status: 401 });
  const payload = await read(raw);
  if (!payload) return new Response("no", { status: 401 });
  const said = JSON.parse(atob(payload));
  return Response.json(await prisma.booking.findMany({ where: { clientId: said.clientId } }));
}
"""


@pytest.mark.parametrize(("answer", "known"), [("valid ? payload : null", True), ("payload", False)])
def test_a_cookie_verified_by_the_platforms_own_cryptography(answer, known):
    """``crypto.subtle.verify`` says yes or no; looked at, the cookie names the caller, and unlooked at it names anybody."""
    entry = map_of({"app/api/bookings/route.ts": SUBTLE.replace("ANSWER", answer)}).entries[0]
    assert (entry.queries[0].tie is not None) is known


def test_a_token_that_two_rules_believe_is_no_guard_on_one_branch():
    """An address in a list or a fixture of the tests lets it pass: that is how it is believed, not a role that was forgotten."""
    believed = (
        'const listed = ["a@b.example"].includes(payload.email) || (payload.email === qaAddress() && qaIsOn());'
        " if (!listed) return null; return payload;"
    )
    route = ROUTE.replace("COMPARE", "if (expected !== given) return null;").replace(
        "    return payload;\n", f"    {believed}\n"
    )
    entry = map_of({"app/api/bookings/route.ts": route}).entries[0]
    assert [guard for guard in entry.guards if guard.weakness is not None] == []
    assert entry.queries[0].tie is not None


@pytest.mark.parametrize(
    "answer",
    ["payload?.sub ?? null", "payload?.sub || null", "(payload && payload.sub) || null", "payload?.sub"],
)
@pytest.mark.parametrize(("compare", "known"), [("if (expected !== given) return null;", True), ("", False)])
def test_who_it_is_or_nothing(answer, compare, known):
    """A function gives the id or null; without the comparison it is whatever the cookie says."""
    said = f"""
function who() {{
  const payload = read((await cookies()).get("session")?.value);
  return {answer};
}}
export async function GET() {{
  const id = who();
  if (!id) return new Response("no", {{ status: 401 }});
  return Response.json(await prisma.booking.findMany({{ where: {{ clientId: id }} }}));
}}
"""
    before = ROUTE.replace("COMPARE", compare).partition("export async function GET")[0]
    entry = map_of(
        {
            "app/api/bookings/route.ts": before
            + said.replace("function who", "async function who").replace("= who()", "= await who()")
        }
    ).entries[0]
    assert (entry.queries[0].tie is not None) is known
