"""Look-ups that the whole repository shares on the way to its handlers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.domain.code import Entry, Query

_MANY: Final = 6
"""Entries that share a place before it is taken for the repository's guard."""


def central_places(entries: Iterable[Entry]) -> frozenset[tuple[str, int]]:
    """File and line of look-ups that many entries share on the way to their handler and that know the caller."""
    counted: Counter[tuple[str, int]] = Counter()
    for entry in entries:
        places = {
            (query.place.file, query.place.line)
            for query in entry.queries
            if query.verb == "select"
            and query.tie is None
            and query.place.file != entry.place.file
            and _asks_members(query)
        }
        counted.update(places)
    return frozenset(place for place, times in counted.items() if times >= _MANY)


def _asks_members(query: Query) -> bool:
    """It was told the caller, or reads who belongs to the row."""
    below = {words.words(column.partition(".")[0])[-1:] for column in query.columns or () if "." in column}
    return query.told_caller or bool(below & {("users",), ("members",), ("memberships",), ("user",), ("member",)})
