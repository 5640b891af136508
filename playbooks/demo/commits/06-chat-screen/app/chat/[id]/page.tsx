import { notFound } from "next/navigation";
import { Composer } from "@/components/composer";
import { createClient } from "@/lib/supabase/server";

export default async function Chat({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const supabase = await createClient();
  const { data: chat } = await supabase.from("chats").select("id, title").eq("id", id).maybeSingle();
  if (!chat) notFound();
  const { data: messages } = await supabase.from("messages").select("id, role, content").eq("chat_id", id).order("id");
  return (
    <main>
      <h1>{chat.title}</h1>
      {messages?.map((message) => (
        <article key={message.id} data-role={message.role}>
          {message.content}
        </article>
      ))}
      <Composer chatId={chat.id} />
    </main>
  );
}
