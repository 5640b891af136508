import { admin } from "@/lib/supabase/admin";
import { createClient } from "@/lib/supabase/server";

export async function GET(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const supabase = await createClient();
  const {
    data: { user },
  } = await supabase.auth.getUser();
  if (!user) return new Response("Not found", { status: 404 });
  const { data: messages } = await admin()
    .from("messages")
    .select("role, content, created_at")
    .eq("chat_id", id)
    .order("created_at");
  return Response.json(messages ?? []);
}
