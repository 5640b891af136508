"""The amount to pay is whatever the request says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.access import is_administrative, strong_guards
from assistant.detect.code.acts import chosen_outside, grouped, proven_before
from assistant.detect.code.caching import back_office
from assistant.detect.code.judge import report
from assistant.detect.code.notes import name_of, tops_up
from assistant.detect.code.payments import from_a_machine, provider_calls
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
    from assistant.domain.facts import Place
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="price-from-request",
    title="The request says what is to be paid",
    why="A buyer edits one number in the request and pays a cent for anything; nothing on the provider's side knows the real price.",
    remedy="Send an id of what is bought, and read its price from the database or from the provider's own price list.",
    docs="https://docs.stripe.com/payments/checkout/how-checkout-works",
    cause="client-controlled-identifier",
)

_ROUTE: Final = """
import { stripe } from "@/lib/stripe"
import { db } from "@/lib/db"

export async function POST(request: Request) {
  const body = await request.json()
  LOOKUP
  const intent = await stripe.paymentIntents.create({ amount: AMOUNT, currency: "eur" })
  return Response.json({ secret: intent.client_secret })
}
"""
EXAMPLES: Final = (
    CodeExample(
        quiet={
            **APP,
            "app/api/pay/route.ts": _ROUTE.replace(
                "LOOKUP", "const product = await db.product.findUnique({ where: { id: body.productId } })"
            ).replace("AMOUNT", "product.price"),
        },
        leak={"app/api/pay/route.ts": _ROUTE.replace("LOOKUP", "").replace("AMOUNT", "body.amount")},
    ),
)
_AMOUNTS: Final = ("amount", "unit_amount", "unit_amount_decimal", "transaction_amount", "amount_money")
_PRICES: Final = frozenset(
    {"line_items_price", "items_price", "line_items.price", "items.price", "price", "price_id", "product_price_id"}
)
"""Where a price of the provider's list is named."""
_AMOUNTS_ASKED: Final = frozenset(
    {"amount", "price", "total", "cents", "cost", "fee", "sum", "subtotal", "prices", "amounts"}
)
"""Words of a request value that is an amount and no quantity."""
_GIFTS: Final = frozenset(
    {
        "donate",
        "donation",
        "tip",
        "tips",
        "topup",
        "top",
        "credit",
        "credits",
        "deposit",
        "gift",
        "wallet",
        "support",
        "contribution",
        "pledge",
        "fund",
    }
)

_CATALOGUE: Final = frozenset({"products", "prices", "plans", "coupons", "promotioncodes"})
"""What a provider keeps of what is for sale."""


def find(context: CodeContext) -> Iterator[Finding]:
    """Amounts from the request; low where a person chooses what they give: donations, tips, top-ups; one note for prices that are named."""
    named_prices: list[tuple[Entry, Place]] = []
    for entry in context.entries():
        if is_administrative(tuple(strong_guards(entry))) or back_office(entry):
            continue
        for call in provider_calls(entry):
            if call.reads or from_a_machine(entry, call.order):
                continue
            proven = proven_before(entry, call.order)
            if _names_price(call, proven):
                named_prices.append((entry, call.place))
            charged = (one for path, origins in call.parts.items() if _is_amount(path) for one in origins)
            chosen = chosen_outside(dict.fromkeys(charged), proven)
            if not chosen or "refund" in call.name.lower() or _lists_only(entry, call):
                continue
            named = {*words.words(entry.path), *words.words(entry.place.symbol or ""), *words.words(entry.place.file)}
            named |= {word for origin in chosen for word in words.words(origin.path)}
            if not _AMOUNTS_ASKED & {word for origin in chosen for word in words.words(origin.path)}:
                continue  # a quantity or a basket: priced by rows
            gift = bool(_GIFTS & named) or _paid_in(context, call, chosen)
            yield report(
                RULE,
                entry,
                f"{entry.id} charges the amount that the request names.",
                severity=Severity.LOW if gift else Severity.MEDIUM,
                confidence=Confidence.MEDIUM,
                detail=f"{call.name} is given {chosen[0].path} of the request as its amount.",
                place=call.place,
                at=call.at,
                key=call.name,
                facts={"call": call.name, "request": chosen[0].path},
            )
            break
    yield from grouped(
        RULE,
        named_prices,
        one="{who} sells at whichever price of the provider's list the request names.",
        many="{n} handlers sell at whichever price of the provider's list the request names.",
        detail="Old, hidden and other products' prices can be named too; look the price up by the plan:",
        key="price",
    )


def _lists_only(entry: Entry, call: ProviderCall) -> bool:
    """Somebody puts something up for sale and says what it costs; nobody is charged for it in the same breath."""
    made = call.name.lower().rpartition(".")[0].rpartition(".")[2]
    return made in _CATALOGUE and not any(
        other.order > call.order
        and not other.reads
        and other.name.lower().rpartition(".")[0].rpartition(".")[2] not in _CATALOGUE
        for other in provider_calls(entry)
    )


def _paid_in(context: CodeContext, call: ProviderCall, chosen: tuple[Origin, ...]) -> bool:
    """The amount is noted at the payment too, and as much is added to the buyer's balance."""
    notes = (name_of(path) for path, origins in call.parts.items() if set(chosen) & set(origins))
    return any(name and tops_up(context, name) for name in notes)


def _is_amount(path: str) -> bool:
    """Where the provider is told what to charge, and not where it keeps a note of it."""
    return words.snake(path) in _AMOUNTS and not name_of(path)


def _names_price(call: ProviderCall, proven: frozenset[Origin]) -> bool:
    """A price is named: ``line_items: [{ price: body.priceId }]``."""
    parts = (origins for path, origins in call.parts.items() if words.snake(path) in _PRICES)
    return any(chosen_outside(origins, proven) and _whole(origins) for origins in parts)


def _whole(origins: tuple[Origin, ...]) -> bool:
    """Nothing else is in it: a list of the code that the request chooses from is."""
    return all(origin.kind is OriginKind.REQUEST for origin in origins)
