"""What a hook asks of whoever sends to it, in the spellings that hold and in those that only look so."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


FILES = {
    "tsconfig.json": '{"compilerOptions":{"paths":{"@/*":["./*"]}}}',
    "lib/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();',
    "app/api/mine/route.ts": """
import { prisma } from "@/lib/db";
import { auth } from "@clerk/nextjs/server";
export async function GET() {
  const { userId } = await auth();
  if (!userId) return new Response("no", { status: 401 });
  return Response.json(await prisma.subscription.findMany({ where: { userId } }));
}
""",
    "lib/verify.ts": """
import crypto from "node:crypto";
export function holds(payload, signature) {
  if (!signature) return false;
  const expected = crypto.createHmac("sha256", process.env.HOOK_SECRET).update(payload).digest("hex");
  try { return crypto.timingSafeEqual(Buffer.from(signature), Buffer.from(expected)); } catch { return false; }
}
export async function later(payload, signature) { return holds(payload, signature); }
export function open(payload, signature) {
  if (!process.env.HOOK_SECRET) { console.warn("no secret"); return true; }
  return holds(payload, signature);
}
export function openHere(payload, signature) {
  if (!process.env.HOOK_SECRET) {
    if (process.env.NODE_ENV === "production") throw new Error("no secret");
    return true;
  }
  return holds(payload, signature);
}
""",
}
NO = 'return new Response("no", { status: 401 });'
SENT = 'req.headers.get("x-secret")'
KEPT = "process.env.HOOK_SECRET"
SIGNED = 'const raw = await req.text(); const signature = req.headers.get("x-signature");'
HMAC = f'{SIGNED} const mine = crypto.createHmac("sha256", {KEPT}).update(raw).digest("hex");'
SUBTLE = f"""{SIGNED} const key = await crypto.subtle.importKey("raw", Buffer.from({KEPT}), {{ name: "HMAC", hash: "SHA-256" }}, false, ["verify"]);
  const good = await crypto.subtle.verify("HMAC", key, Buffer.from(signature, "hex"), Buffer.from(raw));"""

HOLDS = {
    "a header": f"if ({SENT} !== {KEPT}) {NO}",
    "a header or an empty text": f'const sent = {SENT} ?? ""; if (sent !== {KEPT}) {NO}',
    "a header that is there": f"const sent = {SENT}; if (!sent || sent !== {KEPT}) {NO}",
    "in constant time": f'const a = Buffer.from({SENT} ?? ""); const b = Buffer.from({KEPT}); if (a.length !== b.length || !crypto.timingSafeEqual(a, b)) {NO}',
    "a signature": f"{HMAC} if (mine !== signature) {NO}",
    "a signature over the text and a time of its header": (
        'const raw = await req.text(); const [time, sent] = req.headers.get("x-signature").split(",");'
        f' const mine = crypto.createHmac("sha256", {KEPT}).update(`${{time}}.${{raw}}`).digest("hex"); if (mine !== sent) {NO}'
    ),
    "a signature by a helper": f"{SIGNED} if (!holds(raw, signature)) {NO}",
    "open on the own machine": f"{SIGNED} if (!openHere(raw, signature)) {NO}",
    "a signature of the platform's library": f"{SUBTLE} if (!good) {NO}",
    "nobody in production": f'if (process.env.NODE_ENV === "production") {NO}',
}
LETS_IN = {
    "nothing": "",
    "a secret that may not be set": f"if ({KEPT} && {SENT} !== {KEPT}) {NO}",
    "a header that may be missing": f"const sent = {SENT}; if (sent && sent !== {KEPT}) {NO}",
    "a secret with another beside it": f'const kept = {KEPT} || "dev-secret"; if ({SENT} !== kept) {NO}',
    "an empty text on both sides": f'if (({SENT} ?? "") !== ({KEPT} ?? "")) {NO}',
    "lengths that must be equal first": f'const a = Buffer.from({SENT} ?? ""); const b = Buffer.from({KEPT}); if (a.length === b.length && !crypto.timingSafeEqual(a, b)) {NO}',
    "a signature that is only logged": f'{HMAC} if (mine !== signature) console.error("bad signature");',
    "a helper that nobody waits for": f"{SIGNED} if (!later(raw, signature)) {NO}",
    "a helper that is open without a secret": f"{SIGNED} if (!open(raw, signature)) {NO}",
    "the browser's name": f'if (!req.headers.get("user-agent")?.includes("Stripe")) {NO}',
    "an address in a header": f'if (!["1.2.3.4"].includes(req.headers.get("x-forwarded-for"))) {NO}',
    "the origin": f'if (req.headers.get("origin") !== "https://app.example.com") {NO}',
}


def told(check: str) -> set[str]:
    read = "JSON.parse(raw)" if "const raw" in check else "await req.json()"
    route = f"""
import crypto from "node:crypto";
import {{ prisma }} from "@/lib/db";
import {{ holds, later, open, openHere }} from "@/lib/verify";
export async function POST(req) {{
  {check}
  const body = {read};
  await prisma.subscription.update({{ where: {{ id: body.id }}, data: {{ status: body.status }} }});
  return Response.json({{ ok: true }});
}}
"""
    found = followed({**FILES, "app/api/hooks/billing/route.ts": route}).findings
    return {one.rule for one in found if one.entry == "POST /api/hooks/billing"} & {
        "missing-session",
        "ineffective-guard",
        "id-only-lookup",
    }


@pytest.mark.parametrize("check", HOLDS.values(), ids=HOLDS)
def test_a_sender_who_was_asked(check):
    assert told(check) == set()


@pytest.mark.parametrize("check", LETS_IN.values(), ids=LETS_IN)
def test_a_sender_who_may_be_anybody(check):
    assert told(check)
