"""Findings about code, sorted by the root cause they speak for, and told to the journal in the same way by every step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.events import FactTaken, Found
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from assistant.domain.events import Happening
    from assistant.domain.findings import Finding
    from assistant.engine.actions import Context
    from assistant.engine.codehalf import CodeHalf

MOST = 300
"""Findings that go into the journal, the worst first: a timeline of thousands is read by nobody."""


def cause_of(finding: Finding) -> str:
    """The root cause a finding about code speaks for; empty when its rule names none."""
    from assistant.detect.code.registry import code_rule

    try:
        return code_rule(finding.rule).RULE.cause
    except KeyError:
        return ""


def about_code(half: CodeHalf, causes: Collection[str]) -> tuple[Finding, ...]:
    """Findings that speak for one of the causes; for none given, those of entries that no step of their own reports."""
    if causes:
        return tuple(finding for finding in half.findings if cause_of(finding) in causes)
    return tuple(finding for finding in half.findings if cause_of(finding) not in _ELSEWHERE)


_ELSEWHERE = frozenset({"cached-private-response", "preview-production-mixup"})
"""Causes that triage looks at in a step of their own."""


def report_findings(context: Context, findings: Sequence[Finding]) -> Iterator[Happening]:
    """Each finding with what stands behind it, the worst first."""
    step = context.step.id
    for finding in findings[:MOST]:
        kept = context.world.evidence.put("finding", finding.title, behind(finding))
        yield Found(
            step=step,
            fingerprint=finding.fingerprint,
            rule=finding.rule,
            title=finding.title,
            severity=finding.severity.value,
            subject=str(finding.subject),
            executed=finding.executed,
            evidence=kept.id,
        )
    if len(findings) > MOST:
        more = plural(len(findings) - MOST, "finding")
        yield FactTaken(step=step, says=f"{more} more, of lower rank: `stanch scan` lists all")


def behind(finding: Finding) -> str:
    """What a finding rests on: its words, its line, its entry."""
    lines = [finding.title, finding.detail, f"{finding.rule} on {finding.subject}"]
    if finding.where is not None:
        lines.append(str(finding.where))
    if finding.entry:
        lines.append(f"way in: {finding.entry}")
    lines.append("Read from the code: nothing was run.")
    return "\n".join(line for line in lines if line) + "\n"
