"""Payment customers that are looked up by an e-mail address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code.acts import grouped, proven_before
from assistant.detect.code.judge import report
from assistant.detect.code.payments import from_a_machine, provider_calls
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="customer-by-email",
    title="A payment customer is looked up by e-mail",
    why="An address is no proof: it can be typed, changed or never confirmed, and providers keep several customers with the same one. The first that is found may be somebody else's.",
    remedy="Keep the provider's customer id in the user's row when the customer is made, and look it up by that.",
    docs="https://docs.stripe.com/api/customers/list#list_customers-email",
    cause="client-controlled-identifier",
)

_ROUTE: Final = """
import { auth } from "@/auth"
import { stripe } from "@/lib/stripe"

export async function GET(request: Request) {
  const session = await auth()
  if (!session?.user) return new Response("Unauthorized", { status: 401 })
  const found = LOOKUP
  return Response.json(found)
}
"""
EXAMPLES: Final = (
    CodeExample(
        quiet={**APP, "app/api/customer/route.ts": _ROUTE.replace("LOOKUP", "session.user.id")},
        leak={
            "app/api/customer/route.ts": _ROUTE.replace(
                "LOOKUP", 'await stripe.customers.list({ email: new URL(request.url).searchParams.get("email") })'
            )
        },
    ),
)


def find(context: CodeContext) -> Iterator[Finding]:
    """Look-ups by an address of the request one by one; by the caller's own address as one note."""
    own = []
    for entry in context.entries():
        for call in provider_calls(entry):
            if not call.reads or "customer" not in call.name.lower() or from_a_machine(entry, call.order):
                continue
            origins = call.origins("email", "query")
            proven = proven_before(entry, call.order)
            asked = [origin for origin in origins if origin.kind is OriginKind.REQUEST and origin not in proven]
            if asked and not any(origin.kind is OriginKind.CALLER for origin in origins):
                yield report(
                    RULE,
                    entry,
                    f"{entry.id} looks up a payment customer by the address that the request names.",
                    severity=Severity.MEDIUM,
                    confidence=Confidence.MEDIUM,
                    detail=f"{call.name} is given {asked[0].path} of the request.",
                    place=call.place,
                    at=call.at,
                    key=call.name,
                    facts={"call": call.name, "request": asked[0].path},
                )
            elif any(origin.kind in {OriginKind.CALLER, OriginKind.ROW, OriginKind.CLAIMED} for origin in origins):
                own.append((entry, call.place))
    yield from grouped(
        RULE,
        own,
        one="{who} looks up the payment customer by e-mail.",
        many="{n} handlers look up the payment customer by e-mail.",
        detail="An id kept in the user's row would be theirs for certain:",
        key="own",
    )
