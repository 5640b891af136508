"""What anyone sets off is told by what comes of it: rows that only feed a message come back to nobody, and a verb belongs to its own table."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import APP
from tests.unit.detect.code.rig import followed


ROUTE = """
    import { db } from "@/lib/db";
    import { Resend } from "resend";
    const resend = new Resend(process.env.RESEND_API_KEY);
    export async function POST(request) {
      const { orderId } = await request.json();
      const order = await db.order.findUnique({ where: { id: orderId } });
      BODY
      return Response.json({ ok: true });
    }
"""
BY_MAIL = 'await resend.emails.send({ from: "a@a.example", to: order.email, subject: "Soon", text: order.address });'
BY_FETCH = (
    'await fetch("https://api.resend.com/emails", { method: "POST", body: JSON.stringify({ to: order.email }) });'
)


def told(body):
    found = followed({**APP, "app/api/remind/route.ts": ROUTE.replace("BODY", body)}).findings
    return [one for one in found if one.rule == "missing-session"]


@pytest.mark.parametrize("body", [BY_MAIL, BY_FETCH, f"{BY_MAIL} console.log(order.id);"])
def test_rows_that_only_feed_a_message_are_asked_about(body):
    (one,) = told(body)
    assert one.title.startswith(
        "Worth asking: anyone on the internet can set off POST /api/remind, which uses rows of order"
    )
    assert one.severity == "medium"


@pytest.mark.parametrize(
    "body",
    [
        f"{BY_MAIL} return Response.json({{ sent: order.email }});",
        'const made = await fetch("https://pdf.example/render", { method: "POST", body: JSON.stringify(order) }); return new Response(made.body);',
        f"{BY_MAIL} await db.order.update({{ where: {{ id: orderId }}, data: {{ reminded: true }} }});",
    ],
)
def test_rows_that_come_back_or_are_changed_are_told(body):
    (one,) = told(body)
    assert one.title.startswith("Anyone on the internet can ")
    assert one.severity in {"high", "critical"}


def test_a_verb_is_said_of_the_table_that_it_is_done_to():
    (one,) = told("await db.invoice.create({ data: { orderId, email: order.email } }); return Response.json(order);")
    assert one.title.startswith("Anyone on the internet can add rows of invoice through")
    assert "So it can read rows of order." in one.detail


AUDIT = """
    "use server";
    import { db } from "@/lib/db";
    export async function noteExport(format, userId) {
      const last = await db.ledger.findFirst({ where: { userId }, select: { hash: true } });
      BODY
    }
"""
PAGE = """
    "use client";
    import { noteExport } from "./actions";
    export function Button() { return <button onClick={() => noteExport("csv", "1")} />; }
"""
OWN = """
    import { auth } from "@/auth";
    import { db } from "@/lib/db";
    export async function GET() {
      const session = await auth();
      return Response.json(await db.ledger.findMany({ where: { userId: session.user.id } }));
    }
"""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("console.log(last.hash);", "can set off the action noteExport as anybody"),
        ("return last;", "can read rows of ledger as anybody"),
    ],
)
def test_whose_name_is_used_and_whose_rows_are_read_are_told_apart(body, said):
    files = {"app/x/actions.ts": AUDIT.replace("BODY", body), "app/x/button.tsx": PAGE, "app/api/mine/route.ts": OWN}
    found = followed({**APP, **files}).findings
    (one,) = [each for each in found if each.rule == "identity-from-request"]
    assert said in one.title
