"""Checks that answer 401 by something that could not be followed: believed by all handlers behind them, and asked about once each."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from assistant.detect.code.guards import about_caller, strong_guards
from assistant.detect.code.judge import report_module
from assistant.domain.code import REFUSES, GuardKind
from assistant.domain.facts import Place
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence
from assistant.text.plural import listed


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.detect.code.rule import CodeRule
    from assistant.domain.code import Entry, Guard
    from assistant.domain.findings import Finding

_NAMED: Final = 6
"""Handlers that the question lists."""


def refused_elsewhere(context: CodeContext, rule: CodeRule) -> Iterator[Finding]:
    """One question a check."""
    behind: defaultdict[tuple[str, int, str], set[str]] = defaultdict(set)
    for entry in context.entries():
        for guard in entry.guards:
            if (
                guard.says.endswith(REFUSES)
                and guard.weakness is None
                and entry.queries
                and not _asked_again(entry, guard)
            ):
                where = guard.place
                behind[where.file, where.line, guard.says.removesuffix(REFUSES)].add(entry.id)
    for (file, line, says), entries in sorted(behind.items()):
        handlers = "a handler believes" if len(entries) == 1 else f"{len(entries)} handlers believe"
        yield report_module(
            rule,
            Place(file=file, line=line),
            f"Worth asking: does {says} know who is calling? {handlers[0].upper()}{handlers[1:]} it.",
            severity=Severity.LOW,
            confidence=Confidence.LOW,
            detail="It answers strangers with 401, by something that could not be followed, so whoever comes past it is taken for somebody who is signed in: "
            + listed(sorted(entries), _NAMED)
            + ".",
            key=f"refused-elsewhere {says}",
        )


def _asked_again(entry: Entry, guard: Guard) -> bool:
    """Who is calling is asked for behind it and before any row is looked for: nobody needs to believe it (``if (!hasCookie()) refuse``, then ``getUser()``)."""
    first = min(query.order for query in entry.queries)
    return any(
        other.kind is GuardKind.SESSION and about_caller(other) and guard.order < other.order < first
        for other in strong_guards(entry)
    )
