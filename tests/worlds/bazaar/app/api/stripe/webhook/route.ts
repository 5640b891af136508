import { NextResponse } from "next/server";
import { createAdminClient } from "../../../../lib/supabase/admin";

export async function POST(request: Request) {
  const event = await request.json();
  const admin = createAdminClient();
  if (event.type === "customer.subscription.updated") {
    const subscription = event.data.object;
    await admin
      .from("subscriptions")
      .update({ status: subscription.status })
      .eq("stripe_customer_id", subscription.customer);
  }
  return NextResponse.json({ received: true });
}
