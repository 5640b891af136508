"use server";

import { createAdminClient } from "../../lib/supabase/admin";
import { createClient } from "../../lib/supabase/server";

export async function renameNote(id: string, title: string) {
  const supabase = await createClient();
  const {
    data: { user },
  } = await supabase.auth.getUser();
  if (!user) {
    throw new Error("Unauthorized");
  }
  const admin = createAdminClient();
  await admin.from("notes").update({ title }).eq("id", id);
}

export async function deleteNote(id: string) {
  const admin = createAdminClient();
  await admin.from("notes").delete().eq("id", id);
}

export async function listNotes() {
  const supabase = await createClient();
  const {
    data: { user },
  } = await supabase.auth.getUser();
  if (!user) {
    throw new Error("Unauthorized");
  }
  const admin = createAdminClient();
  const { data } = await admin
    .from("notes")
    .select("id, title")
    .eq("user_id", user.id);
  return data;
}
