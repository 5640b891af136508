"""A cached answer that is returned before anybody checked whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code.acts import knows_caller, proven_before, report_act
from assistant.detect.code.caching import (
    ANSWERS,
    administrative,
    answered_from,
    cached_rows,
    caches,
    tells_apart,
    verb_of,
)
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Act, ActPart, Entry
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="cache-before-check",
    title="A cache is read before the check",
    why="The row's owner is compared only when the cache is empty: as soon as its owner has opened it once, anybody with the id is given the stored answer.",
    remedy="Prove that the row is the caller's first, then read the cache, with the caller in its key.",
    cause="cached-private-response",
)

_ROUTE: Final = """
import { auth } from "@/auth"
import { db } from "@/lib/db"
import { redis } from "@/lib/redis"

export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const session = await auth()
  if (!session?.user) return Response.json({ error: "Unauthorized" }, { status: 401 })
  const { id } = await params
  EARLY
  const invoice = await db.invoice.findFirst({ where: { id, userId: session.user.id } })
  if (!invoice) return Response.json({ error: "Not found" }, { status: 404 })
  LATE
  const lines = await db.invoiceLine.findMany({ where: { invoiceId: invoice.id } })
  await redis.set(`invoice:${id}`, lines)
  return Response.json(lines)
}
"""
_CHECK: Final = "const kept = await redis.get(`invoice:${id}`)\n  if (kept) return Response.json(kept)"
EXAMPLES: Final = (
    CodeExample(
        quiet=APP,
        leak={"app/api/invoices/[id]/route.ts": _ROUTE.replace("EARLY", _CHECK).replace("LATE", "")},
        mend={"app/api/invoices/[id]/route.ts": _ROUTE.replace("EARLY", "").replace("LATE", _CHECK)},
    ),
)


def find(context: CodeContext) -> Iterator[Finding]:
    """Reads of a cache by an id from the request that is proven to be the caller's only afterwards."""
    for entry in context.entries(*ANSWERS):
        if not knows_caller(entry) or administrative(entry):
            continue
        later = proven_before(entry, 1 << 30)
        for act, key in caches(entry):
            if verb_of(act) != "read" or tells_apart(entry, act.order, key):
                continue
            if not any(origin in later for origin in key.origins) or not cached_rows(context, entry, act, key):
                continue
            if not _answers_early(entry, act, key):
                continue
            yield report_act(
                RULE,
                entry,
                act,
                f"{entry.id} answers from the cache before it checks whose the rows are.",
                severity=Severity.HIGH,
                confidence=Confidence.MEDIUM if entry.unresolved else Confidence.HIGH,
                detail=f"The key is {key.text}; the check that follows is skipped when the cache has an answer.",
                key="read",
                facts={"key": key.text},
            )
            break


def _answers_early(entry: Entry, read: Act, key: ActPart) -> bool:
    """Between the read and the check something is answered that came from the cache; comparing the cached row afterwards is fine."""
    answer = answered_from(entry, read, key)
    wanted = {origin for origin in key.origins if origin.kind is OriginKind.REQUEST}
    return answer is not None and not wanted & proven_before(entry, answer.order)
