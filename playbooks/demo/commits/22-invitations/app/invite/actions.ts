"use server";

import { createClient } from "@/lib/supabase/server";

export async function invite(workspaceId: string, email: string) {
  const supabase = await createClient();
  const { error } = await supabase.from("workspace_invitations").insert({ workspace_id: workspaceId, email });
  return { sent: !error };
}
