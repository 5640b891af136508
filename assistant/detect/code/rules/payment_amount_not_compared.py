"""Orders that a caller declares paid without anybody comparing what was paid with what is due."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.access import is_administrative, strong_guards
from assistant.detect.code.context import WRITES
from assistant.detect.code.judge import place_of, report
from assistant.detect.code.payments import from_a_machine
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import EntryKind, GuardKind, OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Entry, Query
    from assistant.domain.facts import Place
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="payment-amount-not-compared",
    title="An order is marked as paid without comparing the amount",
    why="The caller brings an order and a payment; nobody looks whether that payment covers that order, so a small payment settles a large order.",
    remedy="Load the payment from the provider or from its own row, compare amount and currency with the order's total, and refuse when they differ.",
    docs="https://docs.stripe.com/payments/payment-intents/verifying-status",
    cause="client-controlled-identifier",
)

_ACTION: Final = """
"use server"
import { auth } from "@/auth"
import { db } from "@/lib/db"

export async function confirmOrder(orderId: string, reference: string) {
  const session = await auth()
  if (!session?.user) throw new Error("Unauthorized")
  const payment = await db.payment.findFirst({ where: { orderId, reference, userId: session.user.id }, include: { order: true } })
  if (!payment) throw new Error("Not found")
  CHECK
  await db.order.update({ where: { id: payment.orderId }, data: { paymentStatus: "PAID" } })
}
"""
EXAMPLES: Final = (
    CodeExample(
        quiet=APP,
        leak={"app/orders/actions.ts": _ACTION.replace("CHECK", "")},
        mend={
            "app/orders/actions.ts": _ACTION.replace(
                "CHECK", 'if (payment.amount !== payment.order.total) throw new Error("Amount differs")'
            )
        },
    ),
)
_TABLES: Final = re.compile(r"order|payment|invoice|purchase|booking|checkout|cart|ticket", re.IGNORECASE)
_STATUS: Final = re.compile(
    r"(?:^|_|\b)(?:status|state|paid|is_?paid|payment_?status|paymentStatus|isPaid)$", re.IGNORECASE
)
_PAID: Final = re.compile(
    r"^'?(?:paid|succeeded|payment_confirmed|confirmed|payment_succeeded|captured|settled|completed|complete|true)'?$",
    re.IGNORECASE,
)
_PAYMENT: Final = re.compile(
    r"ref(?:erence)?$|payment|intent|checkout|session_id|transaction|txn|charge|razorpay|paypal|provider", re.IGNORECASE
)
"""Names of a payment in a request."""
_ABOUT_PAYMENT: Final = re.compile(r"pay|paid|checkout|stripe|charge|captur|purchase|transaction", re.IGNORECASE)
_NEAR: Final = 3
"""Calls between a handler and the write it is about."""
_PEOPLE: Final = frozenset(
    {
        EntryKind.ROUTE,
        EntryKind.PAGES_API,
        EntryKind.ACTION,
        EntryKind.PROCEDURE,
        EntryKind.ENDPOINT,
        EntryKind.EDGE_FUNCTION,
    }
)


def find(context: CodeContext) -> Iterator[Finding]:
    """Handlers for people that set an order or payment to paid by ids of the request, with no amounts compared on the way."""
    comparing = {(mark.place.file, mark.place.symbol) for mark in context.map.marks if mark.kind == "amount-compared"}
    names = {symbol for _, symbol in comparing if symbol}
    found: dict[Place, tuple[Entry, Query]] = {}
    for entry in context.entries(*_PEOPLE):
        guards = tuple(strong_guards(entry))
        if entry.webhook or is_administrative(guards) or from_a_machine(entry) or entry.verb == "DELETE":
            continue
        if any(guard.kind is GuardKind.ROLE for guard in guards):
            continue
        fault = next((query for query in entry.queries if _marks_paid(query) and context.bypasses(query)), None)
        if (
            fault is None
            or not _brings(entry)
            or not _is_about_payment(entry, fault)
            or _compared(entry, fault, comparing, names)
        ):
            continue
        kept = found.get(fault.place)
        if kept is None or len(fault.via) < len(kept[1].via):
            found[fault.place] = (entry, fault)
    for entry, fault in found.values():
        yield report(
            RULE,
            entry,
            f"{entry.id} marks {fault.table} as paid and nobody compares the amounts.",
            severity=Severity.LOW if entry.truncated or _far(fault) else Severity.MEDIUM,
            confidence=Confidence.MEDIUM if not entry.unresolved else Confidence.LOW,
            detail="The caller names what is to be marked; no amount is compared with a total on the way.",
            place=place_of(entry, fault),
            queries=(fault,),
            key="paid",
            facts={"table": fault.table},
        )


def _marks_paid(query: Query) -> bool:
    if query.verb not in WRITES - {"insert", "delete"} or not _TABLES.search(query.table):
        return False
    return any(
        _STATUS.search(written.column)
        and any(origin.kind is OriginKind.CONSTANT and _PAID.match(origin.path) for origin in written.origins)
        for written in query.written
    )


def _brings(entry: Entry) -> bool:
    """The request names the payment: a reference of the provider, a session, an intent; a row's id alone is the merchant's own book-keeping."""
    return any(
        origin.kind is OriginKind.REQUEST and _PAYMENT.search(words.snake(origin.path.partition(".")[2] or origin.path))
        for query in entry.queries
        for condition in query.filters
        for origin in condition.origins
    )


def _far(query: Query) -> bool:
    """So many calls away that another part of the program is meant: an automatic top-up below a chat."""
    return len(query.via) > _NEAR


def _is_about_payment(entry: Entry, query: Query) -> bool:
    """Completed is said of many things: the table, the column or the handler must speak of payment."""
    said = [query.table, entry.place.symbol or "", entry.path, *(written.column for written in query.written)]
    said += [
        origin.path for written in query.written for origin in written.origins if origin.kind is OriginKind.CONSTANT
    ]
    return any(_ABOUT_PAYMENT.search(text) for text in said)


def _compared(entry: Entry, query: Query, comparing: set[tuple[str, str | None]], names: set[str]) -> bool:
    """A function on the way compares two amounts."""
    if (entry.place.file, entry.place.symbol) in comparing:
        return True
    passed = {name for each in entry.queries for name in each.via} | {
        name for guard in entry.guards for name in guard.chain
    }
    passed |= {query.place.symbol or ""}
    return bool(passed & names)
