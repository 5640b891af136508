"""What cannot wait until the morning: fixes of leaks that an attack showed, and of what is likely to be one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.domain.fixes import Fix, NoFix
from assistant.domain.matrix import SEVERITY_RANK, Severity


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.domain.findings import Finding

LATER: Final = "left for later: no leak hangs on it; `stanch fix` without --leaks-only writes it"
"""Why a finding gets no fix in an emergency."""


def only_urgent(proposals: Iterable[Fix | NoFix], findings: Iterable[Finding]) -> tuple[Fix | NoFix, ...]:
    """The proposals with every fix that closes no executed finding and none of medium severity or above put off."""
    urgent = {finding.fingerprint for finding in findings if finding.executed or _loud(finding)}
    kept: list[Fix | NoFix] = []
    put_off: list[str] = []
    for proposal in proposals:
        if isinstance(proposal, NoFix) or urgent.intersection(proposal.findings):
            kept.append(proposal)
        else:
            put_off += proposal.findings
    fixed = {finding for proposal in kept if isinstance(proposal, Fix) for finding in proposal.findings}
    later = (NoFix(finding=finding, reason=LATER) for finding in dict.fromkeys(put_off) if finding not in fixed)
    return (*kept, *later)


def _loud(finding: Finding) -> bool:
    return SEVERITY_RANK[finding.severity] <= SEVERITY_RANK[Severity.MEDIUM]
