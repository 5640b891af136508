"""A journal alone is enough to stand where one stood; states only go forward."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import events as said
from assistant.domain.events import Event, IncidentState, StepState
from assistant.engine.fold import WRITING, fold
from tests.unit.engine.rig import PLAYBOOK


AT = datetime(2026, 11, 20, 3, 12, tzinfo=UTC)
OPENED = said.Opened(incident="2026-11-20-0312-a1b2", playbook="drill", head="", version="0")
FOUND = said.Found(step="look", fingerprint="f", rule="r", title="t", severity="high", subject="table t", executed=True)


def folded(*happenings: said.Happening) -> said.Incident:
    events = [
        Event(n=n, at=AT + timedelta(seconds=n), by="stanch", prev="0" * 64, what=what)
        for n, what in enumerate((OPENED, *happenings), start=1)
    ]
    return fold(events, PLAYBOOK)


def states(incident: said.Incident) -> dict[str, StepState]:
    return {view.id: view.state for view in incident.steps}


def test_a_fresh_incident_waits() -> None:
    incident = folded()
    assert incident.state is IncidentState.OPEN
    assert set(states(incident).values()) == {StepState.WAITING}


def test_events_that_do_not_begin_with_opened_are_refused() -> None:
    with pytest.raises(ValueError, match="Opened"):
        fold([], PLAYBOOK)


def test_the_state_never_goes_back() -> None:
    done = said.StepEnded(step="write", state=StepState.DONE)
    assert folded(done).state is IncidentState.FIXED
    assert folded(done, said.StepEnded(step="ask", state=StepState.DONE)).state is IncidentState.FIXED
    assert folded(done, said.Undone(step="write", says="x")).state is IncidentState.FIXED
    assert folded(said.StepEnded(step="write", state=StepState.SKIPPED)).state is IncidentState.OPEN


def test_a_step_that_runs_again_forgets_what_it_found_and_asked() -> None:
    again = said.StepStarted(step="look")
    assert len(folded(again, FOUND, again).findings) == 0
    assert len(folded(again, FOUND, said.StepStarted(step="look", intent=f"{WRITING}{{}}")).findings) == 1
    asked = said.Asked(step="ask", question="who", asks="Who?")
    assert folded(asked).question == asked
    assert folded(asked, said.StepStarted(step="ask")).question is None


def test_two_steps_may_wait_and_the_newest_question_is_shown_first() -> None:
    first = said.Asked(step="ask", question="who", asks="Who?")
    second = said.Asked(step="write", question="approve", asks="Write?")
    incident = folded(first, second)
    assert incident.question == second
    decided = said.Decided(step="write", question="approve", answer="decline")
    ended = said.StepEnded(step="write", state=StepState.SKIPPED, says="declined")
    assert folded(first, second, decided, ended).question == first


def test_what_was_taken_back_is_no_longer_written() -> None:
    written = said.Written(step="write", files=(("a.sql", "1"), ("b.sql", "2")))
    assert folded(written).written == (("a.sql", "1"), ("b.sql", "2"))
    assert folded(written, said.Undone(step="write", says="x")).written == ()


def test_a_step_of_another_version_of_the_playbook_does_no_harm() -> None:
    incident = folded(said.StepStarted(step="gone"), said.StepEnded(step="gone", state=StepState.DONE))
    assert "gone" not in states(incident)
    assert len(incident.events) == 3


STEPS = st.sampled_from(["ask", "look", "write"])
ANYTHING = st.one_of(
    st.builds(said.StepStarted, step=STEPS),
    st.builds(said.Asked, step=STEPS, question=st.just("q"), asks=st.just("?")),
    st.builds(said.Decided, step=STEPS, question=st.just("q"), answer=st.just("a")),
    st.builds(said.StepEnded, step=STEPS, state=st.sampled_from([StepState.DONE, StepState.SKIPPED])),
    st.builds(said.Failed, step=STEPS, says=st.just("x"), remedy=st.just("y")),
    st.builds(said.Undone, step=STEPS, says=st.just("x")),
)


@given(st.lists(ANYTHING, max_size=30))
def test_whatever_happens_a_question_belongs_to_a_step_that_needs_you(happenings: list[said.Happening]) -> None:
    incident = folded(*happenings)
    waiting = {step for step, state in states(incident).items() if state is StepState.NEEDS_YOU}
    assert (incident.question is not None) == bool(waiting)
    if incident.question is not None:
        assert incident.question.step in waiting
    reached = [folded(*happenings[:n]).state for n in range(len(happenings) + 1)]
    order = [list(IncidentState).index(state) for state in reached]
    assert order == sorted(order)
