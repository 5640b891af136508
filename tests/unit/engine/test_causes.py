"""A cause is confirmed by an attack, ruled out by attacks that failed, and otherwise unknown: never by silence."""

from __future__ import annotations

import pkgutil
from dataclasses import replace

import pytest

import assistant.detect.code.rules
import assistant.detect.rules
import assistant.detect.secrets.rules
from assistant.detect.code.registry import code_rules
from assistant.domain.facts import Subject
from assistant.domain.findings import Finding
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence
from assistant.engine.causes import Read, usual_causes, weigh
from assistant.engine.playbooks import load_playbook, playbook_ids


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


def test_what_lies_in_the_code_is_never_ruled_out_by_attacks() -> None:
    outside = [each for each in weigh([], attacks=1000, untested=0) if each.cause.code]
    assert outside
    assert {each.verdict for each in outside} == {"unknown"}


@pytest.mark.parametrize(
    ("read", "verdict"), [(None, "unknown"), (Read(ways=9, gaps=1), "unknown"), (Read(ways=9, gaps=0), "ruled out")]
)
def test_silence_of_the_code_counts_only_when_all_of_it_was_read(read: Read | None, verdict: str) -> None:
    weighed = {each.cause.id: each for each in weigh([], attacks=10, untested=0, read=read)}
    assert weighed["missing-auth-check"].verdict == verdict


def test_a_certain_finding_in_the_code_confirms_its_cause() -> None:
    there = replace(finding("missing-session", executed=False), entry="GET /api/chats")
    weighed = {each.cause.id: each for each in weigh([there], attacks=10, untested=0)}
    assert weighed["missing-auth-check"].verdict == "confirmed"
    assert "GET /api/chats" in weighed["missing-auth-check"].because
    doubtful = replace(there, confidence=Confidence.LOW)
    weighed = {each.cause.id: each for each in weigh([doubtful], attacks=10, untested=0)}
    assert weighed["missing-auth-check"].verdict == "unknown"


def test_causes_name_rules_that_exist_and_rules_name_causes_that_exist() -> None:
    packages = (assistant.detect.rules, assistant.detect.code.rules, assistant.detect.secrets.rules)
    known = {module.name.replace("_", "-") for package in packages for module in pkgutil.iter_modules(package.__path__)}
    named = [rule for cause in usual_causes() for rule in cause.rules]
    assert set(named) <= known
    assert len(named) == len(set(named)), "a finding confirms one cause"
    causes = {cause.id for cause in usual_causes()}
    assert {module.RULE.cause for module in code_rules() if module.RULE.cause} <= causes
    steps = [step for playbook in playbook_ids() for step in load_playbook(playbook).steps]
    assert {cause for step in steps for cause in step.causes} <= causes, "a step is about causes that exist"
    patched = {cause for step in steps if step.does == "patch-code" for cause in step.causes} | {""}
    assert {module.RULE.cause for module in code_rules()} <= patched, "every finding in the code has its step"
