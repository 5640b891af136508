"""Rewrites that lead to a page which only the middleware guards, past that middleware."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code.access import MACHINES, PERSONS, access_to, strong_guards
from assistant.detect.code.acts import report_act
from assistant.detect.code.context import Whose
from assistant.detect.code.judge import report_module
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import ActKind, EntryKind, GuardKind, OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Act, Entry, HostRule
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="rewrite-around-guard",
    title="A rewrite leads past the middleware to a page that only the middleware guards",
    why="Middleware looks at the address that was asked for, and not at the one it is rewritten to. The page behind has no check of its own, "
    "so whoever asks under the other address reads it without a session.",
    remedy="Check the session in the page or the handler itself; leave the matcher for redirects, and let it cover the rewritten address too.",
    docs="https://nextjs.org/docs/app/api-reference/config/next-config-js/rewrites",
    cause="missing-auth-check",
)

_PAGE: Final = (
    'import { auth } from "@/auth"\nimport { db } from "@/lib/db"\nexport default async function Page() {\nCHECK'
    "  const invoices = await db.invoice.findMany()\n  return <p>{invoices.length} {invoices[0].note}</p>\n}\n"
)
_CHECK: Final = '  const session = await auth()\n  if (session?.user?.role !== "admin") return null\n'
_MIDDLEWARE: Final = (
    'import { auth } from "@/auth"\nimport { NextResponse } from "next/server"\nexport default async function middleware(request) {\nFIRST'
    '  const session = await auth()\n  if (!session) return NextResponse.redirect(new URL("/login", request.url))\n  return NextResponse.next()\n}\n'
    "export const config = { matcher: [MATCHER] }\n"
)
_FIRST: Final = (
    '  if (request.nextUrl.pathname === "/v1") return NextResponse.rewrite(new URL("/office", request.url))\n'
)
_HOST: Final = '{"rewrites": [{"source": "SOURCE", "destination": "/office"}]}\n'
EXAMPLES: Final = (
    CodeExample(
        quiet={
            **APP,
            "app/office/page.tsx": _PAGE.replace("CHECK", ""),
            "middleware.ts": _MIDDLEWARE.replace("MATCHER", '"/office/:path*"').replace("FIRST", ""),
            "vercel.json": _HOST.replace("SOURCE", "/office/old"),
        },
        leak={"vercel.json": _HOST.replace("SOURCE", "/v1/:path*")},
        mend={"app/office/page.tsx": _PAGE.replace("CHECK", _CHECK)},
    ),
    CodeExample(
        quiet={
            **APP,
            "app/office/page.tsx": _PAGE.replace("CHECK", ""),
            "middleware.ts": _MIDDLEWARE.replace("MATCHER", '"/office/:path*", "/v1"').replace("FIRST", ""),
        },
        leak={"middleware.ts": _MIDDLEWARE.replace("MATCHER", '"/office/:path*", "/v1"').replace("FIRST", _FIRST)},
        mend={"app/office/page.tsx": _PAGE.replace("CHECK", _CHECK)},
    ),
)
_KINDS: Final = (EntryKind.ROUTE, EntryKind.PAGES_API, EntryKind.PAGE, EntryKind.SERVER_PROPS)
_ASKS: Final = frozenset({GuardKind.SESSION, GuardKind.ROLE, GuardKind.API_KEY})
_WILD: Final = re.compile(r"[:(*\[?]")


def find(context: CodeContext) -> Iterator[Finding]:
    """Rewrites of hosts and of the middleware itself whose fixed target is such a page; nothing when no middleware asks for a session."""
    if not any(_asking(entry) for entry in context.entries(EntryKind.MIDDLEWARE)):
        return
    bare = [entry for entry in context.entries(*_KINDS) if _rests_on_middleware(context, entry)]
    if bare:
        yield from _of_hosts(context, bare)
        yield from _of_middleware(context, bare)


def _of_hosts(context: CodeContext, bare: list[Entry]) -> Iterator[Finding]:
    matchers = {_matcher(entry) for entry in context.map.entries if entry.covered_by}
    for rule in context.map.hosts:
        if rule.header != "rewrite" or not rule.value.startswith("/"):
            continue
        reached = [entry for entry in bare if _leads(rule.value, entry.path)]
        if not reached or any(_looks_at(matcher, rule.source) for matcher in matchers):
            continue
        yield report_module(
            RULE,
            rule.place,
            f"{rule.place.file} rewrites {rule.source} to {reached[0].path}, which only the middleware guards.",
            severity=Severity.HIGH,
            confidence=Confidence.MEDIUM,
            detail=_detail(reached, rule),
            key=f"{rule.source} {rule.value}",
            facts={"source": rule.source, "target": rule.value},
        )


def _of_middleware(context: CodeContext, bare: list[Entry]) -> Iterator[Finding]:
    for entry in context.entries(EntryKind.MIDDLEWARE):
        asks = _asking(entry)
        for act in entry.acts:
            target = _fixed(act) if act.kind is ActKind.REDIRECT and act.name.endswith("rewrite") else ""
            if not target or asks is None or act.order > asks:
                continue
            reached = [one for one in bare if one.covered_by.startswith(entry.place.file) and _leads(target, one.path)]
            if reached:
                yield report_act(
                    RULE,
                    entry,
                    act,
                    f"{entry.id} rewrites to {target} before it asks who is calling, and {reached[0].path} does not ask.",
                    severity=Severity.HIGH,
                    confidence=Confidence.MEDIUM,
                    detail="The page behind the rewrite has no check of its own.",
                    key=target,
                    facts={"target": target},
                )


def _asking(entry: Entry) -> int | None:
    """Where a middleware asks who is calling; None when it never does."""
    return min((guard.order for guard in entry.guards if guard.kind in _ASKS), default=None)


def _rests_on_middleware(context: CodeContext, entry: Entry) -> bool:
    """Covered by a matcher, no guard of its own, and customers' rows behind it past the database's rules."""
    if not entry.covered_by or "every path" in entry.covered_by or context.reason_public(entry):
        return False
    if any(guard.kind in PERSONS | MACHINES | {GuardKind.CAPABILITY} for guard in strong_guards(entry)):
        return False
    found = (access_to(context, entry, query) for query in entry.queries)
    return any(access.matters and not access.knows_caller and access.whose is Whose.CUSTOMERS for access in found)


def _matcher(entry: Entry) -> str:
    return entry.covered_by.partition(": ")[2].partition(" (")[0]


def _looks_at(matcher: str, source: str) -> bool:
    """The matcher covers the address that is rewritten, or nobody can tell that it does not."""
    if "(?!" in matcher or matcher == "every path":
        return True
    fixed = _WILD.split(matcher, maxsplit=1)[0].rstrip("/")
    return source == fixed or source.startswith(fixed + "/")


def _leads(target: str, path: str) -> bool:
    """A fixed target is the page's path, or a wildcard below a folder that holds it."""
    target = target.partition("?")[0]
    fixed = _WILD.split(target, maxsplit=1)[0].rstrip("/")
    if fixed == "":
        return False
    return path == fixed or (fixed != target.rstrip("/") and path.startswith(fixed + "/"))


def _fixed(act: Act) -> str:
    """The one constant path that a rewrite goes to; empty when the request has a say in it."""
    origins = [origin for part in act.parts for origin in part.origins]
    if len(origins) != 1 or origins[0].kind is not OriginKind.CONSTANT:
        return ""
    path = origins[0].path.strip("'\"")
    return path if path.startswith("/") else ""


def _detail(reached: list[Entry], rule: HostRule) -> str:
    names = ", ".join(entry.id for entry in reached[:4])
    return f"No matcher covers {rule.source}; {names} answers there with nobody asked."
