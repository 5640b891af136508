"""One credit was paid for, and a thousand were booked: the buyer wrote the number into the notes of the checkout."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import APP
from tests.unit.detect.code.rig import followed, rules_of


HOOK = """
    import { db } from "@/lib/db";
    import { stripe } from "@/lib/stripe";
    const SIZES = { small: { credits: 10 } };
    export async function POST(request) {
      const event = stripe.webhooks.constructEvent(await request.text(), request.headers.get("stripe-signature"), process.env.STRIPE_WEBHOOK_SECRET);
      const paid = event.data.object;
      await db.user.update({ where: { id: paid.metadata.userId }, data: { GRANTS } });
      return Response.json({ received: true });
    }
"""
CHECKOUT = """
    import { auth } from "@/auth";
    import { db } from "@/lib/db";
    import { stripe } from "@/lib/stripe";
    const PRICES = { pro: "price_1", team: "price_2" };
    const PACKS = [{ id: "s", price: "price_1", credits: 10 }, { id: "l", price: "price_2", credits: 1000 }];
    export async function POST(request) {
      const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
      const body = await request.json();
      const pack = PACKS.find((one) => one.id === body.pack);
      const kept = await db.product.findUnique({ where: { id: body.productId } });
      const made = await stripe.checkout.sessions.create({
        line_items: [{ LINE }], metadata: { userId: session.user.id, NOTES },
      });
      return Response.json({ url: made.url });
    }
"""
CREDITS = "credits: { increment: Number(paid.metadata.credits) }"
PLAN = "plan: paid.metadata.plan"


def heard(line, notes, grants):
    files = {
        "app/api/checkout/route.ts": CHECKOUT.replace("LINE", line).replace("NOTES", notes),
        "app/api/webhooks/stripe/route.ts": HOOK.replace("GRANTS", grants),
    }
    return rules_of(followed({**APP, **files}))


@pytest.mark.parametrize(
    ("line", "notes", "grants"),
    [
        ('price: "price_1", quantity: 1', "credits: String(body.credits)", CREDITS),
        ("price: process.env.PRICE, quantity: 1", "plan: body.plan", PLAN),
        ("price: body.priceId, quantity: 1", "plan: body.plan", PLAN),
        ('price: "price_1", quantity: 1', "credits: body.amount", "balance: { increment: paid.metadata.credits }"),
    ],
)
def test_the_price_does_not_depend_on_it(line, notes, grants):
    assert heard(line, notes, grants) == ["payment-metadata-from-request"]


@pytest.mark.parametrize(
    ("line", "notes", "grants"),
    [
        ("price: pack.price, quantity: 1", "credits: String(pack.credits)", CREDITS),
        ("price: kept.priceId, quantity: 1", "credits: String(kept.credits)", CREDITS),
        ("price: PRICES[body.plan], quantity: 1", "plan: body.plan", PLAN),
        ('price: "price_1", quantity: body.credits', "credits: String(body.credits)", CREDITS),
        ('price: "price_1", quantity: 1', "note: body.note", "note: paid.metadata.note"),
        ('price: "price_1", quantity: 1', "credits: body.credits", "credits: { increment: paid.amount_total }"),
    ],
)
def test_both_come_from_one_list_or_one_number(line, notes, grants):
    assert heard(line, notes, grants) == []


def test_what_a_library_calls_with_a_signed_message():
    """Polar's ``Webhooks({ onOrderPaid })``: what it writes is seen, and whose it is came back signed."""
    hook = """
        import { Webhooks } from "@polar-sh/nextjs";
        import { db } from "@/lib/db";
        export const POST = Webhooks({
          webhookSecret: process.env.POLAR_SECRET,
          onOrderPaid: async ({ data }) => {
            await db.user.update({ where: { id: data.metadata.userId }, data: { credits: { increment: data.metadata.credits } } });
          },
        });
    """
    checkout = CHECKOUT.replace("LINE", 'price: "price_1", quantity: 1').replace("NOTES", "credits: body.credits")
    files = {"app/api/checkout/route.ts": checkout, "app/api/webhooks/polar/route.ts": hook}
    assert rules_of(followed({**APP, **files})) == ["payment-metadata-from-request"]
