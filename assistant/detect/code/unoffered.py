"""Actions that only the server imports: a ``use server`` file that was meant to be a module is one mistake, and told once.

Next.js makes a way in of every exported function of such a file, but tells browsers the names of those only that a page or a component
uses. Whoever wrote the file decides whether it should say so at all.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.detect.code.judge import quieter
from assistant.domain.code import Weakness
from assistant.domain.ownership import Confidence
from assistant.text.plural import listed


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assistant.domain.code import Entry
    from assistant.domain.findings import Finding

_FEW = 2
"""So many actions are asked about one by one."""
_NAMED = 12
"""Actions that the question lists."""


def asked_of_files(findings: Iterable[Finding], entries: Mapping[str, Entry]) -> list[Finding]:
    """The findings, with one question for each file whose actions nobody in the browser names."""
    kept: list[Finding] = []
    files: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        entry = entries.get(finding.entry)
        if entry is None or not entry.kept_back or not _says_anyone(finding):
            kept.append(finding)
        else:
            files[entry.place.file].append(finding)
    for file, group in files.items():
        kept += [_question(file, group, entries)] if len({one.entry for one in group}) > _FEW else group
    return kept


def _says_anyone(finding: Finding) -> bool:
    """It says that anybody may call, or that what they say of themselves is believed; what somebody who is signed in may do is told at its place."""
    facts = dict(finding.facts)
    return "nyone on the internet" in finding.title or facts.get("weakness") == Weakness.FROM_REQUEST.value


def _question(file: str, group: list[Finding], entries: Mapping[str, Entry]) -> Finding:
    first = min(group, key=lambda finding: (finding.rule != "missing-session", finding.rank))
    names = sorted({entries[finding.entry].place.symbol or finding.entry for finding in group})
    return replace(
        first,
        title=f'Worth asking: {len(names)} functions of {file} are server actions that nothing hands to a browser, and none asks who is calling: is the file meant to say "use server"?',
        severity=quieter(first.severity, Confidence.LOW),
        confidence=Confidence.LOW,
        detail=f"Each exported function of such a file is a way in for whoever learns its id: {listed(names, _NAMED)}. {first.detail}",
    )
