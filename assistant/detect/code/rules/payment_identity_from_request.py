"""The customer, account or subscription of a payment provider is whoever the request says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code.access import access_to, is_administrative, strong_guards
from assistant.detect.code.acts import chosen_outside, knows_caller, proven_before
from assistant.detect.code.caching import back_office
from assistant.detect.code.judge import report
from assistant.detect.code.payments import PAYMENT, from_a_machine, provider_calls
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.detect.code.payments import ProviderCall
    from assistant.domain.code import Entry, Origin
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="payment-identity-from-request",
    title="The request says whose payment account is used",
    why="Customer and subscription ids appear in e-mails, receipts and addresses. With one of them anybody opens that customer's billing portal, cancels their plan or reads their invoices.",
    remedy="Keep the provider's ids in a row of the signed-in user and read them from there; never take them from the request.",
    docs="https://docs.stripe.com/customer-management/integrate-customer-portal",
    cause="client-controlled-identifier",
)

_ROUTE: Final = """
import { auth } from "@/auth"
import { db } from "@/lib/db"
import { stripe } from "@/lib/stripe"

export async function POST(request: Request) {
  const session = await auth()
  if (!session?.user) return new Response("Unauthorized", { status: 401 })
  LOOKUP
  const portal = await stripe.billingPortal.sessions.create({ customer: customerId, return_url: "https://example.com" })
  return Response.json({ url: portal.url })
}
"""
_OWN: Final = "const user = await db.user.findUnique({ where: { id: session.user.id } })\n  const customerId = user.stripeCustomerId"
EXAMPLES: Final = (
    CodeExample(
        quiet={
            **APP,
            "app/api/portal/route.ts": _ROUTE.replace("LOOKUP", _OWN),
        },
        leak={"app/api/portal/route.ts": _ROUTE.replace("LOOKUP", "const { customerId } = await request.json()")},
    ),
)
_NAMES: Final = ("customer", "customer_id", "account", "stripe_account", "stripe_customer_id", "customer_account")
_OWNED: Final = ("subscription", "subscription_id", "payment_intent", "invoice")
"""A payment method is left out: providers refuse one of another customer."""
_MANAGES: Final = re.compile(
    r"billing_?portal|customerPortal|subscription|customers|invoices|setupIntents|paymentMethods", re.IGNORECASE
)
"""Calls by which a customer's account is looked at or changed; paying at a checkout is none."""


def find(context: CodeContext) -> Iterator[Finding]:
    """Provider calls whose customer the outside chooses and nobody proved; one an entry and call."""
    for entry in context.entries():
        guards = tuple(strong_guards(entry))
        if is_administrative(guards) or back_office(entry) or context.reason_public(entry) or _is_relay(entry):
            continue
        for call in provider_calls(entry):
            proven = proven_before(entry, call.order)
            wanted = _NAMES if call.reads else (*_NAMES, *_OWNED, *(("destination",) if call.moves_money else ()))
            origins = call.origins(*wanted)
            chosen = chosen_outside(origins, proven) or _of_anybodys_row(context, entry, call)
            if (
                not chosen
                or from_a_machine(entry, call.order)
                or any(origin.kind is OriginKind.CALLER for origin in origins)
            ):
                continue
            yield report(
                RULE,
                entry,
                f"{entry.id} calls {call.name} for whichever customer the request names.",
                severity=Severity.HIGH,
                confidence=Confidence.MEDIUM if entry.unresolved else Confidence.HIGH,
                detail=f"It is given {', '.join(sorted({origin.path for origin in chosen}))} of the request and nothing ties that to the caller.",
                place=call.place,
                at=call.at,
                key=call.name,
                facts={"call": call.name, "request": chosen[0].path},
            )
            break


def _of_anybodys_row(context: CodeContext, entry: Entry, call: ProviderCall) -> tuple[Origin, ...]:
    """The customer stands in a row that the request named and nobody compared with the caller; whoever pays a shop is not its customer."""
    if not knows_caller(entry) or not _MANAGES.search(call.name):
        return ()
    queries = {query.id: query for query in entry.queries}
    found: list[Origin] = []
    for origin in call.origins("customer", "customer_id"):
        query = queries.get(origin.row) if origin.kind is OriginKind.ROW else None
        if query is None or query.engine in PAYMENT or query.verb != "select":
            continue
        access = access_to(context, entry, query)
        if access.tied or access.settled or access.by_capability or access.only_published:
            continue
        asked = (each for condition in access.asked for each in condition.origins)
        found += [each for each in asked if each.kind is OriginKind.REQUEST]
    return tuple(found)


def _is_relay(entry: Entry) -> bool:
    """A procedure that a webhook hands its verified event to."""
    return entry.webhook or "webhook" in f"{entry.path} {entry.place.symbol} {entry.place.file}".lower()
