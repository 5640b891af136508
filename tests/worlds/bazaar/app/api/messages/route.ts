import { NextResponse } from "next/server";
import { createAdminClient } from "../../../lib/supabase/admin";

export async function POST(request: Request) {
  const { user_id, text } = await request.json();
  const admin = createAdminClient();
  await admin.from("messages").insert({ user_id, text });
  return NextResponse.json({ sent: true }, { status: 201 });
}
