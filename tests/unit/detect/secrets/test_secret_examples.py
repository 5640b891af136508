"""Every rule is silent on its quiet repository and reports on its leaking one; the words that people read hold no value."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.collect.secrets import read_secrets
from assistant.detect.secrets import detect_secrets, rotation_order
from assistant.detect.secrets.docs import PAGE, render
from assistant.detect.secrets.guides import guide_of
from assistant.detect.secrets.registry import secret_rules
from assistant.detect.secrets.words import called, can
from assistant.domain.facts import Place
from assistant.domain.matrix import Severity
from assistant.domain.secrets import HistoryRead, Past, SecretKind, SecretsFound, Sighting, Standing, Weight
from tests.unit.collect.secrets.made_up import MadeUp, commit, repository, write


CASES = [(module, n) for module in secret_rules() for n in range(len(module.EXAMPLES))]


@pytest.mark.parametrize(("module", "n"), CASES, ids=[f"{module.RULE.id}-{n}" for module, n in CASES])
def test_a_rule_tells_its_leaking_example_from_its_quiet_one(tmp_path, module, n) -> None:
    example, made_up = module.EXAMPLES[n], MadeUp()
    quiet = {path: made_up.fill(text) for path, text in example.quiet.items()}
    leak = {path: made_up.fill(text) for path, text in example.leak.items()}
    root = repository(
        tmp_path / "app", {"README": "x\n", **quiet}, ignored=example.ignored, untracked=example.untracked
    )
    assert not detect_secrets(read_secrets(root, history=True))
    write(root, leak)
    commit(root, untracked=example.untracked)
    if example.committed_then_mended:
        write(root, quiet)
        commit(root)
    findings = detect_secrets(read_secrets(root, history=True))
    assert [finding.rule for finding in findings] == [module.RULE.id]
    assert findings[0].where.file in leak


def test_a_rule_is_named_as_its_module_and_says_what_to_do() -> None:
    for module in secret_rules():
        rule = module.RULE
        assert rule.id == module.__name__.rpartition(".")[2].replace("_", "-")
        assert rule.why.endswith(".")
        assert rule.remedy
        assert not rule.title.endswith(".")
        assert module.EXAMPLES


def test_the_reference_page_is_the_printed_one() -> None:
    assert Path(PAGE).read_text(encoding="utf-8") == render(), "run `python -m assistant.detect.secrets.docs`"


def seen(**changes) -> Sighting:
    given = {
        "kind": SecretKind.STRIPE_LIVE,
        "weight": Weight.EVERYTHING,
        "fingerprint": "ab" * 16,
        "shown": "sk_live_…abcd",
        "where": Place(file="a.ts", line=1, symbol="key"),
        "standing": Standing.TRACKED,
    }
    return Sighting(**{**given, **changes})


@pytest.mark.parametrize("kind", SecretKind)
def test_every_kind_has_words_and_a_way_to_change_it(kind) -> None:
    one = seen(kind=kind)
    assert called(one)
    assert can(one)
    guide = guide_of(kind)
    assert guide.console
    assert guide.then
    assert guide.docs.startswith("https://")


def past(pushed) -> Past:
    from datetime import UTC, datetime

    moment = datetime(2026, 1, 2, tzinfo=UTC)
    return Past(first="a" * 40, first_at=moment, last="b" * 40, last_at=moment, commits=2, pushed=pushed)


@pytest.mark.parametrize(
    ("changes", "severity"),
    [
        ({}, Severity.CRITICAL),
        ({"weight": Weight.MUCH}, Severity.HIGH),
        ({"weight": Weight.LITTLE}, Severity.LOW),
        ({"standing": Standing.BUNDLE, "weight": Weight.MUCH}, Severity.CRITICAL),
        ({"standing": Standing.BUNDLE, "weight": Weight.LITTLE}, Severity.MEDIUM),
        ({"public_variable": True, "standing": Standing.IGNORED}, Severity.CRITICAL),
        ({"standing": Standing.UNTRACKED}, Severity.MEDIUM),
        ({"standing": Standing.HISTORY, "past": past(True)}, Severity.HIGH),
        ({"standing": Standing.HISTORY, "past": past(False)}, Severity.MEDIUM),
        ({"standing": Standing.HISTORY, "past": past(None)}, Severity.MEDIUM),
        ({"in_tests": True}, Severity.HIGH),
    ],
)
def test_where_it_stands_comes_before_how_much_it_opens(changes, severity) -> None:
    (finding,) = detect_secrets(SecretsFound(sightings=(seen(**changes),))) or (None,)
    assert finding.severity is severity


def test_who_may_have_a_pushed_secret_is_said() -> None:
    found = SecretsFound(
        sightings=(seen(standing=Standing.HISTORY, past=past(True)),),
        history=HistoryRead(asked=True, remotes=("origin (github.com/shop/app)",)),
    )
    (finding,) = detect_secrets(found)
    assert "whoever can read origin (github.com/shop/app)" in finding.detail
    assert "2026-01-02 in aaaaaaaaaa" in finding.detail


def test_a_finding_keeps_its_fingerprint_under_another_installation_key() -> None:
    one, other = (SecretsFound(sightings=(seen(fingerprint=key),)) for key in ("aa" * 16, "bb" * 16))
    assert detect_secrets(one)[0].fingerprint == detect_secrets(other)[0].fingerprint
    changed = SecretsFound(sightings=(seen(shown="sk_live_…wxyz"),))
    assert detect_secrets(changed)[0].fingerprint != detect_secrets(one)[0].fingerprint


def test_the_jwt_secret_of_supabase_signs_out_everyone_and_says_so() -> None:
    steps = rotation_order(SecretsFound(sightings=(seen(kind=SecretKind.SUPABASE_JWT), seen(fingerprint="cd" * 16))))
    assert [step.kind for step in steps] == [SecretKind.SUPABASE_JWT, SecretKind.STRIPE_LIVE]
    assert "signs out everyone" in steps[0].then
    assert all(step.as_of == "2026-11" for step in steps)


def test_one_key_in_many_files_is_told_loudly_once(tmp_path) -> None:
    key, other = MadeUp().fill("{stripe-live}"), MadeUp().fill("{stripe-live}")
    files = {f"scripts/{n}.env": f"STRIPE_SECRET_KEY={key}\n" for n in range(3)} | {"b.env": f"STRIPE_KEY={other}\n"}
    findings = detect_secrets(read_secrets(repository(tmp_path / "app", files), history=True))
    loud = [finding for finding in findings if finding.severity not in {Severity.LOW, Severity.INFO}]
    assert len(findings) == len(files)
    assert len(loud) == len({key, other})
    assert all(loud[0].where.file in one.title or loud[-1].where.file in one.title for one in findings[len(loud) :])
