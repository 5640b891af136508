"""Routes, pages and fetches that Next is told to keep although their answer is for one caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code.acts import acts, grouped, knows_caller, report_act
from assistant.detect.code.caching import customers_rows
from assistant.detect.code.judge import place_of, report
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import ActKind, EntryKind, OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Act, Entry
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="private-route-kept",
    title="A private answer is prerendered or kept by the framework",
    why="A route that is forced to be static is rendered once and served to everybody: the session is empty then, and whatever rows it reads are in every copy.",
    remedy='Take force-static and revalidate off the route, or export const dynamic = "force-dynamic"; keep only what is the same for everybody.',
    docs="https://nextjs.org/docs/app/api-reference/file-conventions/route-segment-config",
    cause="cached-private-response",
)

_ROUTE: Final = """
import { auth } from "@/auth"
import { db } from "@/lib/db"

export const dynamic = "SETTING"

export async function GET() {
  const session = await auth()
  const orders = await db.order.findMany({ where: { userId: session?.user?.id } })
  return Response.json(orders)
}
"""
EXAMPLES: Final = (
    CodeExample(
        quiet={**APP, "app/api/orders/route.ts": _ROUTE.replace("SETTING", "force-dynamic")},
        leak={"app/api/orders/route.ts": _ROUTE.replace("SETTING", "force-static")},
    ),
)
_KINDS: Final = (EntryKind.ROUTE, EntryKind.PAGE, EntryKind.SERVER_PROPS)
_KEPT: Final = frozenset({"force-cache"})


def find(context: CodeContext) -> Iterator[Finding]:
    """Settings of routes and pages with customers' rows, and fetches that carry the caller's credentials into a cache."""
    seconds = []
    for entry in context.entries(*_KINDS):
        setting, rows = _setting(entry), list(customers_rows(context, entry))
        if entry.verb not in {"GET", "", "HEAD"} or not setting or not rows:
            continue
        if not knows_caller(entry):
            continue  # who reads it without a session is told elsewhere; kept or not is the same then
        if setting.startswith("revalidate"):
            if entry.kind is EntryKind.ROUTE or entry.settings.get("dynamic") == "force-dynamic":
                continue  # whoever asks it is asked who they are, by what came with the request: it is not kept
            seconds.append((entry, place_of(entry, rows[0])))
            continue
        yield report(
            RULE,
            entry,
            f"{entry.id} is kept by the framework ({setting}) and reads rows of {rows[0].table or 'customers'}.",
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
            detail="Cookies are empty when it is rendered ahead; what it reads then is served to everybody.",
            place=place_of(entry, rows[0]),
            key="settings",
            facts={"setting": setting},
        )
    yield from grouped(
        RULE,
        seconds,
        one="{who} is kept by the framework and reads customers' rows.",
        many="{n} pages and routes are kept by the framework and read customers' rows.",
        detail="A page that reads cookies is not kept whatever it says; one that does not shows everybody the same rows:",
        key="seconds",
    )
    for entry, act in acts(context, ActKind.FETCH):
        if (act.detail in _KEPT or act.detail.startswith("revalidate=")) and _carries_caller(act):
            yield report_act(
                RULE,
                entry,
                act,
                f"{entry.id} keeps the answer of a request that carries the caller's credentials.",
                severity=Severity.LOW,
                confidence=Confidence.MEDIUM,
                detail="Next puts headers into the key of its own cache; a cache that does not, or a key made from the address alone, mixes callers up.",
                key="fetch",
                facts={"mode": act.detail},
            )


def _setting(entry: Entry) -> str:
    """What keeps the answer, as it is written; empty when nothing does."""
    if entry.settings.get("dynamic") in {"force-static", "error"}:
        return f"dynamic = {entry.settings['dynamic']}"
    said = next((one for one in sorted(entry.settings) if one.startswith("use cache") and "private" not in one), "")
    if said:
        return said
    again = entry.settings.get("revalidate", "")
    return f"revalidate = {again}" if again.isdecimal() and int(again) > 0 else ""


def _carries_caller(act: Act) -> bool:
    """An Authorization or Cookie header of the caller goes with it."""
    for one in act.parts:
        if one.name.lower() in {"header.authorization", "header.cookie"}:
            kinds = {origin.kind for origin in one.origins}
            return bool(kinds & {OriginKind.REQUEST, OriginKind.CALLER, OriginKind.CLAIMED, OriginKind.ROW})
    return False
