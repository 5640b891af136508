import { NextResponse } from "next/server";
import { prisma } from "../../../../lib/prisma";
import { createClient } from "../../../../lib/supabase/server";

async function findReceipt(id: string) {
  return await prisma.order.findFirst({ where: { id } });
}

export async function GET(
  request: Request,
  { params }: { params: Promise<{ id: string }> },
) {
  const supabase = await createClient();
  const {
    data: { user },
  } = await supabase.auth.getUser();
  if (!user) {
    return NextResponse.json({ error: "Unauthorized" }, { status: 401 });
  }

  const { id } = await params;
  const receipt = await findReceipt(id);
  if (!receipt) {
    return NextResponse.json({ error: "Not found" }, { status: 404 });
  }
  return NextResponse.json({ total: receipt.total });
}
