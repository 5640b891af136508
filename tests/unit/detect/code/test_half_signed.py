"""The webhook was signed in production, they said; it was signed where the variable was set, and nowhere else."""

from __future__ import annotations

import pytest

from assistant.domain.matrix import Severity
from tests.unit.detect.code.apps import of_route


PATH = "app/api/webhooks/stripe/route.ts"
TAKEN = 'const body = await request.text(); const signature = request.headers.get("stripe-signature");'
SIGNED = "stripe.webhooks.constructEvent(body, signature, process.env.STRIPE_WEBHOOK_SECRET)"
PAID = 'await db.user.update({ where: { stripeCustomerId: event.data.object.customer }, data: { plan: "pro" } }); return Response.json({});'


def heard(body, *, least=Severity.MEDIUM, **more):
    return of_route(f"{TAKEN} {body}", path=PATH, verb="POST", session="", least=least, **more)


@pytest.mark.parametrize(
    "read",
    [
        f"let event; if (process.env.STRIPE_WEBHOOK_SECRET) {{ event = {SIGNED}; }} else {{ event = JSON.parse(body); }}",
        f"let event; try {{ event = {SIGNED}; }} catch {{ event = JSON.parse(body); }}",
        f"const event = process.env.STRIPE_WEBHOOK_SECRET ? {SIGNED} : JSON.parse(body);",
        f"let event = JSON.parse(body); if (signature) {{ event = {SIGNED}; }}",
        f"if (process.env.STRIPE_WEBHOOK_SECRET) {{ {SIGNED}; }} const event = JSON.parse(body);",
        f"try {{ {SIGNED}; }} catch (error) {{ console.error(error); }} const event = JSON.parse(body);",
    ],
)
def test_a_way_around_the_signature_is_told(read):
    assert "webhook-unsigned" in heard(f"{read} {PAID}")


@pytest.mark.parametrize(
    "read",
    [
        f"const event = {SIGNED};",
        f"let event; try {{ event = {SIGNED}; }} catch {{ return new Response(null, {{ status: 400 }}); }}",
        f'let event; if (process.env.NODE_ENV === "development") {{ event = JSON.parse(body); }} else {{ event = {SIGNED}; }}',
        f"{SIGNED}; const event = JSON.parse(body);",
    ],
)
def test_every_way_through_it_is_quiet(read):
    assert heard(f"{read} {PAID}") == []


CREDITS = f"const event = {SIGNED}; const paid = event.data.object;"


def test_what_is_added_to_what_was_there_is_added_again():
    added = "const user = await db.user.findUnique({ where: { stripeCustomerId: paid.customer } }); await db.user.update({ where: { id: user.id }, data: { credits: user.credits + 100 } }); return Response.json({});"
    assert "webhook-replayed" in heard(f"{CREDITS} {added}", least=Severity.INFO)
    first = "const fresh = await redis.set(`event:${event.id}`, 1, { nx: true }); if (!fresh) return Response.json({});"
    assert "webhook-replayed" not in heard(f"{CREDITS} {first} {added}", least=Severity.INFO)


def test_a_condition_that_is_the_same_for_every_event_changes_everybody():
    every = 'await db.subscription.updateMany({ where: { status: "active" }, data: { plan: paid.plan } }); return Response.json({});'
    assert "webhook-write-unkeyed" in heard(f"{CREDITS} {every}")


def test_a_tolerance_is_read_where_it_is_written():
    late = f"const event = {SIGNED.removesuffix(')')}, AGE); {PAID}"
    assert "webhook-tolerance" in heard(late, head="const AGE = 60 * 60 * 24;", least=Severity.INFO)
    assert "webhook-tolerance" not in heard(late, head="const AGE = 5 * 60;", least=Severity.INFO)
