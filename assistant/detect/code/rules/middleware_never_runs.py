"""Middleware that Next.js never looks for: it stands in another folder than the app does, or has a name that this version does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code.judge import report
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import ActKind, EntryKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="middleware-never-runs",
    title="A middleware file that Next.js does not run",
    why="Whoever reads it believes that every request is asked for a session first; nothing runs it, and no build says so.",
    remedy="Move it beside the app or pages folder (into src where they stand there); proxy.ts is known since Next.js 16, middleware.ts before.",
    docs="https://nextjs.org/docs/app/api-reference/file-conventions/proxy",
    lint=True,
)

_MIDDLEWARE: Final = (
    'import { auth } from "@/auth"\nimport { NextResponse } from "next/server"\nexport default async function middleware(request) {\n'
    '  const session = await auth()\n  if (!session) return NextResponse.redirect(new URL("/login", request.url))\n  return NextResponse.next()\n}\n'
)
_PAGE: Final = "export default function Page() {\n  return <p>Hello</p>\n}\n"
_SENDS_AWAY: Final = frozenset({ActKind.REDIRECT, ActKind.RESPOND})
EXAMPLES: Final = (
    CodeExample(
        quiet={
            **APP,
            "package.json": '{"dependencies": {"next": "16.0.3"}}',
            "app/page.tsx": _PAGE,
            "proxy.ts": _MIDDLEWARE,
        },
        leak={"package.json": '{"dependencies": {"next": "^15.4.0"}}'},
    ),
)


def find(context: CodeContext) -> Iterator[Finding]:
    """One for each file; where another runs beside it, or it sends nobody away, it is a leftover."""
    found = [entry for entry in context.map.entries if entry.kind is EntryKind.MIDDLEWARE]
    for entry in found:
        if entry.uncalled:
            asks = bool(entry.guards) or any(act.kind in _SENDS_AWAY for act in entry.acts)
            others = any(not one.uncalled for one in found)
            yield report(
                RULE,
                entry,
                f"Next.js never runs {entry.place.file}{': what it asks is asked of nobody' if asks else ''}.",
                severity=Severity.MEDIUM if asks and not others else Severity.LOW,
                confidence=Confidence.HIGH,
                detail="It is looked for in the folder that holds the app or pages folder, as middleware.ts or, since Next.js 16, as proxy.ts.",
            )
