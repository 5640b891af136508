"""Events become the incident: a pure function, so that a journal alone is enough to stand where one stood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.events import (
    Asked,
    Closed,
    Decided,
    Failed,
    Found,
    Incident,
    IncidentState,
    Opened,
    Proved,
    StepEnded,
    StepStarted,
    StepState,
    StepView,
    Undone,
    Written,
)


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.domain.events import Event
    from assistant.domain.playbook import Playbook

APPROVAL = "approve"
"""Id of the question every writing step asks."""

WRITING = "write: "
"""Start of the intent of a step that is about to write; the paths follow."""

UNDOING = "undo: "
"""Start of the intent of a step that is about to be taken back."""

_ORDER = tuple(IncidentState)


def fold(events: Sequence[Event], playbook: Playbook) -> Incident:
    """The incident as its events tell it.

    Args:
        events: at least one; the first is ``Opened``.
        playbook: the playbook that ``Opened`` names.

    Raises:
        ValueError: the events do not begin with ``Opened``.
    """
    if not events or not isinstance(events[0].what, Opened):
        raise ValueError("the first event of an incident is Opened")
    folding = _Folding(playbook)
    for event in events:
        folding.take(event)
    first = events[0].what
    return Incident(
        id=first.incident,
        playbook=first.playbook,
        state=folding.state,
        opened_at=events[0].at,
        steps=tuple(
            StepView(id=step.id, stage=step.stage, state=folding.states[step.id], says=folding.says[step.id])
            for step in playbook.steps
        ),
        events=tuple(events),
        question=next(reversed(folding.questions.values()), None),
        findings=tuple(finding for found in folding.findings.values() for finding in found),
        written=tuple(file for files in folding.written.values() for file in files.items()),
        proof=folding.proof,
    )


class _Folding:
    """What is known after each event."""

    def __init__(self, playbook: Playbook) -> None:
        self.reaches = {step.id: step.reaches for step in playbook.steps if step.reaches}
        self.states = dict.fromkeys((step.id for step in playbook.steps), StepState.WAITING)
        self.says = dict.fromkeys(self.states, "")
        self.state = IncidentState.OPEN
        self.questions: dict[str, Asked] = {}
        self.findings: dict[str, list[Found]] = {}
        self.written: dict[str, dict[str, str]] = {}
        self.proof: Proved | None = None

    def take(self, event: Event) -> None:
        match event.what:
            case Decided() | StepStarted() | StepEnded() | Failed() | Undone() | Asked():
                self._move(event.what)
            case Found() as found:
                self.findings.setdefault(found.step, []).append(found)
            case Written(step=step, files=files):
                self.written.setdefault(step, {}).update(files)
            case Proved() as proved:
                self.proof = proved
            case Closed():
                self.state = IncidentState.CLOSED
                self.questions.clear()
            case _:
                pass

    def _move(self, what: Decided | StepStarted | StepEnded | Failed | Undone | Asked) -> None:
        """Happenings that move a step from one state to another; each of them also ends its question."""
        self.questions.pop(what.step, None)
        match what:
            case StepStarted(step=step, intent=intent):
                self._stand(step, StepState.RUNNING, "")
                if not intent.startswith((WRITING, UNDOING)):
                    self.findings.pop(step, None)
            case Decided(step=step):
                self._stand(step, StepState.RUNNING, "")
            case Asked(step=step, asks=asks):
                self._stand(step, StepState.NEEDS_YOU, asks)
                self.questions[step] = what
            case StepEnded(step=step, state=state, says=says):
                self._stand(step, state, says)
                if state is StepState.DONE:
                    self._reach(self.reaches.get(step, ""))
            case Undone(step=step, says=says):
                self._stand(step, StepState.WAITING, says)
                self.written.pop(step, None)
            case Failed(step=step, says=says):
                self._stand(step, StepState.FAILED, says)

    def _stand(self, step: str, state: StepState, says: str) -> None:
        # a step of a later playbook version keeps its events without a row in the list
        if step in self.states:
            self.states[step] = state
            self.says[step] = says

    def _reach(self, reached: str) -> None:
        if reached == IncidentState.FIXED and self.proof is not None and self.proof.after.get("leaks"):
            return  # a migration that leaves leaks open is a step, not the fix
        if reached and _ORDER.index(IncidentState(reached)) > _ORDER.index(self.state):
            self.state = IncidentState(reached)
