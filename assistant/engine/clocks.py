"""The clocks that run while an incident is open: legal notice periods and the retention of hosts' logs.

They are dated data (``playbooks/clocks.toml``), counted from the opening of the incident; nothing here is legal advice.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A period that began when the incident was opened."""

    id: str
    """Kebab-case."""
    says: str
    """Two words for a header."""
    length: timedelta
    """How long it runs."""
    kind: str
    """legal or retention."""
    source: str
    """Where the period is written down."""
    reviewed: date
    """When a person last checked it."""

    def left(self, opened_at: datetime, now: datetime) -> timedelta:
        """Time left, zero once it has run out."""
        return max(opened_at + self.length - now, timedelta())


@cache
def clocks() -> tuple[Clock, ...]:
    """All clocks, in file order."""
    data = tomllib.loads(files("playbooks").joinpath("clocks.toml").read_text(encoding="utf-8"))
    return tuple(
        Clock(
            id=entry["id"],
            says=entry["says"],
            length=timedelta(hours=entry["hours"]),
            kind=entry["kind"],
            source=entry["source"],
            reviewed=entry["reviewed"],
        )
        for entry in data["clock"]
    )


def span(length: timedelta) -> str:
    """A length as a header shows it: ``71:46`` in hours and minutes."""
    minutes = int(length.total_seconds()) // 60
    return f"{minutes // 60}:{minutes % 60:02d}"
