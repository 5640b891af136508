"""Killed at any moment, started again: the incident says what is true, and nothing that was confirmed is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.domain.events import FactTaken, Noted, StepState
from assistant.engine.commands import Approve, Run, Undo
from assistant.engine.outcome import failure_of, state_of
from assistant.store.journal import verified
from assistant.store.places import Places
from tests.unit.engine.rig import Rig, opened, rig


__all__ = ["rig"]


class Killed(BaseException):
    """Stands for kill -9: nothing catches it."""


def test_a_step_that_was_running_is_said_to_have_been_interrupted(rig: Rig) -> None:
    def killed(context):
        yield FactTaken(step="look", says="started")
        raise Killed

    rig.look = killed
    with pytest.raises(Killed), opened(rig) as session:
        session.send(Run(step="look"))
    identity = Places(rig.root).known()[0]
    with rig.session(identity) as session:
        assert state_of(session.incident, "look") is StepState.FAILED
        assert "was ended while this step ran" in failure_of(session.incident, "look").says


@pytest.mark.parametrize("moment", ["before", "half", "after"])
def test_what_was_written_is_read_from_the_repository_not_from_hope(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    import assistant.write.apply as writing

    real = writing.apply

    def dying(root, artifacts):
        if moment == "half":
            real(root, artifacts[:1])
        if moment == "after":
            real(root, artifacts)
        raise Killed

    monkeypatch.setattr(writing, "apply", dying)
    with opened(rig) as session:
        session.send(Run(step="write"))
        with pytest.raises(Killed):
            session.send(Approve(step="write"))
    monkeypatch.setattr(writing, "apply", real)
    with rig.session(Places(rig.root).known()[0]) as session:
        assert sorted(path for path, _ in session.incident.written) == rig.lying_there()
        expected = {"before": StepState.FAILED, "half": StepState.FAILED, "after": StepState.DONE}[moment]
        assert state_of(session.incident, "write") is expected
        if moment == "half":
            session.send(Undo(step="write"))
            assert rig.lying_there() == []
        if moment != "after":
            session.send(Run(step="write"))
            assert state_of(session.send(Approve(step="write")), "write") is StepState.DONE


def test_ctrl_c_in_a_step_is_kept_as_such(rig: Rig) -> None:
    def pressed(context):
        yield FactTaken(step="look", says="started")
        raise KeyboardInterrupt

    rig.look = pressed
    with opened(rig) as session:
        with pytest.raises(KeyboardInterrupt):
            session.send(Run(step="look"))
        assert state_of(session.incident, "look") is StepState.FAILED


WALKS = """
import sys
from pathlib import Path
from assistant.engine.commands import Answer, Note, Open, Run
from assistant.engine.entry import enter
from assistant.engine.options import Options

with enter(Path(sys.argv[1]), Options()) as session:
    while True:
        incident = session.send(Run(step="intake"))
        print(session.head[0], flush=True)
        while incident.question is not None:
            incident = session.send(Answer(step="intake", question=incident.question.question, answer="x" * 500))
            print(session.head[0], flush=True)
"""


@pytest.mark.parametrize("after", [0.02, 0.07, 0.13, 0.19])
def test_kill_9_in_the_middle_of_a_walk(tmp_path: Path, after: float) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    with subprocess.Popen([sys.executable, "-c", WALKS, str(tmp_path)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(after)
        os.kill(child.pid, signal.SIGKILL)
        confirmed = [int(line) for line in child.stdout.read().split()]
    from assistant.engine.entry import enter
    from assistant.engine.options import Options

    with enter(tmp_path, Options()) as session:
        assert session.incident is not None
        assert len(Places(tmp_path).known()) == 1, "it goes on with the same incident"
        assert session.head[0] >= (confirmed[-1] if confirmed else 1)
        if state_of(session.incident, "intake") is StepState.NEEDS_YOU:
            assert session.incident.question is not None
        else:
            assert state_of(session.incident, "intake") in {StepState.FAILED, StepState.DONE}
    verified(Places(tmp_path), session.incident.id)


def test_a_torn_line_is_told_to_the_face(rig: Rig) -> None:
    with opened(rig) as session:
        identity = session.incident.id
    with (Places(rig.root).incident(identity) / "journal.jsonl").open("ab") as file:
        file.write(b'{"v":1,"n":')
    with rig.session(identity) as session:
        assert isinstance(session.incident.events[-1].what, Noted)
        assert "cut off" in session.incident.events[-1].what.text
