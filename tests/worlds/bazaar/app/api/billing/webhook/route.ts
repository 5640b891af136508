import { NextResponse } from "next/server";
import { stripe } from "../../../../lib/stripe";
import { createAdminClient } from "../../../../lib/supabase/admin";

export async function POST(request: Request) {
  const payload = await request.text();
  const signature = request.headers.get("stripe-signature") ?? "";
  const event = stripe.webhooks.constructEvent(
    payload,
    signature,
    process.env.STRIPE_WEBHOOK_SECRET!,
  );
  const admin = createAdminClient();
  if (event.type === "invoice.paid") {
    await admin
      .from("credits")
      .insert({ customer: event.data.object.customer, amount: 100 });
  }
  return NextResponse.json({ received: true });
}
