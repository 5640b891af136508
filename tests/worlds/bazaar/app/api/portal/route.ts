import { NextResponse } from "next/server";
import { stripe } from "../../../lib/stripe";
import { z } from "zod";
import { createClient } from "../../../lib/supabase/server";

const Asked = z.object({ customerId: z.string() });

export async function POST(request: Request) {
  const supabase = await createClient();
  const {
    data: { user },
  } = await supabase.auth.getUser();
  if (!user) {
    return NextResponse.json({ error: "Unauthorized" }, { status: 401 });
  }

  const { customerId } = Asked.parse(await request.json());
  const portal = await stripe.billingPortal.sessions.create({
    customer: customerId,
  });
  return NextResponse.json({ url: portal.url });
}
