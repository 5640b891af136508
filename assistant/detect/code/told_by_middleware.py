"""Handlers that learn who is calling from a header which only the middleware writes: believed, and asked about once.

The middleware asks for a session at these very addresses, so whoever comes through it is who the header says. What stands alone there is the
matcher: a handler that it leaves out, or a way around it, believes whatever is sent.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from assistant.detect.code.judge import report_module
from assistant.domain.code import BY_MIDDLEWARE
from assistant.domain.facts import Place
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence
from assistant.text.plural import listed


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.detect.code.rule import CodeRule
    from assistant.domain.code import Entry
    from assistant.domain.findings import Finding

_NAMED: Final = 6
"""Handlers that the question lists."""


def told_by_middleware(context: CodeContext, rule: CodeRule) -> Iterator[Finding]:
    """One question a middleware."""
    behind: defaultdict[str, list[Entry]] = defaultdict(list)
    headers: defaultdict[str, set[str]] = defaultdict(set)
    for entry in context.map.entries:
        heard = _heard(entry)
        if heard:
            file = entry.covered_by.partition(": ")[0]
            behind[file].append(entry)
            headers[file] |= heard
    for file, entries in sorted(behind.items()):
        names = " and ".join(sorted(headers[file]))
        handlers = "handler believes" if len(entries) == 1 else "handlers believe"
        yield report_module(
            rule,
            Place(file=file, line=1),
            f"Worth asking: does every way to them lead through {file}? {len(entries)} {handlers} {names}, which it writes.",
            severity=Severity.LOW,
            confidence=Confidence.LOW,
            detail="It asks who is calling at each of these addresses and writes the header itself. An address that its matcher leaves out believes whatever is sent: "
            + listed(sorted(entry.id for entry in entries), _NAMED)
            + ".",
            key="told-by-middleware",
        )


def _heard(entry: Entry) -> set[str]:
    """Headers of the middleware by which the handler knows who is calling."""
    return {guard.says.removesuffix(BY_MIDDLEWARE) for guard in entry.guards if guard.says.endswith(BY_MIDDLEWARE)}
