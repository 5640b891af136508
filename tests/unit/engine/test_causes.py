"""A cause is confirmed by an attack, ruled out by attacks that failed, and otherwise unknown: never by silence."""

from __future__ import annotations

import pkgutil

import pytest

import assistant.detect.rules
from assistant.domain.facts import Subject
from assistant.domain.findings import Finding
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence
from assistant.engine.causes import usual_causes, weigh


def finding(rule: str, *, executed: bool) -> Finding:
    return Finding(
        rule=rule,
        subject=Subject(kind="table", name="public.chats"),
        title="t",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        executed=executed,
        where=None,
        fingerprint=rule,
    )


@pytest.mark.parametrize(
    ("findings", "attacks", "verdict"),
    [
        ([finding("rls-off", executed=True)], 10, "confirmed"),
        ([finding("rls-off", executed=False)], 10, "unknown"),
        ([finding("always-true", executed=True)], 10, "ruled out"),
        ([], 10, "ruled out"),
        ([], 0, "unknown"),
    ],
)
def test_what_a_cause_comes_to(findings: list[Finding], attacks: int, verdict: str) -> None:
    weighed = {each.cause.id: each for each in weigh(findings, attacks=attacks, untested=2)}
    assert weighed["rls-missing"].verdict == verdict
    if verdict == "ruled out":
        assert "2 could not be tested" in weighed["rls-missing"].because


def test_what_lies_outside_the_database_is_never_ruled_out() -> None:
    outside = [each for each in weigh([], attacks=1000, untested=0) if not each.cause.rules]
    assert outside
    assert {each.verdict for each in outside} == {"unknown"}


def test_causes_name_rules_that_exist() -> None:
    known = {module.name.replace("_", "-") for module in pkgutil.iter_modules(assistant.detect.rules.__path__)}
    named = [rule for cause in usual_causes() for rule in cause.rules]
    assert set(named) <= known
    assert len(named) == len(set(named)), "a finding confirms one cause"
