"""The account that a payment is booked to is found by a note that the buyer wrote into the checkout."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from assistant.detect.code import words
from assistant.detect.code.access import proven_by, strong_guards
from assistant.detect.code.acts import chosen_outside, proven_before
from assistant.detect.code.judge import report
from assistant.detect.code.payments import PAYMENT, from_a_machine, provider_calls
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP, SIGNED
from assistant.domain.code import OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.detect.code.payments import ProviderCall
    from assistant.domain.code import Entry, Origin, Query
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="payment-metadata-from-request",
    title="The buyer writes into the checkout whose account it is for",
    why="A signature proves that the provider sent the message, and not that the metadata in it is true: the provider gives back what the checkout was told. "
    "With somebody else's id in it the webhook books the payment, the plan or the payment customer to their account.",
    remedy="Write the id of the signed-in user into the metadata when the checkout is made, and take nothing of the request into it.",
    docs="https://docs.stripe.com/metadata/use-cases",
    cause="stripe-mapping-broken",
)

_HANDLER: Final = (
    'import { db } from "@/lib/db"\nimport { stripe } from "@/lib/stripe"\nexport async function POST(request: Request) {\n  '
    + SIGNED
    + '\n  if (event.type === "checkout.session.completed") {\n'
    '    await db.user.update({ where: { id: event.data.object.metadata.userId }, data: { plan: "pro" } })\n  }\n'
    "  return Response.json({ received: true })\n}\n"
)
_CHECKOUT: Final = """
import { auth } from "@/auth"
import { stripe } from "@/lib/stripe"

export async function POST(request: Request) {
  const session = await auth()
  if (!session?.user) return new Response("Unauthorized", { status: 401 })
  const body = await request.json()
  const made = await stripe.checkout.sessions.create({ mode: "subscription", line_items: [{ price: "price_1", quantity: 1 }], metadata: { userId: OWNER } })
  return Response.json({ url: made.url })
}
"""
EXAMPLES: Final = (
    CodeExample(
        quiet={
            **APP,
            "app/api/webhooks/stripe/route.ts": _HANDLER,
            "app/api/checkout/route.ts": _CHECKOUT.replace("OWNER", "session.user.id"),
        },
        leak={"app/api/checkout/route.ts": _CHECKOUT.replace("OWNER", "body.userId")},
    ),
    CodeExample(
        quiet={**APP, "app/api/checkout/route.ts": _CHECKOUT.replace("OWNER", "body.userId")},
        leak={"app/api/webhooks/stripe/route.ts": _HANDLER},
        mend={
            "app/api/webhooks/stripe/route.ts": _HANDLER.replace(
                "id: event.data.object.metadata.userId", "stripeCustomerId: event.data.object.customer"
            )
        },
    ),
    CodeExample(
        quiet={**APP, "app/api/webhooks/stripe/route.ts": _HANDLER},
        leak={"app/api/checkout/route.ts": _CHECKOUT.replace("OWNER", "body.userId")},
        mend={
            "app/api/checkout/route.ts": _CHECKOUT.replace("OWNER", "body.userId").replace("userId:", "user_id:"),
        },
    ),
    CodeExample(
        quiet={**APP, "app/api/webhooks/stripe/route.ts": _HANDLER},
        leak={"app/api/checkout/route.ts": _CHECKOUT.replace("OWNER", "body.userId")},
        mend={
            "app/api/checkout/route.ts": _CHECKOUT.replace("OWNER", "body.userId").replace(
                "checkout.sessions.create", "customers.create"
            ),
        },
    ),
)
_NOTES: Final = re.compile(
    r"(?:^|\.)(?:metadata|custom_?data|passthrough|notes)\.(\w+)\Z|(?:^|\.)(client_?reference_?id|customer_?external_?id|external_?customer_?id)\Z",
    re.IGNORECASE,
)
"""Fields of a checkout that the provider keeps as they are and gives back: Stripe, Paddle, Lemon Squeezy, Polar, Razorpay."""
_AMOUNTS: Final = frozenset({"amount", "unit_amount", "unit_amount_decimal", "price", "total", "value"})
_WRITES: Final = frozenset({"insert", "update", "upsert", "delete"})


class _Looked(NamedTuple):
    """Where an account is found by a note."""

    entry: Entry
    query: Query
    of_customer: bool
    """The note was read at a customer that was fetched, and not at what the message is about."""


def find(context: CodeContext) -> Iterator[Finding]:
    """Checkouts that take a note from the request by which another entry finds whose row it changes; one an entry, at the first such note."""
    looked = _looked_up(context)
    for entry in context.entries() if looked else ():
        for call in provider_calls(entry):
            if call.reads or from_a_machine(entry, call.order):
                continue
            found = [
                (path, used)
                for name, path in _from_request(entry, call)
                if (used := next((one for one in looked.get(name, ()) if one.of_customer is _of_customer(call)), None))
            ]
            if found:
                found.sort(key=lambda one: not words.names_owner(one[0]))
                yield _finding(entry, call, *found[0])
                break


def _of_customer(call: ProviderCall) -> bool:
    """The note stands at the customer: a payment or a subscription does not hand it back, only the customer does."""
    return "customers" in call.name.split(".")


def _finding(entry: Entry, call: ProviderCall, path: str, used: _Looked) -> Finding:
    rows = used.query.table or "rows"
    return report(
        RULE,
        entry,
        f"{entry.id} lets the request say whose account the payment is for: {used.entry.id} changes {rows} by it.",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM if entry.unresolved else Confidence.HIGH,
        detail=f"{call.name} is given {path} of the request as a note, and the provider hands it back signed.",
        place=call.place,
        at=call.at,
        key=path,
        facts={"call": call.name, "request": path, "webhook": used.entry.id, "table": used.query.table},
    )


def _looked_up(context: CodeContext) -> dict[str, list[_Looked]]:
    """Notes by which rows are found and changed, or that say whose a new row is."""
    found: dict[str, list[_Looked]] = {}
    for entry in context.entries():
        engines = {query.id: query.engine for query in entry.queries}
        customers = {query.id for query in entry.queries if query.table == "customers" and query.engine in PAYMENT}
        for query in entry.queries:
            if query.verb not in _WRITES or query.engine in PAYMENT:
                continue
            origins = [origin for condition in query.filters for origin in condition.origins]
            origins += [
                origin
                for written in query.written
                if context.names_owner(query.table, written.column)
                for origin in written.origins
            ]
            for origin in origins:
                name = _note(origin.path) if _from_provider(origin, engines) else ""
                if name:
                    found.setdefault(name, []).append(_Looked(entry, query, origin.row in customers))
    return found


def _from_provider(origin: Origin, engines: dict[int, str]) -> bool:
    """Out of a verified message, or out of an object that was fetched from the provider."""
    return origin.kind is OriginKind.SIGNED or (
        origin.kind is OriginKind.ROW and engines.get(origin.row, "") in PAYMENT
    )


def _from_request(entry: Entry, call: ProviderCall) -> Iterator[tuple[str, str]]:
    """Notes of a call that the request fills in, with the part of the request."""
    guards = tuple(guard for guard in strong_guards(entry) if guard.order <= call.order)
    proven = proven_before(entry, call.order) | proven_by(entry, guards)
    for path, origins in call.parts.items():
        name = _note(path)
        chosen = chosen_outside(origins, proven)
        if name and chosen and not any(origin.kind is OriginKind.CALLER for origin in origins):
            if not words.names_owner(name) and _priced_by(entry, call, chosen[0]):
                continue  # somebody else's bill is paid in full: there is nothing to it
            yield name, chosen[0].path


def _priced_by(entry: Entry, call: ProviderCall, chosen: Origin) -> bool:
    """The amount is that of the row which the note names: a bill, a booking, an order."""
    rows = {
        origin.row
        for path, origins in call.parts.items()
        if words.snake(path) in _AMOUNTS
        for origin in origins
        if origin.kind is OriginKind.ROW
    }
    return any(
        query.id in rows and any(chosen in condition.origins for condition in query.filters) for query in entry.queries
    )


def _note(path: str) -> str:
    """The name of a note in the path of an argument or of a message; empty when it is none."""
    match = _NOTES.search(path)
    return (
        (match[1] or words.snake(match[2])) if match else ""
    )  # a note keeps its spelling, a field of the provider's has several
