"""What a request chooses from a fixed set, what it may say of itself, and a credential that it may leave out."""

from __future__ import annotations

import pytest

from assistant.domain.matrix import Severity
from tests.unit.detect.code.apps import of_route


PAYS = "const body = await request.json(); const made = await stripe.paymentIntents.create({ amount: AMOUNT, currency: 'usd' }); return Response.json({ secret: made.client_secret });"
TABLE = "const PRICES = { pro: 2900, team: 9900 };"


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("body.plan === 'pro' ? 2900 : 9900", False),
        ("PRICES[body.plan]", False),
        ("PRICES[body.plan] * body.seats", False),
        ("body.custom ? body.amount : 2900", True),
        ("body.amount ?? PRICES[body.plan]", True),
        ("body.prices[body.plan]", True),
    ],
)
def test_a_price(amount, told):
    found = of_route(PAYS.replace("AMOUNT", amount), verb="POST", head=TABLE, path="app/api/checkout/route.ts")
    assert ("price-from-request" in found) is told


@pytest.mark.parametrize(
    ("logged", "told"),
    [
        ("Object.keys(request.cookies)", False),
        ("Object.keys(request.headers)", False),
        ("Object.values(request.cookies)", True),
        ("request.cookies", True),
    ],
)
def test_what_cookies_are_called_is_in_none_of_them(logged, told):
    found = of_route(f"console.log({logged}); return Response.json({{}});", verb="POST", least=Severity.LOW)
    assert ("personal-data-logged" in found) is told


VERIFY = 'import jwt from "jsonwebtoken";'
TOKEN = 'const token = request.headers.get("authorization");'
REMOVES = 'await db.invoice.delete({ where: { id: "3" } }); return Response.json({});'


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("if (token) jwt.verify(token, process.env.JWT_SECRET);", True),
        ("token && jwt.verify(token, process.env.JWT_SECRET);", True),
        ("let user = null; if (token) user = jwt.verify(token, process.env.JWT_SECRET);", True),
        ("if (!token) return new Response(null, { status: 401 }); jwt.verify(token, process.env.JWT_SECRET);", False),
        ("let user = null; if (token) user = jwt.verify(token, process.env.JWT_SECRET); if (!user) return new Response(null, { status: 401 });", False),
    ],
)  # fmt: skip
def test_a_token_that_may_be_left_out(asked, told):
    found = of_route(f"{TOKEN} {asked} {REMOVES}", verb="POST", head=VERIFY, session="")
    assert ("missing-session" in found) is told
