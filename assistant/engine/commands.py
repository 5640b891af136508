"""What a person (or a headless verb) can tell the engine; the engine answers with happenings and never prompts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Begin an incident."""

    playbook: str = "ai-chatbot"
    """Playbook id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Run a step, or run it again."""

    step: str
    """Step id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Answer the question that is being asked."""

    step: str
    """Step id."""
    question: str
    """Question id, as ``Asked.question`` gave it."""
    answer: str
    """One of the choices, or free text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """Say yes to what a step proposes to write; edits of code may be taken one by one."""

    step: str
    """Step id."""
    declined: tuple[tuple[str, int], ...] = ()
    """Edits left out: path and number of the edit in that file."""
    edited: tuple[tuple[str, int, str], ...] = ()
    """Edits in the operator's own words: path, number, text."""
    branch: str = ""
    """Put the edits on a new branch of this name; empty to write them into the work tree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """Say no to what a step proposes to write: nothing is written, the step stays open."""

    step: str
    """Step id."""
    because: str = ""
    """Reason, kept in the journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Change the text of a file that a step proposes; it is tried as changed, and asked about again."""

    step: str
    """Step id."""
    path: str
    """The file, as the proposal named it."""
    text: str
    """Its whole new text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Leave a step out, with a reason that the runbook repeats."""

    step: str
    """Step id."""
    because: str
    """Reason; must not be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """Take back what a step wrote."""

    step: str
    """Step id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Add a line to the timeline."""

    text: str
    """What to remember."""
    step: str = ""
    """Step it belongs to, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """End the incident."""

    says: str = ""
    """Closing remark; required while the incident is not proven."""


Command = Open | Run | Answer | Approve | Decline | Edit | Skip | Undo | Note | Close
"""Everything that can be told."""
