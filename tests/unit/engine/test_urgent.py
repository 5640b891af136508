"""At three in the morning the migration holds what closes leaks, and everything else is said to wait."""

from __future__ import annotations

from assistant.domain.facts import Subject
from assistant.domain.findings import Finding
from assistant.domain.fixes import Applies, Fix, NoFix
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence
from assistant.engine.urgent import LATER, only_urgent


def finding(mark: str, severity: Severity, *, executed: bool = False) -> Finding:
    return Finding(
        rule="r",
        subject=Subject(kind="table", name="public.t"),
        title="t",
        severity=severity,
        confidence=Confidence.HIGH,
        executed=executed,
        where=None,
        fingerprint=mark,
    )


def fix(*findings: str) -> Fix:
    return Fix(id="-".join(findings), title="t", findings=findings, applies=Applies.SAFE, statements=(), undo=())


def test_leaks_and_likely_leaks_are_fixed_now_and_the_rest_says_that_it_waits() -> None:
    findings = (
        finding("shown", Severity.LOW, executed=True),
        finding("likely", Severity.MEDIUM),
        finding("slow", Severity.INFO),
        finding("loose", Severity.LOW),
    )
    known = NoFix(finding="asked", reason="who owns it?")
    kept = only_urgent((fix("shown", "slow"), fix("likely"), fix("loose"), fix("slow"), known), findings)
    assert kept == (fix("shown", "slow"), fix("likely"), known, NoFix(finding="loose", reason=LATER))
