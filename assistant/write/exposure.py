"""From the opening to the discovery: which commit opened it, with what it went live, and for how long it was exposed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from assistant.domain.events import CauseNamed, Decided
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.domain.events import Incident

REPORTED: Final = "who-reported"
"""Question of the intake whose answer says when it was noticed."""
_MOMENT: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}))?")
_HOUR, _DAY = 3_600, 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What one commit exposed."""

    cause: CauseNamed
    """As it was named."""
    began_at: datetime
    """When it went live, or was committed where nothing says more; aware UTC."""
    author: str
    """A pseudonym, or the name when it was asked for."""
    lasted: str
    """``23 days 4 hours``, up to the discovery."""


def exposures(incident: Incident, people: Mapping[str, str]) -> tuple[Exposure, ...]:
    """The commits that were named as causes, the oldest opening first, each as it was named last.

    Args:
        incident: with its events.
        people: names by full hash, for those who asked for them.
    """
    until, _ = discovered(incident)
    named = {
        what.commit: what for event in incident.events if isinstance(what := event.what, CauseNamed) and what.began_at
    }
    found = []
    for sha, cause in named.items():
        began = datetime.fromisoformat(cause.began_at)
        author = people.get(sha, cause.author)
        found.append(Exposure(cause=cause, began_at=began, author=author, lasted=lasted(began, until)))
    return tuple(sorted(found, key=lambda one: (one.began_at, one.cause.commit)))


def discovered(incident: Incident) -> tuple[datetime, str]:
    """When the leak was noticed, and what says so: the report, when it names a day before the incident was opened, or else its opening."""
    answers = (event.what for event in reversed(incident.events) if isinstance(event.what, Decided))
    reported = next((what.answer for what in answers if what.question == REPORTED), "")
    found = _MOMENT.search(reported)
    if found is not None:
        try:
            moment = datetime.fromisoformat(f"{found[1]}T{found[2] or '00:00'}").replace(tzinfo=UTC)
        except ValueError:
            return incident.opened_at, "the incident was opened"
        if moment < incident.opened_at:
            return moment, "as it was reported"
    return incident.opened_at, "the incident was opened"


def lasted(began: datetime, until: datetime) -> str:
    """Days and hours between two moments; what began later lasted no time that counts."""
    seconds = (until - began).total_seconds()
    if seconds < 0:
        return "no time before the discovery"
    return f"{plural(int(seconds // _DAY), 'day')} {plural(int(seconds % _DAY // _HOUR), 'hour')}"
