"use client";

import { createClient } from "@/lib/supabase/client";

export function Accept({ workspaceId, userId }: { workspaceId: string; userId: string }) {
  const accept = () => createClient().from("workspace_members").insert({ workspace_id: workspaceId, user_id: userId });
  return <button onClick={accept}>Join the workspace</button>;
}
