import Link from "next/link";
import { createClient } from "@/lib/supabase/server";

export async function Sidebar() {
  const supabase = await createClient();
  const { data: chats } = await supabase
    .from("chats")
    .select("id, title")
    .order("created_at", { ascending: false })
    .limit(30);
  return (
    <nav>
      {chats?.map((chat) => (
        <Link key={chat.id} href={`/chat/${chat.id}`}>
          {chat.title}
        </Link>
      ))}
    </nav>
  );
}
