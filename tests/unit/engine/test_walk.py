"""Commands in, happenings out: the engine asks and stops, never writes unasked, and turns every failure into a sentence."""

from __future__ import annotations

import threading

import pytest

from assistant.domain.errors import CaseFileError, NeedsPersonError, UsageError
from assistant.domain.events import FactTaken, Failed, IncidentState, StepState, Written
from assistant.engine.commands import Answer, Approve, Close, Decline, Note, Open, Run, Skip, Undo
from assistant.engine.outcome import failure_of, state_of
from tests.unit.engine.rig import Rig, opened, rig


__all__ = ["rig"]


def test_the_engine_asks_one_question_after_the_other_and_stops(rig: Rig) -> None:
    with opened(rig) as session:
        incident = session.send(Run(step="ask"))
        assert incident.question is not None
        assert incident.question.question == "who"
        assert state_of(incident, "ask") is StepState.NEEDS_YOU
        incident = session.send(Answer(step="ask", question="who", answer="a customer"))
        assert incident.question is not None
        assert incident.question.choices == ("yes", "no")
        incident = session.send(Answer(step="ask", question="really", answer="yes"))
        assert incident.question is None
        assert state_of(incident, "ask") is StepState.DONE
        assert incident.state is IncidentState.CONTAINED


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (Answer(step="ask", question="really", answer="yes"), "is not asking"),
        (Answer(step="ask", question="who", answer="  "), "needs words"),
        (Run(step="nowhere"), "has no step"),
        (Approve(step="ask"), "is not asking"),
        (Decline(step="ask"), "proposes nothing"),
        (Undo(step="ask"), "nothing to undo"),
        (Undo(step="look"), "nothing to undo"),
        (Skip(step="ask", because=" "), "for a reason"),
        (Note(text=""), "needs words"),
        (Open(playbook="drill"), "still open"),
    ],
)
def test_a_command_that_does_not_fit_changes_nothing(rig: Rig, command, words: str) -> None:
    with opened(rig) as session:
        session.send(Run(step="ask"))
        before = session.head
        with pytest.raises(UsageError, match=words):
            session.send(command)
        assert session.head == before


def test_a_choice_is_one_of_the_choices(rig: Rig) -> None:
    with opened(rig) as session:
        session.send(Run(step="ask"))
        session.send(Answer(step="ask", question="who", answer="x"))
        with pytest.raises(UsageError, match="not one of the choices"):
            session.send(Answer(step="ask", question="really", answer="perhaps"))


def test_nothing_is_written_before_approval_and_exactly_what_was_shown_after_it(rig: Rig) -> None:
    with opened(rig) as session:
        incident = session.send(Run(step="write"))
        assert rig.lying_there() == []
        shown = next(event.what for event in incident.events if isinstance(event.what, FactTaken))
        assert "+-- closes the leak" in session.evidence.read(shown.evidence)
        incident = session.send(Approve(step="write"))
        written = next(event.what for event in incident.events if isinstance(event.what, Written))
        assert dict(written.files) == shown.data["files"]
        assert rig.lying_there() == sorted(dict(written.files))
        assert incident.state is IncidentState.FIXED


def test_declining_writes_nothing_and_says_so(rig: Rig) -> None:
    with opened(rig) as session:
        session.send(Run(step="write"))
        incident = session.send(Decline(step="write", because="not tonight"))
        assert state_of(incident, "write") is StepState.SKIPPED
        assert incident.state is IncidentState.OPEN
        assert rig.lying_there() == []


def test_what_was_approved_is_not_written_when_it_would_be_something_else(rig: Rig) -> None:
    with opened(rig) as session:
        identity = session.send(Run(step="write")).id
    rig.content = "-- something else\n"
    with rig.session(identity) as session:
        incident = session.send(Approve(step="write"))
        failure = failure_of(incident, "write")
        assert isinstance(failure, UsageError)
        assert "changed since the diff was shown" in failure.says
        assert rig.lying_there() == []


def test_approval_after_a_restart_writes_the_very_files_that_were_shown(rig: Rig) -> None:
    with opened(rig) as session:
        incident = session.send(Run(step="write"))
        shown = next(event.what for event in incident.events if isinstance(event.what, FactTaken))
    with rig.session(incident.id) as session:
        incident = session.send(Approve(step="write"))
        assert dict(incident.written) == shown.data["files"]


def test_undo_removes_what_was_written_and_nothing_that_somebody_changed(rig: Rig) -> None:
    with opened(rig) as session:
        session.send(Run(step="write"))
        written = sorted(dict(session.send(Approve(step="write")).written))
        (rig.root / written[0]).write_text("-- mine now\n")
        incident = session.send(Undo(step="write"))
        assert "was changed after it was written" in getattr(failure_of(incident, "write"), "says", "")
        assert all((rig.root / path).exists() for path in written)
        (rig.root / written[0]).write_text(rig.content)
        incident = session.send(Undo(step="write"))
        assert state_of(incident, "write") is StepState.WAITING
        assert incident.written == ()
        assert rig.lying_there() == []


def test_whatever_a_step_raises_becomes_a_sentence_and_the_incident_goes_on(rig: Rig) -> None:
    def broken(context):
        yield FactTaken(step="look", says="seen")
        raise ZeroDivisionError("deep inside")

    rig.look = broken
    with opened(rig) as session:
        incident = session.send(Run(step="look"))
        failed = incident.events[-1].what
        assert isinstance(failed, Failed)
        assert "ZeroDivisionError: deep inside" in failed.says
        assert failed.remedy
        assert state_of(session.send(Skip(step="look", because="broken")), "look") is StepState.SKIPPED


def test_a_running_step_is_cancelled_at_its_next_report(rig: Rig) -> None:
    started = threading.Event()

    def endless(context):
        yield FactTaken(step="look", says="started")
        while True:
            started.set()
            context.world.progress("looking")

    rig.look = endless
    with opened(rig) as session:
        stopping = threading.Thread(target=lambda: (started.wait(10), session.cancel()))
        stopping.start()
        incident = session.send(Run(step="look"))
        stopping.join()
        assert isinstance(failure_of(incident, "look"), NeedsPersonError)
        assert state_of(incident, "look") is StepState.FAILED
        assert "stopped on request" in incident.events[-1].what.says


def test_a_second_session_on_the_same_repository_is_refused(rig: Rig) -> None:
    with opened(rig), pytest.raises(CaseFileError, match="another stanch"):
        rig.session()


def test_progress_is_shown_and_not_kept(rig: Rig) -> None:
    with opened(rig) as session:
        session.send(Run(step="look"))
        assert [(now.step, now.says, now.done, now.total) for now in rig.progress] == [("look", "looking", 1, 2)]
        assert [event.n for event, _ in rig.told] == list(range(1, session.head[0] + 1))


def test_an_event_is_on_the_disk_before_it_is_shown(rig: Rig) -> None:
    seen = []

    def check(event, incident):
        lines = (rig.root / ".stanch" / "incidents" / incident.id / "journal.jsonl").read_bytes().splitlines()
        seen.append(len(lines) == event.n == len(incident.events))

    with opened(rig) as session:
        session._on_event = check
        session.send(Run(step="look"))
    assert seen
    assert all(seen)


def test_an_incident_that_is_not_proven_closes_only_with_a_remark(rig: Rig) -> None:
    with opened(rig) as session:
        with pytest.raises(NeedsPersonError, match="not proven"):
            session.send(Close())
        assert session.send(Close(says="a false alarm")).state is IncidentState.CLOSED
        with pytest.raises(UsageError, match="is closed"):
            session.send(Run(step="look"))
        assert session.send(Note(text="afterthought")).state is IncidentState.CLOSED


def test_what_a_step_saw_is_redacted_too(rig: Rig) -> None:
    def look(context):
        data = {"dirty": ["export of dana@corp.io.csv"], "nested": {"why": "mail dana@corp.io"}, "n": 3}
        yield FactTaken(step="look", says="dana@corp.io", data=data)
        return "seen dana@corp.io"

    rig.look = look
    with opened(rig) as session:
        incident = session.send(Run(step="look"))
    assert "dana@corp.io" not in repr(incident)
    assert next(event.what.data["n"] for event in incident.events if isinstance(event.what, FactTaken)) == 3


def test_the_words_of_people_are_redacted_before_they_are_kept(rig: Rig) -> None:
    with opened(rig) as session:
        session.send(Run(step="ask"))
        session.send(Answer(step="ask", question="who", answer="dana@corp.io, 6f9619ff-8b86-d011-b42d-00cf4fc964ff"))
        session.send(Note(text="her key is sk_" + "live_abcdefgh12345678"))
    kept = b"".join(path.read_bytes() for path in (rig.root / ".stanch").rglob("*") if path.is_file())
    for secret in (b"dana@corp.io", b"6f9619ff", b"live_abcdefgh"):
        assert secret not in kept
