import { NextResponse } from "next/server";
import { createAdminClient } from "../../../lib/supabase/admin";
import { createClient } from "../../../lib/supabase/server";

export async function POST(request: Request) {
  const supabase = await createClient();
  const {
    data: { user },
  } = await supabase.auth.getUser();
  if (!user) {
    return NextResponse.json({ error: "Unauthorized" }, { status: 401 });
  }

  const { embedding } = await request.json();
  const admin = createAdminClient();
  const { data } = await admin.rpc("match_documents", {
    query_embedding: embedding,
    match_count: 5,
  });
  return NextResponse.json(data);
}
