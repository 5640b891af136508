"""The account that a payment is booked to is found by a note that the buyer wrote into the checkout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.access import proven_by, strong_guards
from assistant.detect.code.acts import chosen_outside, proven_before
from assistant.detect.code.judge import report
from assistant.detect.code.notes import name_of, that_find_accounts, that_grant
from assistant.detect.code.payments import from_a_machine, provider_calls
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP, SIGNED
from assistant.domain.code import Origin, OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.detect.code.notes import Noted
    from assistant.detect.code.payments import ProviderCall
    from assistant.domain.code import Entry
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="payment-metadata-from-request",
    title="The buyer writes into the checkout whose account it is for, or what was bought",
    why="A signature proves that the provider sent the message, and not that the metadata in it is true: the provider gives back what the checkout was told. "
    "With somebody else's id in it the webhook books the payment, the plan or the payment customer to their account; with another number of credits in it, it grants those for the same price.",
    remedy="Write the id of the signed-in user into the metadata when the checkout is made, and take nothing of the request into it: what is bought, and its price, come from one list of the server's.",
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
_GRANT: Final = _HANDLER.replace(
    'data: { plan: "pro" }', "data: { credits: { increment: Number(event.data.object.metadata.credits) } }"
)
_PACKS: Final = """
import { auth } from "@/auth"
import { stripe } from "@/lib/stripe"

const PACKS = [{ id: "small", price: "price_1", credits: 100 }, { id: "large", price: "price_2", credits: 1000 }]

export async function POST(request: Request) {
  const session = await auth()
  if (!session?.user) return new Response("Unauthorized", { status: 401 })
  const body = await request.json()
  const pack = PACKS.find((one) => one.id === body.pack)
  if (!pack) return new Response("Unknown", { status: 400 })
  const made = await stripe.checkout.sessions.create({
    mode: "payment", line_items: [{ price: pack.price, quantity: 1 }], metadata: { userId: session.user.id, credits: GRANTED },
  })
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
    CodeExample(
        quiet={
            **APP,
            "app/api/webhooks/stripe/route.ts": _GRANT,
            "app/api/checkout/route.ts": _PACKS.replace("GRANTED", "String(pack.credits)"),
        },
        leak={
            "app/api/checkout/route.ts": _CHECKOUT.replace(
                "userId: OWNER", "userId: session.user.id, credits: String(body.credits)"
            )
        },
    ),
)
_AMOUNTS: Final = frozenset({"amount", "unit_amount", "unit_amount_decimal", "price", "total", "value"})
_CHARGED: Final = frozenset(
    {
        *_AMOUNTS,
        "quantity",
        "price_id",
        "product",
        "products",
        "product_id",
        "product_price_id",
        "variant_id",
        "variant",
        "plan",
        "plan_id",
        "items",
        "line_items",
        "custom_price",
        "transaction_amount",
        "amount_money",
        "id",
        "*",
    }
)
"""Arguments of a checkout that say what is paid for, and how much."""
_LISTED: Final = Origin(OriginKind.CONSTANT, "a list")
"""One of a list that the code holds the request to."""
_PLAIN: Final = frozenset({Origin(OriginKind.CONSTANT, "1"), Origin(OriginKind.CONSTANT, "None")})
"""One piece of it, and nothing."""


def find(context: CodeContext) -> Iterator[Finding]:
    """Checkouts that take a note from the request by which another entry finds whose row it changes, or how much it grants; one an entry, at the first such note."""
    looked, granted = that_find_accounts(context), that_grant(context)
    for entry in context.entries() if looked or granted else ():
        for call in provider_calls(entry):
            if call.reads or from_a_machine(entry, call.order):
                continue
            found = _used(looked, call, _from_request(entry, call))
            if found:
                found.sort(key=lambda one: not words.names_owner(one[0]))
                yield _finding(entry, call, *found[0])
                break
            bought = _used(granted, call, _unpaid(entry, call))
            if bought:
                yield _more_than_paid(entry, call, *bought[0])
                break


def _used(
    notes: dict[str, list[Noted]], call: ProviderCall, given: Iterable[tuple[str, str]]
) -> list[tuple[str, Noted]]:
    """Parts of the request that another entry uses as a note of that name, read at the same kind of object."""
    return [
        (path, used)
        for name, path in given
        if (used := next((one for one in notes.get(name, ()) if one.of_customer is _of_customer(call)), None))
    ]


def _of_customer(call: ProviderCall) -> bool:
    """The note stands at the customer: a payment or a subscription does not hand it back, only the customer does."""
    return "customers" in call.name.split(".")


def _finding(entry: Entry, call: ProviderCall, path: str, used: Noted) -> Finding:
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


def _more_than_paid(entry: Entry, call: ProviderCall, path: str, used: Noted) -> Finding:
    column = used.column.rpartition(".")[2]
    return report(
        RULE,
        entry,
        f"{entry.id} lets the request say what was paid for: {used.entry.id} writes {column} of {used.query.table or 'the row'} by it.",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        detail=f"{call.name} is given {path} of the request as a note, and what is charged does not depend on it.",
        place=call.place,
        at=call.at,
        key=f"granted.{path}",
        facts={"call": call.name, "request": path, "webhook": used.entry.id, "table": used.query.table},
    )


def _unpaid(entry: Entry, call: ProviderCall) -> Iterator[tuple[str, str]]:
    """Notes that the request fills in or chooses from a list, while the price is one and the same, or is named beside them."""
    charged = {
        one
        for path, origins in call.parts.items()
        if words.snake(path) in _CHARGED and not name_of(path)
        for one in origins
    }
    priced = {one for one in charged if one.kind in {OriginKind.CONSTANT, OriginKind.ENVIRONMENT} and one not in _PLAIN}
    rows = {one.row for one in charged if one.kind is OriginKind.ROW}
    asked = {origin for query in entry.queries if query.id in rows for each in query.filters for origin in each.origins}
    if charged <= _PLAIN:
        return  # what is charged was not seen
    for path, origins in call.parts.items():
        name = name_of(path)
        sent = [one for one in origins if one.kind is OriginKind.REQUEST or one == _LISTED]
        if not name or not sent or set(sent) & (charged | asked):
            continue
        if any(one.kind is OriginKind.ROW for one in origins):
            continue
        named = (
            name.endswith(("Id", "_id"))
            and name != "client_reference_id"
            and not set(words.words(name)) & {"plan", "tier", "package", "pack"}
        )
        beside = any(one.kind is OriginKind.REQUEST for one in charged)
        if beside or (len(priced) <= 1 and not rows and not named):
            yield name, next((one.path for one in sent if one != _LISTED), path)


def _from_request(entry: Entry, call: ProviderCall) -> Iterator[tuple[str, str]]:
    """Notes of a call that the request fills in, with the part of the request."""
    guards = tuple(guard for guard in strong_guards(entry) if guard.order <= call.order)
    proven = proven_before(entry, call.order) | proven_by(entry, guards)
    for path, origins in call.parts.items():
        name = name_of(path)
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
