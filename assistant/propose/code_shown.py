"""Rows that handlers list for whoever is signed in: whoever wrote one down is not the one who alone may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.domain.code import GuardKind, OriginKind
from assistant.domain.code_words import is_callers


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.domain.code import CodeMap, Entry, Query

_OPEN: Final = frozenset({OriginKind.CONSTANT, OriginKind.REQUEST, OriginKind.GENERATED})


def without_authors(code_map: CodeMap, key: str, columns: Iterable[str]) -> list[str]:
    """Columns of a table but for its author's, where some list shows the rows to everybody who is signed in, and nobody ever compares the author."""
    held = list(columns)
    authors = [one for one in held if "." not in one and words.names_author(one)]
    if not authors:
        return held
    asked = [
        (entry, query) for entry in code_map.entries for query in entry.queries if words.table_key(query.table) == key
    ]
    compared = {
        one.column for _, query in asked for one in query.filters if any(is_callers(origin) for origin in one.origins)
    }
    if not any(_lists(entry, query) for entry, query in asked):
        return held
    return [one for one in held if one not in authors or one in compared]


def _lists(entry: Entry, query: Query) -> bool:
    """Signed in is all that is asked, and no condition names whose rows, or one row."""
    asks = {guard.kind for guard in entry.guards if guard.weakness is None}
    return (
        query.verb == "select"
        and query.tie is None
        and GuardKind.SESSION in asks
        and GuardKind.ROLE not in asks
        and all(origin.kind in _OPEN for one in query.filters for origin in one.origins)
        and not any(_names_row(one.column) for one in query.filters)
    )


def _names_row(column: str) -> bool:
    name = words.snake(column)
    return name in {"id", "_id", "uuid", "slug"} or name.endswith(("_id", "_ids")) or words.is_capability(column)
