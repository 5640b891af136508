import { NextResponse } from "next/server";
import { createAdminClient } from "../../../lib/supabase/admin";

export async function GET(request: Request) {
  const secret = process.env.CRON_SECRET;
  const header = request.headers.get("authorization");
  if (secret && header !== `Bearer ${secret}`) {
    return NextResponse.json({ error: "Unauthorized" }, { status: 401 });
  }
  const admin = createAdminClient();
  await admin.from("orders").update({ status: "expired" }).eq("status", "open");
  return NextResponse.json({ ok: true });
}
