import { NextResponse } from "next/server";
import { readCache, totalsKey, writeCache } from "../../../lib/cache";
import { prisma } from "../../../lib/prisma";
import { createClient } from "../../../lib/supabase/server";

export async function GET(request: Request) {
  const supabase = await createClient();
  const {
    data: { user },
  } = await supabase.auth.getUser();
  if (!user) {
    return NextResponse.json({ error: "Unauthorized" }, { status: 401 });
  }

  const range = new URL(request.url).searchParams.get("range") ?? "month";
  const cacheKey = totalsKey(range);
  const kept = await readCache(cacheKey);
  if (kept) {
    return NextResponse.json(kept);
  }
  const orders = await prisma.order.findMany({ where: { userId: user.id } });
  await writeCache(cacheKey, orders);
  return NextResponse.json(orders);
}
