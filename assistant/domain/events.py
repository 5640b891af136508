"""What happens in an incident: an append-only list of events, and the incident that is folded from it.

A *happening* is what the engine says; an *event* is a happening that the journal has numbered, dated and chained.
An ``Incident`` is never stored: it is always folded from the events (assistant.engine.fold).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from assistant.domain.playbook import Stage


class IncidentState(StrEnum):
    """Only forward: open, contained, fixed, proven, closed."""

    OPEN = "open"
    CONTAINED = "contained"
    FIXED = "fixed"
    PROVEN = "proven"
    CLOSED = "closed"


class StepState(StrEnum):
    """What the step list shows."""

    WAITING = "waiting"
    RUNNING = "running"
    NEEDS_YOU = "needs you"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The incident begins."""

    incident: str
    """Id: ``2026-11-20-0312-a1b2``."""
    playbook: str
    """Playbook id."""
    head: str
    """Commit checked out, empty when there is none."""
    version: str
    """stanch's version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted:
    """A step is about to act: intent, written before the act."""

    step: str
    intent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progressed:
    """How far a long step is; shown, never journalled."""

    step: str
    says: str
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FactTaken:
    """A fact with its evidence id."""

    step: str
    says: str
    evidence: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
    """Small JSON summary (counts)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A finding, by fingerprint, with what lists need."""

    step: str
    fingerprint: str
    rule: str
    title: str
    severity: str
    subject: str
    executed: bool
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseNamed:
    """A cause of findings."""

    step: str
    says: str
    commit: str = ""
    line: str = ""
    author: str = ""
    """Pseudonym of who made the commit; a case file names nobody."""
    deploy: str = ""
    """The deploy that carried it first, as its host or tag calls it; empty when nothing says so."""
    began_at: str = ""
    """From when it was exposed, ISO in UTC: when it went live, or was committed where nothing says more."""
    findings: tuple[str, ...] = ()
    """Fingerprints of what it brought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixProposed:
    """A fix, waiting for a decision."""

    step: str
    fix: str
    title: str
    applies: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A person is needed; the engine stops here."""

    step: str
    question: str
    asks: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A person answered."""

    step: str
    question: str
    answer: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """An act on the operator's repository happened."""

    step: str
    says: str
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """A proof came out."""

    step: str
    claim: str
    verdict: str
    reason: str
    before: Mapping[str, int] = field(default_factory=dict)
    after: Mapping[str, int] = field(default_factory=dict)
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Files were written into the operator's repository."""

    step: str
    files: tuple[tuple[str, str], ...]
    """Path and SHA-256 of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """A step's outcome was taken back."""

    step: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEnded:
    """A step is done or was skipped, with the reason."""

    step: str
    state: StepState
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A person's note."""

    text: str
    step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A step could not finish: one sentence, one remedy."""

    step: str
    says: str
    remedy: str
    kind: str = ""
    """Name of the error's class in ``assistant.domain.errors``, for the exit code; empty when stanch did not expect it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The incident ends."""

    says: str


Happening = (
    Opened | StepStarted | Progressed | FactTaken | Found | CauseNamed | FixProposed | Asked | Decided
    | Applied | Proved | Written | Undone | StepEnded | Noted | Failed | Closed
)  # fmt: skip
"""Everything the engine can say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A happening in the journal."""

    n: int
    """1, 2, 3 …"""
    at: datetime
    """Aware UTC."""
    by: str
    """stanch, or the operator's login name."""
    prev: str
    """SHA-256 of the line before; 64 zeros for the first."""
    what: Happening
    """What happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """A step as it stands."""

    id: str
    stage: Stage
    state: StepState
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Everything known, folded from the events."""

    id: str
    playbook: str
    state: IncidentState
    opened_at: datetime
    steps: tuple[StepView, ...]
    events: tuple[Event, ...]
    question: Asked | None = None
    """What is being asked now."""
    findings: tuple[Found, ...] = ()
    written: tuple[tuple[str, str], ...] = ()
    proof: Proved | None = None
