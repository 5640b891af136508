import { notFound } from "next/navigation";
import { createClient } from "@/lib/supabase/server";

export const runtime = "edge";

export default async function Shared({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const supabase = await createClient();
  const { data: chat } = await supabase.from("chats").select("id, title").eq("share_token", token).maybeSingle();
  if (!chat) notFound();
  return <h1>{chat.title}</h1>;
}
