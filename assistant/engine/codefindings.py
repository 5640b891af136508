"""Findings about code, sorted by the root cause they speak for, and told to the journal in the same way by every step."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from assistant.domain.events import FactTaken, Found
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from assistant.domain.events import Happening
    from assistant.domain.findings import Finding
    from assistant.engine.actions import Context
    from assistant.engine.codehalf import CodeHalf

MOST = 300
"""Findings that go into the journal, the worst first: a timeline of thousands is read by nobody."""


@cache
def _causes() -> Mapping[str, str]:
    """Root cause by rule, of the rules about code; a rule about secrets has its own step and none."""
    from assistant.detect.code.registry import code_rules

    return {module.RULE.id: module.RULE.cause for module in code_rules()}


def cause_of(finding: Finding) -> str:
    """The root cause a finding about code speaks for; empty when its rule names none."""
    return _causes().get(finding.rule, "")


def about_secrets(half: CodeHalf) -> tuple[Finding, ...]:
    """Findings about secrets and environments."""
    return tuple(finding for finding in half.findings if finding.rule not in _causes())


def about_causes(half: CodeHalf, causes: Collection[str]) -> tuple[Finding, ...]:
    """Findings about code that speak for one of the causes; for none given, those that speak for no cause: what is to be tidied."""
    wanted = frozenset(causes) or frozenset({""})
    return tuple(one for one in half.findings if one.rule in _causes() and cause_of(one) in wanted)


def about_ways_in(half: CodeHalf) -> tuple[Finding, ...]:
    """Findings about code but those about shared caches, which triage looks at in a step of their own."""
    return tuple(one for one in half.findings if one.rule in _causes() and cause_of(one) != _CACHED)


_CACHED = "cached-private-response"


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
