import { NextResponse } from "next/server";
import { z } from "zod";
import { prisma } from "../../../lib/prisma";
import { createClient } from "../../../lib/supabase/server";

const Review = z.object({ orderId: z.string().uuid(), text: z.string() });

export async function POST(request: Request) {
  const supabase = await createClient();
  const {
    data: { user },
  } = await supabase.auth.getUser();
  if (!user) {
    return NextResponse.json({ error: "Unauthorized" }, { status: 401 });
  }

  const { orderId, text } = Review.parse(await request.json());
  const review = await prisma.review.create({
    data: { orderId, text, userId: user.id },
  });
  return NextResponse.json(review, { status: 201 });
}
