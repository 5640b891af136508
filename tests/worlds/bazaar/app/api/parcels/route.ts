import { NextResponse } from "next/server";
import { prisma } from "../../../lib/prisma";
import { createClient } from "../../../lib/supabase/server";

export async function POST(request: Request) {
  const supabase = await createClient();
  const {
    data: { user },
  } = await supabase.auth.getUser();
  if (!user) {
    return NextResponse.json({ error: "Unauthorized" }, { status: 401 });
  }

  const { orderIds } = await request.json();
  for (const orderId of orderIds) {
    await prisma.parcel.create({ data: { orderId, userId: user.id } });
  }
  return NextResponse.json({ packed: true }, { status: 201 });
}
