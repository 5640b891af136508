"""The words and symbols of the screens: every state has both, so that colour is never the only sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.domain.events import (
    Applied,
    Asked,
    CauseNamed,
    Closed,
    Decided,
    FactTaken,
    Failed,
    FixProposed,
    Found,
    IncidentState,
    Noted,
    Opened,
    Progressed,
    Proved,
    StepEnded,
    StepStarted,
    StepState,
    Undone,
    Written,
)
from assistant.domain.matrix import Verdict


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


def sentence(what: Happening) -> str:  # noqa: C901, PLR0912 - one line a kind of happening reads better than a table of functions
    """One line of the timeline."""
    match what:
        case Opened():
            return f"incident opened with the playbook {what.playbook} at commit {what.head[:10] or 'none'}"
        case StepStarted():
            return f"{what.step}: started" + (f", to {what.intent}" if what.intent else "")
        case Progressed():
            return f"{what.step}: {what.says}"
        case FactTaken():
            return f"{what.step}: {what.says}"
        case Found():
            return f"{what.step}: found {what.title} ({what.severity}, {'executed' if what.executed else 'suspected'})"
        case CauseNamed():
            return f"{what.step}: cause: {what.says}"
        case FixProposed():
            return f"{what.step}: proposes {what.title} ({what.applies})"
        case Asked():
            return f"{what.step}: asks: {what.asks}"
        case Decided():
            return f"{what.step}: answered {what.answer!r}"
        case Applied():
            return f"{what.step}: {what.says}"
        case Proved():
            return f"{what.step}: proof {what.verdict}: {what.reason}"
        case Written():
            return f"{what.step}: wrote {', '.join(path for path, _ in what.files)}"
        case Undone():
            return f"{what.step}: undone: {what.says}"
        case StepEnded():
            return f"{what.step}: {what.state.value}" + (f", {what.says}" if what.says else "")
        case Noted():
            return f"note: {what.text}"
        case Failed():
            return f"{what.step}: failed: {what.says} {what.remedy}"
        case Closed():
            return f"incident closed: {what.says}"
