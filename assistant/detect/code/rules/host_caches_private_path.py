"""Configuration of a host that lets caches keep whole paths with private answers in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code.acts import knows_caller
from assistant.detect.code.caching import customers_rows, publishes, withholds
from assistant.detect.code.judge import report_module
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import ActKind, EntryKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Entry, HostRule
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="host-caches-private-path",
    title="The host is told to cache a path with private answers",
    why="A rule for a whole path also covers the handlers below it that answer for one caller; the cache in front hands their answers to everybody.",
    remedy="Name the public paths one by one, and set private, no-store on everything below /api that asks for a session.",
    docs="https://vercel.com/docs/project-configuration#headers",
    cause="cached-private-response",
)

_ROUTE: Final = (
    'import { auth } from "@/auth"\nimport { db } from "@/lib/db"\nexport async function GET() {\n  const session = await auth()\n'
    '  if (!session?.user) return new Response("Unauthorized", { status: 401 })\n'
    "  return Response.json(await db.order.findMany({ where: { userId: session.user.id } }))\n}\n"
)
_CONFIG: Final = (
    '{"headers": [{"source": "SOURCE", "headers": [{"key": "Cache-Control", "value": "public, s-maxage=300"}]}]}\n'
)
EXAMPLES: Final = (
    CodeExample(
        quiet={**APP, "app/api/orders/route.ts": _ROUTE, "vercel.json": _CONFIG.replace("SOURCE", "/static/(.*)")},
        leak={"vercel.json": _CONFIG.replace("SOURCE", "/api/(.*)")},
    ),
)
_FILES: Final = re.compile(
    r"\\?\.\(?(?:\?:)?(?:js|css|png|jpe?g|svg|woff2?|ico|webp|gif|avif|ttf|mp4|json|txt|xml)\b|[(|](?:js|css|png|jpe?g|svg|woff2?|ico|webp|gif|avif|ttf)[|)]"
)
_KINDS: Final = (EntryKind.ROUTE, EntryKind.PAGES_API, EntryKind.PAGE, EntryKind.SERVER_PROPS)


def find(context: CodeContext) -> Iterator[Finding]:
    """Publishing rules whose path covers a handler that asks who is calling and reads customers' rows."""
    private = [
        entry
        for entry in context.entries(*_KINDS)
        if entry.verb in {"GET", "HEAD", "*", ""} and entry.path and knows_caller(entry) and not _says_so(entry)
    ]
    for rule in context.map.hosts:
        if rule.when or not publishes(rule.header, rule.value) or _FILES.search(rule.source):
            continue
        covered = [entry for entry in private if covers(rule, entry.path) and any(customers_rows(context, entry))]
        if covered:
            names = ", ".join(entry.id for entry in covered[:4])
            yield report_module(
                RULE,
                rule.place,
                f"{rule.place.file} lets caches keep {rule.source}, where {len(covered)} private handler{'s' if len(covered) > 1 else ''} answer{'s' if len(covered) == 1 else ''}.",
                severity=Severity.HIGH,
                confidence=Confidence.MEDIUM,
                detail=f"{rule.header}: {rule.value} covers {names}.",
                key=f"{rule.source} {rule.header}",
                facts={"source": rule.source, "value": rule.value},
            )


def _says_so(entry: Entry) -> bool:
    """The handler itself forbids caching."""
    return any(
        act.kind is ActKind.HEADER and act.name == "cache-control" and withholds(act.detail) for act in entry.acts
    )


def covers(rule: HostRule, path: str) -> bool:
    """Whether the pattern of a host's rule matches a path: ``/api/(.*)``, ``/api/:path*``, ``/api/*``; only whole folders count."""
    source = rule.source.split("?", maxsplit=1)[0]
    wild = re.search(r"\(\.[+*]\)|:\w+[+*]|\*\**|\(\?!", source)
    if wild is None:
        return _plain(source) == _plain(path)
    if wild.group() == "(?!":
        return False
    before = source[: wild.start()].rstrip("/")
    return path == before or path.startswith(before + "/") or before == ""


def _plain(path: str) -> str:
    return re.sub(r":\w+|\[[^\]]+\]", "*", path).rstrip("/")
