"use client";

import { createClient } from "@/lib/supabase/client";

export function Attach({ workspaceId, onDone }: { workspaceId: string; onDone: (url: string) => void }) {
  async function upload(file: File) {
    const supabase = createClient();
    const path = `${workspaceId}/${crypto.randomUUID()}-${file.name}`;
    await supabase.storage.from("attachments").upload(path, file);
    onDone(supabase.storage.from("attachments").getPublicUrl(path).data.publicUrl);
  }
  return <input type="file" onChange={(event) => event.target.files?.[0] && upload(event.target.files[0])} />;
}
