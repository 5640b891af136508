"use client";

import { createClient } from "@/lib/supabase/client";

export function Feedback(props: { workspaceId: string; messageId: number; userId: string }) {
  const say = (helpful: boolean) =>
    createClient()
      .from("message_feedback")
      .insert({
        workspace_id: props.workspaceId,
        message_id: props.messageId,
        user_id: props.userId,
        helpful,
      });
  return (
    <div>
      <button onClick={() => say(true)}>Helpful</button>
      <button onClick={() => say(false)}>Not helpful</button>
    </div>
  );
}
