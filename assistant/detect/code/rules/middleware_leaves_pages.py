"""Pages that load customers' rows and that the repository's own middleware does not cover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.acts import grouped, knows_caller
from assistant.detect.code.context import Whose
from assistant.detect.code.openness import PUBLIC_PATHS
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import EntryKind
from assistant.domain.matrix import Severity


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="middleware-leaves-pages",
    title="The matcher of the middleware leaves private pages out",
    why="Whoever reads the middleware believes that everything behind it asks for a session; these pages rest on their own checks alone.",
    remedy="Add their paths to the matcher, and keep the check in the page: middleware alone is no guard.",
    docs="https://nextjs.org/docs/app/api-reference/file-conventions/proxy#matcher",
    lint=True,
)

_PAGE: Final = (
    'import { auth } from "@/auth"\nimport { db } from "@/lib/db"\nexport default async function Page() {\n  const session = await auth()\n'
    "  if (!session?.user) return null\n  const invoices = await db.invoice.findMany({ where: { userId: session.user.id } })\n"
    "  return <p>{invoices.length}</p>\n}\n"
)
_MIDDLEWARE: Final = (
    'import { auth } from "@/auth"\nimport { NextResponse } from "next/server"\nexport default async function middleware(request) {\n'
    '  const session = await auth()\n  if (!session) return NextResponse.redirect(new URL("/login", request.url))\n  return NextResponse.next()\n}\n'
    "export const config = { matcher: [MATCHER] }\n"
)
EXAMPLES: Final = (
    CodeExample(
        quiet={
            **APP,
            "app/invoices/page.tsx": _PAGE,
            "middleware.ts": _MIDDLEWARE.replace("MATCHER", '"/invoices/:path*"'),
        },
        leak={"middleware.ts": _MIDDLEWARE.replace("MATCHER", '"/dashboard/:path*"')},
    ),
)


def find(context: CodeContext) -> Iterator[Finding]:
    """One note for all pages of customers' rows outside the matcher, where there is a middleware that asks for a session."""
    guards = [entry for entry in context.map.entries if entry.kind is EntryKind.MIDDLEWARE and entry.guards]
    if not guards:
        return
    roots = {_root(entry.place.file) for entry in guards}
    found = [
        (entry, entry.place)
        for entry in context.entries(EntryKind.PAGE, EntryKind.SERVER_PROPS)
        if not entry.covered_by
        and _is_private(entry.path)
        and any(entry.place.file.startswith(root) for root in roots)
        and knows_caller(entry)
        and any(context.whose(query.table, query.engine) is Whose.CUSTOMERS for query in entry.queries)
    ]
    yield from grouped(
        RULE,
        found,
        one="{who} lies outside the middleware's matcher.",
        many="{n} private pages lie outside the middleware's matcher.",
        severity=Severity.INFO,
        detail="They check for themselves or not at all:",
    )


def _is_private(path: str) -> bool:
    """The front page, frames around several pages, and what strangers are sent a link to are no private pages."""
    return path.strip("/") != "" and not PUBLIC_PATHS & set(words.words(path))


def _root(file: str) -> str:
    """Folder of the application that a middleware belongs to: another application of the repository has its own."""
    return file.rpartition("/")[0].removesuffix("src").rstrip("/") + "/" if "/" in file.removeprefix("src/") else ""
