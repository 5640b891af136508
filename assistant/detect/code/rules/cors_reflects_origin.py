"""Answers that any web site may read with the visitor's cookies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code.acts import grouped, knows_caller, part, place_of_act, report_act
from assistant.detect.code.judge import report_module
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import ActKind, OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Act, Entry, HostRule
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="cors-reflects-origin",
    title="Any web site may read the answers of signed-in visitors",
    why="With the caller's own origin echoed back and credentials allowed, a page that somebody else runs calls the API as its visitor and reads their data.",
    remedy="Answer with one fixed origin, or look the origin up in a list; leave Access-Control-Allow-Credentials out where cookies are not needed.",
    docs="https://developer.mozilla.org/docs/Web/HTTP/Guides/CORS",
)

_ROUTE: Final = """
import { auth } from "@/auth"
import { db } from "@/lib/db"

export async function GET(request: Request) {
  const session = await auth()
  if (!session?.user) return new Response("Unauthorized", { status: 401 })
  const orders = await db.order.findMany({ where: { userId: session.user.id } })
  return Response.json(orders, {
    headers: { "Access-Control-Allow-Origin": ORIGIN, "Access-Control-Allow-Credentials": "true" },
  })
}
"""
EXAMPLES: Final = (
    CodeExample(
        quiet={**APP, "app/api/orders/route.ts": _ROUTE.replace("ORIGIN", '"https://app.example.com"')},
        leak={"app/api/orders/route.ts": _ROUTE.replace("ORIGIN", 'request.headers.get("origin") ?? ""')},
    ),
)
_ORIGIN: Final = "access-control-allow-origin"
_CREDENTIALS: Final = "access-control-allow-credentials"


def find(context: CodeContext) -> Iterator[Finding]:
    """Echoed origins with credentials one by one; a star where a session is asked for as one note."""
    stars = []
    for entry in context.entries():
        for act in entry.acts:
            if act.kind is not ActKind.HEADER or act.name != _ORIGIN:
                continue
            if _reflects(act) and _credentials(entry):
                yield report_act(
                    RULE,
                    entry,
                    act,
                    f"{entry.id} lets every web site read its answer with the visitor's cookies.",
                    severity=Severity.MEDIUM,
                    confidence=Confidence.MEDIUM if not entry.unresolved else Confidence.LOW,
                    detail="It echoes the Origin header and allows credentials.",
                    key="reflected",
                )
                break
            if (act.detail == "*" or _reflects(act)) and knows_caller(entry):
                stars.append((entry, place_of_act(entry, act)))
                break
    yield from grouped(
        RULE,
        stars,
        one="{who} may be called by every web site and asks who is calling.",
        many="{n} handlers that ask who is calling may be called by every web site.",
        severity=Severity.INFO,
        detail="Browsers refuse a star together with cookies, so this matters only where a token is sent by script:",
        key="star",
    )
    for mark in context.map.marks:
        if mark.kind == "cors-any":
            yield report_module(
                RULE,
                mark.place,
                "Every web site may call this server with the visitor's cookies.",
                severity=Severity.MEDIUM,
                confidence=Confidence.HIGH,
                detail="The middleware echoes whatever origin asks, because a star is refused together with cookies.",
                key="middleware",
                at=mark.at,
            )
    yield from _of_hosts(context.map.hosts)


def _of_hosts(hosts: tuple[HostRule, ...]) -> Iterator[Finding]:
    """A star with credentials in a configuration file: browsers refuse it, so the intent is the problem."""
    credentials = {
        (rule.place.file, rule.source) for rule in hosts if rule.header == _CREDENTIALS and rule.value == "true"
    }
    for rule in hosts:
        if rule.header == _ORIGIN and rule.value == "*" and "api" in rule.source and not rule.when:
            both = (rule.place.file, rule.source) in credentials
            yield report_module(
                RULE,
                rule.place,
                f"Every web site may call {rule.source}{' with cookies, as far as browsers let it' if both else ''}.",
                severity=Severity.LOW if both else Severity.INFO,
                confidence=Confidence.MEDIUM,
                detail="Configured for the whole path, handlers with a session included.",
                key=f"host {rule.source}",
            )


def _reflects(act: Act) -> bool:
    """The value is the request's own Origin header and nothing compared it with a list."""
    value = part(act, "value")
    if value is None:
        return False
    kinds = {origin.kind for origin in value.origins}
    echoed = any(
        origin.kind is OriginKind.REQUEST and origin.path.lower() == "header.origin" for origin in value.origins
    )
    fixed = any(origin.kind is OriginKind.CONSTANT and "http" in origin.path for origin in value.origins)
    return echoed and not fixed and OriginKind.ENVIRONMENT not in kinds and OriginKind.UNKNOWN not in kinds


def _credentials(entry: Entry) -> bool:
    return any(
        act.kind is ActKind.HEADER and act.name == _CREDENTIALS and act.detail.lower() in {"true", ""}
        for act in entry.acts
    )
