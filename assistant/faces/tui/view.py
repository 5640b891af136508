"""What a stage shows, as plain values: computed from the incident alone, so that a resumed incident looks the same.

Nothing here knows Textual; every text may hold the operator's data and must be shown without markup.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.domain.events import (
    Applied,
    Asked,
    CauseNamed,
    Decided,
    FactTaken,
    Failed,
    FixProposed,
    Found,
    Proved,
    StepEnded,
    StepStarted,
    StepState,
    Undone,
    Written,
)
from assistant.domain.matrix import SEVERITY_RANK, Severity
from assistant.domain.playbook import Stage
from assistant.engine.clocks import clocks, span
from assistant.faces.tui.words import STATE_OF_INCIDENT, STATE_SYMBOL, STATE_WORD


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from assistant.domain.events import Event, Happening, Incident, StepView
    from assistant.domain.playbook import Playbook, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the now pane."""

    text: str
    """One sentence."""
    style: str = ""
    """Style in the terminal's own palette."""
    evidence: str = ""
    """Evidence id or empty."""
    more: str = ""
    """What the evidence pane says when there is no file behind the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a step wants to write."""

    files: tuple[str, ...]
    """Paths, as the diff names them."""
    diff: str
    """The unified diff."""
    proof: str
    """What the rehearsal came to, one sentence."""


def proposal(events: Sequence[Event], read: Callable[[str], str], kind: Callable[[str], str]) -> Proposal:
    """What is to be approved, from the step's own events.

    Args:
        events: the step's latest run.
        read: text of an evidence id.
        kind: kind of an evidence id; the diff is the evidence of kind ``diff``.
    """
    ids = [getattr(event.what, "evidence", "") for event in events]
    diff = next((read(name) for name in reversed(ids) if name and kind(name) == "diff"), "")
    proved = next((event.what for event in reversed(events) if isinstance(event.what, Proved)), None)
    said = f"Proof {proved.verdict}: {proved.reason}" if proved is not None else ""
    files = tuple(line[4:].removeprefix("b/").split("\t")[0] for line in diff.splitlines() if line.startswith("+++ "))
    return Proposal(files=files, diff=diff, proof=said)


def heading(incident: Incident, now: datetime) -> str:
    """Incident, status, age and clocks; two lines on a narrow terminal."""
    parts = [
        f"stanch  {incident.id}",
        STATE_OF_INCIDENT[incident.state],
        f"opened {incident.opened_at:%H:%M}Z, {span(now - incident.opened_at)} ago",
    ]
    for clock in clocks():
        left = clock.left(incident.opened_at, now)
        parts.append(f"{clock.says} {span(left)} left" if left else f"{clock.says} may be gone")
    return " · ".join(parts)


def stages(playbook: Playbook) -> tuple[Stage, ...]:
    """Stages that have steps, in order."""
    with_steps = {step.stage for step in playbook.steps}
    return tuple(stage for stage in Stage if stage in with_steps)


def steps_of(incident: Incident, stage: Stage) -> tuple[StepView, ...]:
    """Steps of a stage in playbook order."""
    return tuple(step for step in incident.steps if step.stage is stage)


def step_line(view: StepView, step: Step) -> str:
    """Symbol, state and title of a step."""
    return f"{STATE_SYMBOL[view.state]} {STATE_WORD[view.state]:<5} {step.title}"


def next_step(incident: Incident) -> StepView | None:
    """The step that is to be done now: the one that needs the operator, else the first that failed or waits."""
    for states in ((StepState.NEEDS_YOU,), (StepState.RUNNING,), (StepState.FAILED, StepState.WAITING)):
        for view in incident.steps:
            if view.state in states:
                return view
    return None


def events_of(incident: Incident, step: str) -> tuple[Event, ...]:
    """Events of a step since it was last started."""
    mine = [event for event in incident.events if getattr(event.what, "step", None) == step]
    starts = [n for n, event in enumerate(mine) if isinstance(event.what, StepStarted)]
    return tuple(mine[starts[-1] :]) if starts else tuple(mine)


def lines_of(events: Sequence[Event]) -> tuple[Line, ...]:
    """What a step has found and decided so far; findings sorted worst first, everything else in order."""
    found = sorted((event.what for event in events if isinstance(event.what, Found)), key=_rank)
    return (*(_finding_line(finding) for finding in found), *(line for event in events for line in _said(event.what)))


def _said(what: Happening) -> tuple[Line, ...]:
    match what:
        case FactTaken():
            return (Line(text=what.says, evidence=what.evidence),)
        case CauseNamed():
            return (Line(text=f"cause: {what.says}", more="\n".join(filter(None, (what.commit, what.line)))),)
        case FixProposed():
            return (Line(text=f"fix ({what.applies}): {what.title}", evidence=what.evidence),)
        case Asked():
            return (Line(text=what.asks, style="bold yellow", more="\n".join(what.choices)),)
        case Decided():
            return (Line(text=f"you answered: {what.answer}", style="dim"),)
        case Proved():
            style = "green" if what.verdict == "holds" else "bold red"
            counts = "\n".join(
                f"{verdict}: {n} before, {what.after.get(verdict, 0)} after" for verdict, n in what.before.items()
            )
            return (
                Line(text=f"proof {what.verdict}: {what.reason}", style=style, evidence=what.evidence, more=counts),
            )
        case Written():
            return tuple(Line(text=f"wrote {path}", style="green", more=f"SHA-256 {sha}") for path, sha in what.files)
        case Applied() | Undone():
            return (Line(text=what.says),)
        case Failed():
            remedy = f"What to do: {what.remedy}"
            return (Line(text=what.says, style="bold red", more=what.remedy), Line(text=remedy))
        case StepEnded(says=says) if says:
            return (Line(text=says, style="bold"),)
        case _:
            return ()


def _rank(finding: Found) -> int:
    return SEVERITY_RANK[Severity(finding.severity)] + (0 if finding.executed else len(Severity))


def _finding_line(finding: Found) -> Line:
    how = "shown by attack" if finding.executed else "suspected"
    severe = finding.executed and finding.severity in (Severity.CRITICAL, Severity.HIGH)
    return Line(
        text=f"{'✗' if finding.executed else '?'} {finding.severity.upper()} {finding.title} ({how})",
        style="bold red" if severe else "",
        evidence=finding.evidence,
        more=f"{finding.rule} on {finding.subject}",
    )
