"""An answer for one caller that its own headers publish to shared caches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code.acts import knows_caller, report_act
from assistant.detect.code.caching import (
    ANSWERS,
    HEADERS,
    administrative,
    back_office,
    customers_rows,
    is_privileged,
    publishes,
    withholds,
)
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import ActKind, TieKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Act, Entry, Query
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="private-response-cached-by-header",
    title="A private answer is public to caches",
    why="A CDN keys its copies by the address alone: the answer that one customer caused is handed to everybody who asks for the same address, signed in or not.",
    remedy="Answer with Cache-Control: private, no-store; cache shared parts separately and without the session.",
    docs="https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Cache-Control",
    cause="cached-private-response",
)

_ROUTE: Final = """
import { auth } from "@/auth"
import { db } from "@/lib/db"

export async function GET() {
  const session = await auth()
  if (!session?.user) return Response.json({ error: "Unauthorized" }, { status: 401 })
  const orders = await db.order.findMany({ where: { userId: session.user.id } })
  return Response.json(orders, { headers: { "Cache-Control": "VALUE" } })
}
"""
EXAMPLES: Final = (
    CodeExample(
        quiet=APP,
        leak={"app/api/orders/route.ts": _ROUTE.replace("VALUE", "public, s-maxage=60")},
        mend={"app/api/orders/route.ts": _ROUTE.replace("VALUE", "private, no-store")},
    ),
)


def find(context: CodeContext) -> Iterator[Finding]:
    """Publishing headers of entries that ask who is calling, or that show the back office to nobody in particular."""
    for entry in context.entries(*ANSWERS):
        headers = [act for act in entry.acts if act.kind is ActKind.HEADER and act.name in HEADERS]
        open_ones = [act for act in headers if publishes(act.name, act.detail)]
        if not open_ones or entry.verb not in {"GET", "HEAD", "*", ""} or any(withholds(act.detail) for act in headers):
            continue
        rows = tuple(customers_rows(context, entry))
        if knows_caller(entry):
            shown = [query for query in rows if query.returned] or rows
            if any(_asked_for_caller(query) for query in shown):
                yield _found(entry, open_ones[0], Severity.MEDIUM if administrative(entry) else Severity.HIGH)
            continue
        if back_office(entry) and any(is_privileged(query) for query in rows) and not context.reason_public(entry):
            yield _found(entry, open_ones[0], Severity.MEDIUM)


def _asked_for_caller(query: Query) -> bool:
    """Read when somebody was known, or for them; not what a page shows everybody beside an optional session, nor what a key in the address opens."""
    if query.tie is not None and query.tie.kind is TieKind.CAPABILITY:
        in_address = (origin.path.startswith(("path.", "query.")) for each in query.filters for origin in each.origins)
        return not any(in_address)
    return "caller" in query.known or (query.tie is not None and query.tie.kind is TieKind.FILTER)


def _found(entry: Entry, act: Act, severity: Severity) -> Finding:
    return report_act(
        RULE,
        entry,
        act,
        f"{entry.id} lets shared caches keep an answer that is not for everybody.",
        severity=severity,
        confidence=Confidence.HIGH if severity is Severity.HIGH else Confidence.MEDIUM,
        detail=f"It answers with {act.name}: {act.detail}. A cache in front of it does not look at cookies or keys.",
        key="header",
        facts={"header": act.name, "value": act.detail},
    )
