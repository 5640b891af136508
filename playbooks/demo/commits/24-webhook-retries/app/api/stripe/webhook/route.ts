import Stripe from "stripe";
import { admin } from "@/lib/supabase/admin";

const stripe = new Stripe(process.env.STRIPE_SECRET_KEY!);

export async function POST(request: Request) {
  const body = await request.text();
  let event: Stripe.Event;
  try {
    event = stripe.webhooks.constructEvent(
      body,
      request.headers.get("stripe-signature")!,
      process.env.STRIPE_WEBHOOK_SECRET!,
    );
  } catch {
    return new Response("bad signature", { status: 400 });
  }
  if (event.type === "customer.subscription.updated" || event.type === "customer.subscription.deleted") {
    const subscription = event.data.object;
    const { error } = await admin()
      .from("subscriptions")
      .update({ status: subscription.status })
      .eq("stripe_subscription_id", subscription.id);
    if (error) return new Response("try again", { status: 500 });
  }
  return new Response("ok");
}
