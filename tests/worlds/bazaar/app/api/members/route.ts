import { NextResponse } from "next/server";
import { isMember } from "../../../lib/members";
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

  const shopId = new URL(request.url).searchParams.get("shop") ?? "";
  if (!isMember(user.id, shopId)) {
    return NextResponse.json({ error: "Forbidden" }, { status: 403 });
  }
  const members = await prisma.member.findMany({ where: { shopId } });
  return NextResponse.json(members);
}
