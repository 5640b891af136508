import { notFound } from "next/navigation";
import { admin } from "@/lib/supabase/admin";

export default async function Shared({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const { data: chat } = await admin().from("chats").select("id, title").eq("share_token", token).maybeSingle();
  if (!chat) notFound();
  return <h1>{chat.title}</h1>;
}
