"""Playbooks are data; a playbook that cannot work is refused before an incident depends on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from assistant.domain.errors import UsageError
from assistant.domain.playbook import Stage, StepKind
from assistant.engine.actions import actions
from assistant.engine.playbooks import faults, load_playbook, load_step, playbook_ids


@pytest.mark.parametrize("playbook", playbook_ids())
def test_a_playbook_holds_together(playbook: str) -> None:
    loaded = load_playbook(playbook)
    assert loaded.title
    assert loaded.says.endswith(".")
    assert loaded.resources
    assert loaded.thresholds
    stages = [list(Stage).index(step.stage) for step in loaded.steps]
    assert stages == sorted(stages), "a stage is a mode of the interface: its steps stand together"
    for step in loaded.steps:
        assert len(step.title.split()) <= 4
        assert step.why.endswith(".")
        if step.does:
            assert step.does in actions(), f"{step.id} names an action that nobody registered"
        else:
            assert step.asks
        if step.kind is StepKind.MAKE:
            assert step.undo
            assert actions()[step.does].approved is not None
            assert actions()[step.does].undo is not None
        if step.kind is StepKind.AUTO:
            assert step.fallback


@pytest.mark.parametrize("playbook", playbook_ids())
def test_a_playbook_was_reviewed_within_a_year(playbook: str) -> None:
    reviewed = date.fromisoformat(load_playbook(playbook).reviewed)
    assert date.today() - reviewed < timedelta(days=366)  # noqa: DTZ011 - a day more or less does not matter


def test_the_database_side_of_the_chatbot_reaches_every_state() -> None:
    steps = load_playbook("ai-chatbot").steps
    assert [step.reaches for step in steps if step.reaches] == ["contained", "fixed", "proven"]


def test_every_registered_action_is_used() -> None:
    used = {step.does for playbook in playbook_ids() for step in load_playbook(playbook).steps if step.does}
    assert set(actions()) == used


def test_an_unknown_playbook_names_the_known_ones() -> None:
    with pytest.raises(UsageError) as refused:
        load_playbook("nothing")
    assert "ai-chatbot" in refused.value.remedy


def test_a_missing_step_is_said() -> None:
    with pytest.raises(UsageError, match="missing"):
        load_step("no-such-step")


def test_what_cannot_work_is_named() -> None:
    playbook = load_playbook("ai-chatbot")
    first, *rest = playbook.steps
    twice = replace(playbook, steps=(first, first))
    early = replace(playbook, steps=tuple(reversed(rest)))
    odd = replace(playbook, steps=(replace(first, reaches="heaven", makes=("gold",)),))
    assert any("twice" in fault for fault in faults(twice))
    assert any("takes" in fault for fault in faults(early))
    assert {"not a state", "not a product"} <= {fault.split("is ")[-1].removesuffix("") for fault in faults(odd)}
