import "server-only";
import { createClient } from "@supabase/supabase-js";

// Passes row-level security by: for webhooks and jobs alone.
export const admin = () =>
  createClient(process.env.NEXT_PUBLIC_SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!, {
    auth: { persistSession: false },
  });
