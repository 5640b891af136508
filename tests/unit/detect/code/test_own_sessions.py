"""A cookie that the application signs itself says who calls; it is no machine that may do everything, and it may come in several forms."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


SEAL = """
import { createHmac, timingSafeEqual } from "crypto";
function key() {
  const found = process.env.COOKIE_KEY;
  if (!found) throw new Error("COOKIE_KEY is missing");
  return found;
}
function fits(text, seal) {
  const own = Buffer.from(createHmac("sha256", key()).update(text).digest("hex"), "hex");
  const sent = Buffer.from(seal, "hex");
  return own.length === sent.length && timingSafeEqual(own, sent);
}
export function opened(cookie) {
  if (!cookie) return { fine: false };
  try {
    const parts = cookie.split(".");
    if (parts.length === 4) {
      const [who, salt, made, seal] = parts;
      if (!who || !salt || !made || !seal) return { fine: false };
      if (!fits(`${who}.${salt}.${made}`, seal)) return { fine: false };
      if (Date.now() - parseInt(made, 36) > 86400000) return { fine: false };
      return { fine: true, who };
    }
    if (parts.length === 2) {
      const [salt, seal] = parts;
      if (!salt || !seal) return { fine: false };
      if (!fits(salt, seal)) return { fine: false };
      return { fine: true };
    }
    return { fine: false };
  } catch {
    return { fine: false };
  }
}
"""
WHO = """
import { cookies } from "next/headers";
import { opened } from "./seal";
export async function caller() {
  const cookie = (await cookies()).get("till")?.value;
  if (!cookie) return null;
  const { fine, who } = opened(cookie);
  return fine && who ? who : null;
}
"""
ROUTE = """
import { createClient } from "@supabase/supabase-js";
import { caller } from "../../../lib/caller";
const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
export async function GET() {
  const me = await caller();
  if (!me) return new Response(null, { status: 401 });
  const { data } = await admin.from("receipts").select("*").eq("owner_id", me);
  return Response.json(data);
}
export async function DELETE(request) {
  const me = await caller();
  if (!me) return new Response(null, { status: 401 });
  const { id } = await request.json();
  await admin.from("receipts").delete().eq("id", id)%s;
  return Response.json({});
}
"""


@pytest.mark.parametrize(("bound", "told"), [("", ["id-only-lookup"]), ('.eq("owner_id", me)', [])])
def test_whoever_the_cookie_names_reaches_their_own_rows_alone(bound: str, told: list[str]) -> None:
    """The seal was taken for a sender who may do everything, and eight ways to nobody hid the one to somebody."""
    files = {"lib/seal.ts": SEAL, "lib/caller.ts": WHO, "app/api/receipts/route.ts": ROUTE % bound}
    assert rules_of(followed(files)) == told


def test_a_sealed_message_of_a_provider_needs_nobody_signed_in() -> None:
    """What a webhook signs is no session."""
    hook = """
    import { createHmac, timingSafeEqual } from "crypto";
    import { createClient } from "@supabase/supabase-js";
    const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
    export async function POST(request) {
      const text = await request.text();
      const own = Buffer.from(createHmac("sha256", process.env.HOOK_KEY).update(text).digest("hex"));
      const sent = Buffer.from(request.headers.get("x-seal"));
      if (own.length !== sent.length || !timingSafeEqual(own, sent)) return new Response(null, { status: 401 });
      await admin.from("receipts").delete().eq("id", JSON.parse(text).id);
      return Response.json({});
    }
    """
    assert rules_of(followed({"app/api/hook/route.ts": hook})) == []


def test_a_role_inside_of_a_sealed_token_is_no_password_of_the_code() -> None:
    """``data.role === "boss"`` behind the seal asks for a role, and is no secret that whoever reads the code knows."""
    route = """
    import { cookies } from "next/headers";
    import { PrismaClient } from "@prisma/client";
    import { fits } from "../../../lib/seal";
    const db = new PrismaClient();
    export async function GET() {
      const [text, seal] = (await cookies()).get("till").value.split(".");
      if (!fits(text, seal)) return new Response(null, { status: 401 });
      if (JSON.parse(text).role !== "boss") return new Response(null, { status: 403 });
      return Response.json(await db.receipt.findMany());
    }
    """
    files = {"lib/seal.ts": SEAL.replace("function fits", "export function fits"), "app/api/receipts/route.ts": route}
    assert [one for one in followed(files).context.map.entries[0].guards if one.weakness is not None] == []
