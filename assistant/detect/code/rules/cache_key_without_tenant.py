"""A cache that all customers share, keyed by nothing that tells them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code.acts import knows_caller, proven_before, report_act
from assistant.detect.code.caching import ANSWERS, administrative, answered_from, cached_rows, caches, tells_apart
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Act, ActPart, Query
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="cache-key-without-tenant",
    title="A shared cache is keyed without the customer",
    why="The first customer's answer is stored under a key that the next customer asks for too, so they are handed each other's rows until the entry expires.",
    remedy="Put the verified user or tenant id into the key, and read the cache only after the check that the rows are the caller's.",
    docs="https://nextjs.org/docs/app/api-reference/functions/unstable_cache",
    cause="cached-private-response",
)

_ROUTE: Final = """
import { auth } from "@/auth"
import { db } from "@/lib/db"
import { redis } from "@/lib/redis"

export async function GET() {
  const session = await auth()
  if (!session?.user) return Response.json({ error: "Unauthorized" }, { status: 401 })
  const key = KEY
  const kept = await redis.get(key)
  if (kept) return Response.json(kept)
  const invoices = await db.invoice.findMany({ where: { userId: session.user.id } })
  await redis.set(key, invoices)
  return Response.json(invoices)
}
"""
_KEPT: Final = """
import { auth } from "@/auth"
import { db } from "@/lib/db"
import { unstable_cache } from "next/cache"

export async function GET() {
  const session = await auth()
  if (!session?.user) return Response.json({ error: "Unauthorized" }, { status: 401 })
  const load = unstable_cache(() => db.invoice.findMany({ where: { userId: session.user.id } }), KEY)
  return Response.json(await load())
}
"""
_CACHED: Final = """
import { auth } from "@/auth"
import { db } from "@/lib/db"
import { invoices } from "@/lib/invoices"

export async function GET() {
  const session = await auth()
  if (!session?.user) return Response.json({ error: "Unauthorized" }, { status: 401 })
  return Response.json(await invoices(GIVEN))
}
"""
_INSIDE: Final = """
import { auth } from "@/auth"
import { db } from "@/lib/db"

export async function invoices() {
  "use cache"
  const session = await auth()
  return db.invoice.findMany({ where: { userId: session.user.id } })
}
"""
_ARGUMENT: Final = """
import { db } from "@/lib/db"

export async function invoices(userId: string) {
  "use cache"
  return db.invoice.findMany({ where: { userId } })
}
"""
_MAP: Final = """
import { auth } from "@/auth"
import { db } from "@/lib/db"

const kept = new Map()

export async function GET() {
  const session = await auth()
  if (!session?.user) return Response.json({ error: "Unauthorized" }, { status: 401 })
  const key = KEY
  if (kept.has(key)) return Response.json(kept.get(key))
  const invoices = await db.invoice.findMany({ where: { userId: session.user.id } })
  kept.set(key, invoices)
  return Response.json(invoices)
}
"""
EXAMPLES: Final = (
    CodeExample(
        quiet=APP,
        leak={"app/api/invoices/route.ts": _ROUTE.replace("KEY", '"invoices:recent"')},
        mend={"app/api/invoices/route.ts": _ROUTE.replace("KEY", "`invoices:${session.user.id}`")},
    ),
    CodeExample(
        quiet=APP,
        leak={"app/api/invoices/route.ts": _KEPT.replace("KEY", '["invoices"]')},
        mend={"app/api/invoices/route.ts": _KEPT.replace("KEY", '["invoices", session.user.id]')},
    ),
    CodeExample(
        quiet=APP,
        leak={"lib/invoices.ts": _INSIDE, "app/api/invoices/route.ts": _CACHED.replace("GIVEN", "")},
        mend={"lib/invoices.ts": _ARGUMENT, "app/api/invoices/route.ts": _CACHED.replace("GIVEN", "session.user.id")},
    ),
    CodeExample(
        quiet=APP,
        leak={"app/api/invoices/route.ts": _MAP.replace("KEY", '"recent"')},
        mend={"app/api/invoices/route.ts": _MAP.replace("KEY", "session.user.id")},
    ),
)


def find(context: CodeContext) -> Iterator[Finding]:
    """One finding an entry: its first cache of customers' rows whose key neither holds the caller nor anything proven to be theirs."""
    for entry in context.entries(*ANSWERS):
        if not knows_caller(entry) or administrative(entry) or context.reason_public(entry):
            continue
        for act, key in caches(entry):
            if tells_apart(entry, act.order, key):
                continue
            if act.detail == "fill" or (act.detail == "read" and answered_from(entry, act, key) is None):
                continue
            inside = act.name.startswith("use cache")  # what it checks is kept with the answer
            if inside and (act.place.file, act.at) == (entry.place.file, entry.at):
                continue  # the whole page: private-route-kept tells of it
            rows = cached_rows(context, entry, act, key)
            later = frozenset() if inside else proven_before(entry, 1 << 30)
            if not rows or any(origin in later for origin in key.origins):
                continue
            if all(_found_by(query, key) for query in rows):
                continue
            unsure = any(origin.kind is OriginKind.UNKNOWN for origin in key.origins)
            tables = ", ".join(sorted({query.table for query in rows if query.table}))
            yield report_act(
                RULE,
                entry,
                act,
                f"{entry.id} keeps rows of {tables or 'customers'} in a shared cache under a key without the customer.",
                severity=Severity.LOW if unsure else Severity.HIGH,
                confidence=Confidence.MEDIUM if entry.unresolved else Confidence.HIGH,
                detail=_detail(act, key),
                key="key",
                facts={"key": key.text, "tables": tables},
            )
            break


def _found_by(query: Query, key: ActPart) -> bool:
    """Nothing but the key, or what the code wrote down, finds the rows: the cache gives everybody what the query gives them; whether it may is asked elsewhere."""
    fixed = {OriginKind.CONSTANT, OriginKind.GENERATED, OriginKind.ENVIRONMENT}
    asked = {origin for each in query.filters for origin in each.origins if origin.kind not in fixed}
    alike = query.client.bypasses and bool(query.filters) and all(each.origins for each in query.filters)
    return query.tie is None and (bool(asked) or alike) and asked <= set(key.origins)


def _detail(act: Act, key: ActPart) -> str:
    if act.name.startswith("use cache"):
        return f"{act.place.symbol or 'The function'} asks who is calling inside, and what it answers is kept under its arguments alone: the next caller is given it too."
    if act.detail == "keep":
        return f"The variable {act.name} outlives the request: whoever asks next on the same server is given what it holds."
    return f"The key is {key.text or 'a constant'}. Whoever asks next within its lifetime is given what was stored for somebody else."
