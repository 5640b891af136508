"""A signed webhook that adds the same thing twice when it is delivered twice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.acts import grouped
from assistant.detect.code.judge import place_of
from assistant.detect.code.payments import from_a_machine
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP, SIGNED
from assistant.domain.code import ActKind, OriginKind


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Entry, Query, Written
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="webhook-replayed",
    title="A webhook does not notice a second delivery",
    why="Providers deliver at least once and retry for days; a signature stays valid within its tolerance. An insert or a credit runs again for each delivery.",
    remedy="Insert the event's id into a table with a unique key first, in the same transaction, and stop when it is there.",
    docs="https://docs.stripe.com/webhooks#handle-duplicate-events",
    lint=True,
)

_HANDLER: Final = """
import { db } from "@/lib/db"
import { stripe } from "@/lib/stripe"

export async function POST(request: Request) {
  SIGNED
  FIRST
  if (event.type === "invoice.paid") {
    await db.credit.create({ data: { amount: 100, customer: event.data.object.customer } })
  }
  return Response.json({ received: true })
}
""".replace("SIGNED", SIGNED)
_ADDS: Final = _HANDLER.replace(
    "await db.credit.create({ data: { amount: 100, customer: event.data.object.customer } })",
    "await db.user.update({ where: { stripeId: event.data.object.customer }, data: { credits: { increment: 100 } } })",
)
EXAMPLES: Final = (
    CodeExample(
        quiet=APP,
        leak={"app/api/webhooks/stripe/route.ts": _HANDLER.replace("FIRST", "")},
        mend={
            "app/api/webhooks/stripe/route.ts": _HANDLER.replace(
                "FIRST", "await db.webhookEvent.create({ data: { id: event.id } })"
            )
        },
    ),
    CodeExample(
        quiet={
            **APP,
            "app/api/webhooks/stripe/route.ts": _ADDS.replace("{ increment: 100 }", "100").replace("FIRST", ""),
        },
        leak={"app/api/webhooks/stripe/route.ts": _ADDS.replace("FIRST", "")},
    ),
)
_EVENT_ID: Final = re.compile(
    r"(?:^|\.)(?:event|evt|message|msg|payload|webhook)?\.?(?:id|event_?id|svix-id|webhook-id)\Z", re.IGNORECASE
)

_OF_BODY: Final = re.compile(r"^(?:body|json|input)\.(?:event\.|data\.)?(?:id|event_?id|reference)$", re.IGNORECASE)
_REFERENCE: Final = re.compile(
    r"(?:^|_)(?:ref|reference|event|external|provider|idempotency|transaction)(?:_id|_key|_ref)?$"
)
"""Columns in which a row keeps the sender's number of what it was added for."""


def find(context: CodeContext) -> Iterator[Finding]:
    """Webhooks that insert and never use the event's id; one finding for all."""
    found = []
    for entry in context.entries():
        if not entry.webhook or not from_a_machine(entry):
            continue
        inserts = [
            query
            for query in entry.queries
            if (query.verb == "insert" and not words.keeps_audit(query.table)) or _adds(query)
        ]
        if inserts and not _remembers(entry):
            found.append((entry, place_of(entry, inserts[0])))
    yield from grouped(
        RULE,
        found,
        one="{who} does not notice when an event is delivered twice.",
        many="{n} webhooks do not notice when an event is delivered twice.",
        detail="They insert or add up without looking whether the event was seen:",
    )


def _adds(query: Query) -> bool:
    """``credits: { increment: 100 }`` or ``credits: user.credits + 100``: a second time it is 200."""
    return query.verb in {"update", "upsert"} and any(
        any(origin.kind is OriginKind.GENERATED and origin.path == "increment" for origin in written.origins)
        or _adds_to_itself(written)
        for written in query.written
    )


def _adds_to_itself(written: Written) -> bool:
    """The column as it was read, and a number beside it."""
    more = [origin for origin in written.origins if origin.kind in {OriginKind.CONSTANT, OriginKind.SIGNED}]
    counted = [
        one for one in more if one.kind is OriginKind.SIGNED or (one.path.strip("'").isdigit() and one.path != "0")
    ]
    was = (origin for origin in written.origins if origin.kind is OriginKind.ROW)
    return bool(counted) and any(origin.path == written.column for origin in was)


def _remembers(entry: Entry) -> bool:
    """The event's own id is looked up or stored, in a table or in a store of keys, or a table for events is touched."""
    kept = (part.origins for act in entry.acts if act.kind is ActKind.CACHE for part in act.parts if part.name == "key")
    if any(
        origin.kind is OriginKind.SIGNED and _EVENT_ID.search(origin.path) for origins in kept for origin in origins
    ):
        return True
    for query in entry.queries:
        key = words.table_key(query.table)
        if re.search(r"event|webhook|idempot|processed|deliver", key):
            return True
        if _looks_for_event(query):
            return True
        parts = [condition.origins for condition in query.filters] + [written.origins for written in query.written]
        for origins in parts:
            if any(
                origin.kind is OriginKind.SIGNED and _EVENT_ID.search(origin.path) and "object" not in origin.path
                for origin in origins
            ):
                return True
    return False


def _looks_for_event(query: Query) -> bool:
    """What was signed is read as a body: a row of the same reference is looked for, by the id that the body begins with."""
    return (
        query.verb == "select"
        and "signed" in query.known
        and any(
            origin.kind is OriginKind.REQUEST and _OF_BODY.search(origin.path)
            for condition in query.filters
            if _REFERENCE.search(words.snake(condition.column))
            for origin in condition.origins
        )
    )
