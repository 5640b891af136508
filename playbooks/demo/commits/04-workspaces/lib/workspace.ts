import { createClient } from "@/lib/supabase/server";

export async function myWorkspaces() {
  const supabase = await createClient();
  const { data } = await supabase.from("workspaces").select("id, name").order("name");
  return data ?? [];
}
