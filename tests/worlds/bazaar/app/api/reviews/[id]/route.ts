import { NextResponse } from "next/server";
import { prisma } from "../../../../lib/prisma";
import { mayEditReview } from "../../../../lib/reviews";
import { createClient } from "../../../../lib/supabase/server";

export async function PATCH(
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
  if (!(await mayEditReview(id, user.id))) {
    return NextResponse.json({ error: "Forbidden" }, { status: 403 });
  }
  const { text } = await request.json();
  await prisma.review.update({ where: { id }, data: { text } });
  return NextResponse.json({ changed: true });
}

export async function DELETE(
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
  await prisma.review.delete({ where: { id } });
  return NextResponse.json({ deleted: true });
}
