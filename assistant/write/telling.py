"""Each happening in one plain sentence: for the timeline of the runbook and of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    Noted,
    Opened,
    Proved,
    StepEnded,
    StepStarted,
    Undone,
    Written,
)


if TYPE_CHECKING:
    from assistant.domain.events import Happening


def told(what: Happening) -> str | None:  # noqa: C901, PLR0912 - one sentence a kind of happening; a table would hide them
    """One sentence without the step's name; None for what only matters elsewhere.

    Returns:
        Text that may hold words of others: escape it for where it is shown.
    """
    match what:
        case Opened():
            return "incident opened"
        case StepStarted(intent=intent) if intent.startswith("write: "):
            return "about to write what was approved"
        case FactTaken(says=says) | Applied(says=says) | CauseNamed(says=says) | Undone(says=says):
            return says
        case Found(executed=True, severity=severity, title=title):
            return f"{severity}: {title}"
        case FixProposed(title=title):
            return f"fix proposed: {title}"
        case Asked(asks=asks):
            return f"asked: {asks}"
        case Decided(answer=answer):
            return f"answered: {answer}"
        case Proved(verdict=verdict, claim=claim, reason=reason):
            return f"{verdict}: {claim} ({reason})"
        case Written(files=written):
            return "written: " + ", ".join(path for path, _ in written)
        case StepEnded(state=state, says=says):
            return f"{state.value}: {says}" if says else state.value
        case Noted(text=text):
            return f"note: {text}"
        case Failed(says=says, remedy=remedy):
            return f"failed: {says} {remedy}"
        case Closed(says=says):
            return f"closed: {says}"
        case _:
            return None
