import { NextResponse } from "next/server";
import { isMember } from "../../../../../../lib/members";
import { prisma } from "../../../../../../lib/prisma";
import { createClient } from "../../../../../../lib/supabase/server";

type Context = { params: Promise<{ shopId: string; productId: string }> };

export async function DELETE(request: Request, { params }: Context) {
  const supabase = await createClient();
  const {
    data: { user },
  } = await supabase.auth.getUser();
  if (!user) {
    return NextResponse.json({ error: "Unauthorized" }, { status: 401 });
  }

  const { shopId, productId } = await params;
  if (!(await isMember(user.id, shopId))) {
    return NextResponse.json({ error: "Forbidden" }, { status: 403 });
  }

  await prisma.product.delete({ where: { id: productId } });
  return NextResponse.json({ deleted: true });
}
