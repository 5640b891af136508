"use server";

import { redirect } from "next/navigation";
import { createClient } from "@/lib/supabase/server";

export async function signIn(form: FormData) {
  const supabase = await createClient();
  const { error } = await supabase.auth.signInWithOtp({ email: String(form.get("email")) });
  redirect(error ? "/login?failed" : "/login?sent");
}
