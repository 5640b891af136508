"""What a function does that no run of an entry shows."""

from __future__ import annotations

import pytest

from assistant.collect.code.marks import marks
from assistant.collect.code.program import Program
from assistant.collect.code.read import read_module


def marked(path, text):
    return [
        (mark.kind, mark.place.symbol, mark.detail) for mark in marks(Program({path: read_module(path, text.encode())}))
    ]


def test_amounts_compared_in_a_function():
    text = "export function confirm(p) { const check = () => { if (Math.round(p.amount * 100) !== p.order.totalCents) throw 1 }; check() }"
    assert marked("lib/orders.ts", text) == [("amount-compared", "check", "")]


def test_a_count_is_no_amount():
    assert marked("lib/orders.ts", "export const f = (p) => p.amount > 0 && p.status === total") == []


@pytest.mark.parametrize(("age", "told"), [("0", "0"), ("Infinity", "Infinity"), ("86400", "86400"), ("300", None)])
def test_the_age_of_a_signature(age, told):
    found = marked("app/api/webhook/route.ts", f"stripe.webhooks.constructEvent(body, sig, secret, {age})")
    assert found == [*([("tolerance", None, told)] if told else []), ("signature-checked", None, "")]


def test_scripts_of_others():
    text = 'export default function Layout() { return <body><script src="https://cdn.example/a.js" /><Script src="/own.js" /></body> }'
    assert marked("app/layout.tsx", text) == [("script", "Layout", "https://cdn.example/a.js")]


@pytest.mark.parametrize(
    ("options", "open_"),
    [
        ("{ origin: true, credentials: true }", True),
        ("{ origin: '*', credentials: true }", True),
        ("{ origin: (origin, done) => done(null, true), credentials: true }", True),
        ("{ origin: (origin) => origin, credentials: true }", True),
        ("{ origin: (origin) => allowed[origin], credentials: true }", False),
        ("{ origin: 'https://app.example', credentials: true }", False),
        ("{ origin: '*' }", False),
    ],
)
def test_every_origin_with_cookies(options, open_):
    found = marked("server.ts", f'import cors from "cors"\napp.use(cors({options}))')
    assert bool(found) is open_


def test_every_origin_with_cookies_in_python():
    text = (
        "from fastapi.middleware.cors import CORSMiddleware\n"
        "app.add_middleware(CORSMiddleware, allow_origins=['*'], allow_credentials=True)\n"
    )
    assert [kind for kind, _, _ in marked("main.py", text)] == ["cors-any"]
