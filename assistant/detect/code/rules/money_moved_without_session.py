"""Transfers, payouts and refunds that anybody can start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code.acts import persons_before
from assistant.detect.code.judge import report
from assistant.detect.code.payments import from_a_machine, provider_calls
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import EntryKind, GuardKind, Weakness
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Entry
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="money-moved-without-session",
    title="Money is paid out or back without asking who is calling",
    why="Transfers, payouts and refunds leave the account at once and cannot be taken back; whoever finds the address can start them.",
    remedy="Demand a session and the role that may move money, look the payment up under the caller, and limit the amount to what the row says.",
    docs="https://docs.stripe.com/api/refunds/create",
    cause="missing-auth-check",
)

_ROUTE: Final = """
import { auth } from "@/auth"
import { stripe } from "@/lib/stripe"

export async function POST(request: Request) {
  GUARD
  const { paymentIntent } = await request.json()
  const refund = await stripe.refunds.create({ payment_intent: paymentIntent })
  return Response.json({ status: refund.status })
}
"""
_GUARD: Final = 'const session = await auth()\n  if (session?.user?.role !== "admin") return new Response("Forbidden", { status: 403 })'
EXAMPLES: Final = (
    CodeExample(
        quiet={
            **APP,
        },
        leak={"app/api/refund/route.ts": _ROUTE.replace("GUARD", "")},
        mend={"app/api/refund/route.ts": _ROUTE.replace("GUARD", _GUARD)},
    ),
)
_NOT_FROM_OUTSIDE: Final = frozenset({EntryKind.JOB, EntryKind.SERVICE, EntryKind.MIDDLEWARE, EntryKind.COMPONENT})


def find(context: CodeContext) -> Iterator[Finding]:
    """Calls that move money before any guard that knows a person or a sender."""
    for entry in context.entries():
        if entry.kind in _NOT_FROM_OUTSIDE or context.reason_public(entry):
            continue
        for call in provider_calls(entry):
            if (
                call.moves_money
                and not _somebody_before(entry, call.order)
                and not from_a_machine(entry, call.order)
                and not _secret_before(entry, call.order)
            ):
                yield report(
                    RULE,
                    entry,
                    f"{entry.id} calls {call.name} for anybody who asks.",
                    severity=Severity.MEDIUM if entry.unresolved else Severity.CRITICAL,
                    confidence=Confidence.MEDIUM if entry.unresolved else Confidence.HIGH,
                    detail="No session, secret or signature is asked for before it.",
                    place=call.place,
                    at=call.at,
                    key=call.name,
                    facts={"call": call.name},
                )
                break


def _secret_before(entry: Entry, order: int) -> bool:
    """A secret is asked for that may not be set: what is wrong with it is told of the guard."""
    return any(
        guard.kind is GuardKind.SECRET and guard.weakness is Weakness.UNSET_SECRET and guard.order <= order
        for guard in entry.guards
    )


def _somebody_before(entry: Entry, order: int) -> bool:
    """A guard asked who is calling, or a query that ran before knew it on every way there."""
    known = any("caller" in query.known for query in entry.queries if query.order <= order)
    return known or bool(persons_before(entry, order))
