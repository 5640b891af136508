"""A webhook that changes rows without saying whose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code.acts import grouped
from assistant.detect.code.context import Whose
from assistant.detect.code.judge import place_of, report
from assistant.detect.code.payments import PAYMENT, from_a_machine
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP, SIGNED
from assistant.detect.code.uses import uses_of
from assistant.domain.code import OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Entry, Query
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="webhook-write-unkeyed",
    title="A webhook changes rows without the customer in its condition",
    why="One customer's event then changes the rows of all, or of everybody who shares the address it is keyed by.",
    remedy="Find the row by the provider's customer or subscription id, which the checkout stored beside the user's id.",
    docs="https://docs.stripe.com/billing/subscriptions/webhooks",
    cause="client-controlled-identifier",
)

_HANDLER: Final = (
    'import { db } from "@/lib/db"\nimport { stripe } from "@/lib/stripe"\nexport async function POST(request: Request) {\n  '
    + SIGNED
    + '\n  if (event.type === "customer.subscription.deleted") {\n    await db.subscription.updateMany({ WHEREdata: { status: "canceled" } })\n  }\n'
    "  return Response.json({ received: true })\n}\n"
)
EXAMPLES: Final = (
    CodeExample(
        quiet={
            **APP,
            "app/api/webhooks/stripe/route.ts": _HANDLER.replace(
                "WHERE", "where: { stripeId: event.data.object.id }, "
            ),
        },
        leak={"app/api/webhooks/stripe/route.ts": _HANDLER.replace("WHERE", "")},
    ),
)


def find(context: CodeContext) -> Iterator[Finding]:
    """Updates and deletes of customers' rows with no condition of the event; keyed by e-mail as one note."""
    by_email = []
    for entry in context.entries():
        if not entry.webhook or not from_a_machine(entry):
            continue
        for query in entry.queries:
            if context.whose(query.table, query.engine) is not Whose.CUSTOMERS:
                continue
            if query.verb not in {"update", "delete"}:
                if query.verb == "select" and _by_email(entry, query) and query.id in uses_of(context, entry):
                    by_email.append((entry, place_of(entry, query)))
                continue
            if not _keyed(query) and not query.text and query.tie is None and not entry.truncated:
                yield report(
                    RULE,
                    entry,
                    f"{entry.id} changes every row of {query.table} for one event.",
                    severity=Severity.HIGH,
                    confidence=Confidence.MEDIUM,
                    detail="Its conditions are the same for every event."
                    if query.filters
                    else "There is no condition at all.",
                    queries=(query,),
                    key=query.table,
                    facts={"table": query.table},
                )
            elif _by_email(entry, query):
                by_email.append((entry, place_of(entry, query)))
    yield from grouped(
        RULE,
        by_email,
        one="{who} finds the customer by e-mail.",
        many="{n} webhooks find the customer by e-mail.",
        detail="Addresses change and repeat:",
        key="email",
    )


def _keyed(query: Query) -> bool:
    """Some condition is of this event; conditions that are written in the code narrow nothing down when the event says what is written."""
    said = {origin.kind for written in query.written for origin in written.origins}
    if not query.filters or OriginKind.SIGNED not in said:
        return bool(query.filters)
    fixed = {OriginKind.CONSTANT, OriginKind.ENVIRONMENT}
    return any(
        not condition.origins or any(origin.kind not in fixed for origin in condition.origins)
        for condition in query.filters
    )


def _by_email(entry: Entry, query: Query) -> bool:
    """Found by the address in the event, or in what the payment provider answered about it."""
    asked = {one.id for one in entry.queries if one.engine in PAYMENT}
    keyed = [
        condition.column.lower()
        for condition in query.filters
        if any(
            origin.kind is OriginKind.SIGNED or (origin.kind is OriginKind.ROW and origin.row in asked)
            for origin in condition.origins
        )
    ]
    return bool(keyed) and all("email" in column for column in keyed)
