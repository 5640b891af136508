"""One attack as data: the settings and steps of a transaction that is always rolled back, and what came of each step.

Pure values; ``session`` runs them. Many trials travel in one round trip, because half a millisecond of waiting for each
statement is most of what an attack would cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from assistant.attack.actors import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One statement."""

    sql: str
    """Without a closing semicolon."""
    role: str | None = None
    """Role it runs as; None for the owner of the shadow, who looks and never attacks."""
    asks: bool = False
    """True when its first column is wanted as text; otherwise only the number of rows."""
    must: bool = False
    """True when the rest makes no sense after it failed or touched no row."""
    settings: tuple[tuple[str, str], ...] = ()
    """Set before this step, where it is somebody else's turn."""

    def packed(self) -> dict[str, object]:
        """As the server-side loop reads it."""
        packed: dict[str, object] = {"sql": self.sql, "role": self.role or "none", "asks": self.asks, "must": self.must}
        if self.settings:
            packed["settings"] = [list(pair) for pair in self.settings]
        return packed


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Steps that share one transaction."""

    steps: tuple[Step, ...]
    """In order."""
    settings: tuple[tuple[str, str], ...] = ()
    """Set locally before the first step."""
    keep: bool = False
    """True to keep what it changed (seeding); an attack never does."""

    def packed(self) -> dict[str, object]:
        """As the server-side loop reads it."""
        return {
            "settings": [list(pair) for pair in self.settings],
            "keep": self.keep,
            "steps": [step.packed() for step in self.steps],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one step came to."""

    state: str
    """SQLSTATE; ``00000`` for success, ``skipped`` when an earlier step stopped the trial, ``timeout`` when it never ended."""
    message: str = ""
    """The server's message."""
    rows: int = 0
    """Rows returned or touched."""
    text: str | None = None
    """First column of the first row, for a step that asks."""
    constraint: str = ""
    """Constraint that refused."""
    column: str = ""
    """Column that refused."""

    @property
    def ok(self) -> bool:
        """True when the server did it."""
        return self.state == "00000"


SKIPPED = Outcome(state="skipped")
"""A step that was not tried."""

NEVER_ENDED = Outcome(state="timeout", message="the statement did not end within the time allowed")
"""A step that had to be stopped."""


def act(caller: Caller, sql: str, *, asks: bool = False, must: bool = False) -> Step:
    """A step as that caller."""
    return Step(sql=sql, role=caller.role, asks=asks, must=must)


def look(sql: str) -> Step:
    """A step as the owner of the shadow, who sees every row: judging by state, not by row counts."""
    return Step(sql=sql, asks=True)


STARTED = "$1"
"""Placeholder in a look: transaction ids from here on belong to the trial."""
