import Link from "next/link";
import { createClient } from "@/lib/supabase/server";

export default async function Search({ searchParams }: { searchParams: Promise<{ q?: string }> }) {
  const { q = "" } = await searchParams;
  const supabase = await createClient();
  const { data: hits } = await supabase.rpc("search_messages", { p_query: q });
  return (
    <ul>
      {hits?.map((hit: { message_id: number; chat_id: string; content: string }) => (
        <li key={hit.message_id}>
          <Link href={`/chat/${hit.chat_id}`}>{hit.content.slice(0, 80)}</Link>
        </li>
      ))}
    </ul>
  );
}
