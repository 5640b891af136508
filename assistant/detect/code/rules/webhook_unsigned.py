"""A webhook that believes whatever is posted to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code.access import PERSONS, access_to, strong_guards
from assistant.detect.code.context import WRITES
from assistant.detect.code.judge import report
from assistant.detect.code.payments import from_a_machine, looks_signed, provider_calls
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP, SIGNED
from assistant.domain.code import GuardKind, OriginKind, Weakness
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Entry, Query
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="webhook-unsigned",
    title="A webhook does not verify who sent it",
    why="The address of a webhook is no secret: anybody can post an event that says another customer has paid, left or changed, and the handler writes it down.",
    remedy="Verify the provider's signature over the raw body (stripe.webhooks.constructEvent, svix) before anything is read from it, and refuse when the secret is not set.",
    docs="https://docs.stripe.com/webhooks/signature",
    cause="missing-auth-check",
)

_HANDLER: Final = """
import { db } from "@/lib/db"
import { stripe } from "@/lib/stripe"

export async function POST(request: Request) {
  EVENT
  if (event.type === "customer.subscription.deleted") {
    await db.subscription.update({ where: { stripeId: event.data.object.id }, data: { status: "canceled" } })
  }
  return Response.json({ received: true })
}
"""
EXAMPLES: Final = (
    CodeExample(
        quiet={**APP, "app/api/webhooks/stripe/route.ts": _HANDLER.replace("EVENT", SIGNED)},
        leak={"app/api/webhooks/stripe/route.ts": _HANDLER.replace("EVENT", "const event = await request.json()")},
    ),
)


def find(context: CodeContext) -> Iterator[Finding]:
    """Webhooks that write what the message says, without a signature, a secret or a session before."""
    checking = {mark.place.file for mark in context.map.marks if mark.kind == "signature-checked"}
    for entry in context.entries():
        if not entry.webhook or context.reason_public(entry):
            continue
        if any(guard.kind in PERSONS for guard in strong_guards(entry)):
            continue
        fault = next(
            (query for query in entry.queries if _believes(query) and not _vouched(context, entry, query)), None
        )
        if fault is None or _asks_back(entry, fault) or _named(entry):
            continue
        half = access_to(context, entry, fault).half_signed
        weak = _weak(entry) or ("The signature is checked on one way only." if half else "")
        asked = not weak and entry.place.file in checking  # with something that was not understood to hold
        followed = not entry.unresolved and not entry.truncated and not asked
        said = f"{entry.id} writes to {fault.table or 'the database'} what anybody posts to it."
        yield report(
            RULE,
            entry,
            f"Worth asking: does the check of its sender always hold? {said}" if asked else said,
            severity=Severity.HIGH if followed or weak else Severity.LOW,
            confidence=Confidence.HIGH if followed else Confidence.LOW,
            detail=weak
            or ("What the check answers was not seen to depend on the signature on every way." if asked else "")
            or "No signature is verified before the message is believed.",
            queries=(fault,),
            facts={"table": fault.table},
        )


def _believes(query: Query) -> bool:
    """It writes, and the message chooses the row or the values."""
    parts = [condition.origins for condition in query.filters] + [written.origins for written in query.written]
    return query.verb in WRITES and any(origin.kind is OriginKind.REQUEST for origins in parts for origin in origins)


def _vouched(context: CodeContext, entry: Entry, query: Query) -> bool:
    """A signature or a secret was checked on every way to it."""
    return from_a_machine(entry, query.order) and not access_to(context, entry, query).half_signed


def _asks_back(entry: Entry, query: Query) -> bool:
    """The object is fetched from the provider again before it is believed."""
    return any(call.reads and call.order <= query.order for call in provider_calls(entry))


def _named(entry: Entry) -> bool:
    """A check that could not be followed is named like one."""
    return looks_signed(entry) and not _weak(entry) and any(guard.kind is GuardKind.NAME for guard in entry.guards)


def _weak(entry: Entry) -> str:
    """Why the check that stands there does not count."""
    said = {
        Weakness.OPTIONAL_SECRET: "The signature is checked only when the secret is set.",
        Weakness.UNSET_SECRET: "The secret it compares with may be undefined.",
        Weakness.IN_CATCH: "The check stands in a catch.",
        Weakness.AFTER_WRITE: "The signature is checked after the write.",
        Weakness.ONE_BRANCH: "The signature is checked on one branch only.",
        Weakness.NOT_AWAITED: "The check is not awaited.",
        Weakness.NO_EXIT: "The outcome of the check stops nothing.",
        Weakness.FAIL_OPEN: "The check passes when the signature is empty.",
    }
    kinds = {GuardKind.SIGNATURE, GuardKind.SECRET}
    return next((said[guard.weakness] for guard in entry.guards if guard.kind in kinds and guard.weakness in said), "")
