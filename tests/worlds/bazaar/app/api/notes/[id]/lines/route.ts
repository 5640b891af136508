import { NextResponse } from "next/server";
import { createAdminClient } from "../../../../../lib/supabase/admin";
import { createClient } from "../../../../../lib/supabase/server";

export async function POST(
  request: Request,
  { params }: { params: Promise<{ id: string }> },
) {
  const supabase = await createClient();
  const {
    data: { user },
  } = await supabase.auth.getUser();
  if (!user) {
    return NextResponse.json({ error: "Unauthorized" }, { status: 401 });
  }

  const { id } = await params;
  const { text } = await request.json();
  const admin = createAdminClient();
  await admin.from("note_lines").insert({ note_id: id, text });

  const { data: note } = await admin
    .from("notes")
    .select("id")
    .eq("id", id)
    .eq("user_id", user.id)
    .single();
  if (!note) {
    return NextResponse.json({ error: "Not found" }, { status: 404 });
  }
  return NextResponse.json({ added: true }, { status: 201 });
}
