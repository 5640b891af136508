import { NextResponse } from "next/server";
import { answer } from "@/lib/model";
import { createClient } from "@/lib/supabase/server";

export async function POST(request: Request) {
  const supabase = await createClient();
  const {
    data: { user },
  } = await supabase.auth.getUser();
  if (!user) return NextResponse.json({ error: "sign in" }, { status: 401 });

  const { chatId, content } = await request.json();
  const { error } = await supabase.from("messages").insert({ chat_id: chatId, author_id: user.id, content });
  if (error) return NextResponse.json({ error: "no such chat" }, { status: 404 });
  const reply = await answer(content);
  await supabase.from("messages").insert({ chat_id: chatId, author_id: user.id, role: "assistant", content: reply });
  return NextResponse.json({ reply });
}
