import { unstable_cache } from "next/cache";
import { NextResponse } from "next/server";
import { prisma } from "../../../lib/prisma";
import { createClient } from "../../../lib/supabase/server";

export async function GET() {
  const supabase = await createClient();
  const {
    data: { user },
  } = await supabase.auth.getUser();
  if (!user) {
    return NextResponse.json({ error: "Unauthorized" }, { status: 401 });
  }

  const load = unstable_cache(
    () => prisma.order.findMany({ where: { userId: user.id } }),
    ["stats"],
    { revalidate: 600 },
  );
  return NextResponse.json(await load());
}
