"""The words and symbols of the screens: every state has both, so that colour is never the only sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.domain.events import Found, IncidentState, StepState
from assistant.domain.matrix import Verdict
from assistant.write.telling import told


if TYPE_CHECKING:
    from assistant.domain.events import Happening

STATE_SYMBOL: Final = {
    StepState.WAITING: "·",
    StepState.RUNNING: "»",
    StepState.NEEDS_YOU: "?",
    StepState.DONE: "✓",
    StepState.SKIPPED: "-",
    StepState.FAILED: "!",
}
"""One column wide, in every font a terminal may have."""

STATE_WORD: Final = {
    StepState.WAITING: "waits",
    StepState.RUNNING: "runs",
    StepState.NEEDS_YOU: "you",
    StepState.DONE: "done",
    StepState.SKIPPED: "left",
    StepState.FAILED: "fails",
}
"""At most five letters, so that the list of steps fits beside the work on 80 columns."""

STATE_STYLE: Final = {
    StepState.WAITING: "",
    StepState.RUNNING: "bold cyan",
    StepState.NEEDS_YOU: "bold yellow",
    StepState.DONE: "green",
    StepState.SKIPPED: "dim",
    StepState.FAILED: "bold red",
}
"""Colours of the terminal's own palette."""

STATE_OF_INCIDENT: Final = {
    IncidentState.OPEN: "open",
    IncidentState.CONTAINED: "contained",
    IncidentState.FIXED: "fix written, not deployed",
    IncidentState.PROVEN: "fix proven, deploy it",
    IncidentState.CLOSED: "closed",
}
"""What the header calls the state: nothing stanch does reaches production by itself."""

VERDICT_SYMBOL: Final = {Verdict.HOLDS: "✓", Verdict.LEAKS: "✗", Verdict.LOCKED_OUT: "!", Verdict.UNKNOWN: "?"}
VERDICT_WORD: Final = {
    Verdict.HOLDS: "holds",
    Verdict.LEAKS: "LEAKS",
    Verdict.LOCKED_OUT: "LOCKED OUT",
    Verdict.UNKNOWN: "not tested",
}
VERDICT_STYLE: Final = {
    Verdict.HOLDS: "green",
    Verdict.LEAKS: "bold reverse red",
    Verdict.LOCKED_OUT: "bold yellow",
    Verdict.UNKNOWN: "yellow",
}


def sentence(what: Happening) -> str:
    """One line of the timeline: the step, and what the runbook says too; here even the start of a step has its line."""
    said = told(what) or (f"suspected: {what.title}" if isinstance(what, Found) else "started")
    step = getattr(what, "step", "")
    return f"{step}: {said}" if step else said
