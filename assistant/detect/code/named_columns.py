"""Columns that the code itself names, table by table: in conditions, in what it writes, in what it asks for, and in what it does with rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.domain.code import GuardKind, OriginKind


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from assistant.domain.code import Entry, Origin

_ORDERED: Final = frozenset({"gt", "gte", "lt", "lte"})
_HABIT: Final = 4
"""Answers before they are taken for a habit."""
_MOSTLY: Final = 3
"""How many times as many, before one of two ways is the habit."""


def columns_named(entries: Iterable[Entry]) -> Mapping[str, frozenset[str]]:
    """Table, by the one spelling of its name, to columns as written; relations that are followed are among them."""
    found: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        tables = {query.id: words.table_key(query.table) for query in entry.queries}
        for query in entry.queries:
            named = [part.column for part in query.filters] + [each.column for each in query.written]
            named += query.columns or ()
            found[tables[query.id]].update(_column(one) for one in named)
        for origin in {origin for origins in _held(entry) for origin in origins}:
            if origin.kind is OriginKind.ROW and origin.row in tables:
                found[tables[origin.row]].add(_column(origin.path.lstrip("!")))
    return {table: frozenset(columns - {"", "*"}) for table, columns in found.items() if table}


def tables_that_name(entries: Iterable[Entry], names: Callable[[str], bool]) -> frozenset[str]:
    """Tables, by the one spelling of their name, of which some query names such a column."""
    return frozenset(
        words.table_key(query.table)
        for entry in entries
        for query in entry.queries
        for column in (*(part.column for part in query.filters), *(part.column for part in query.written))
        if names(column)
    )


def versioned(entries: Iterable[Entry]) -> frozenset[str]:
    """Tables of which the code selects by ``id`` and a time together."""
    found = set()
    for entry in entries:
        for query in entry.queries:
            how = {condition.column.rpartition(".")[2]: condition.operator for condition in query.filters}
            if how.get("id") == "eq" and any(operator in _ORDERED for operator in how.values()):
                found.add(words.table_key(query.table))
    return frozenset(found)


def housed(
    entries: Iterable[Entry], by_caller: Callable[[tuple[Origin, ...]], bool]
) -> Mapping[str, frozenset[frozenset[str]]]:
    """Tables whose rows are found by the caller's own tenant somewhere, with the roles that were demanded there."""
    found: dict[str, set[frozenset[str]]] = defaultdict(set)
    for entry in entries:
        roles = frozenset(
            role.lower() for guard in entry.guards if guard.kind is GuardKind.ROLE for role in guard.roles
        )
        for query in entry.queries:
            if any(words.names_house(part.column) and by_caller(part.origins) for part in query.filters):
                found[words.table_key(query.table)].add(roles)
    return {table: frozenset(roles) for table, roles in found.items()}


def read_by_colleagues(entries: Iterable[Entry], by_caller: Callable[[tuple[Origin, ...]], bool]) -> frozenset[str]:
    """Tables of which most handlers answer rows to whoever is signed in, and few only those that somebody wrote themselves: it is the habit to show them."""
    free: Counter[str] = Counter()
    own: Counter[str] = Counter()
    for entry in entries:
        for query in entry.queries:
            if query.verb != "select" or not query.returned:
                continue
            authored = (part for part in query.filters if words.names_author(part.column.rpartition(".")[2]))
            if any(by_caller(part.origins) for part in authored):
                own[words.table_key(query.table)] += 1
            elif query.tie is None:
                free[words.table_key(query.table)] += 1
    return frozenset(table for table, times in free.items() if times >= _HABIT and times > _MOSTLY * own[table])


def _column(path: str) -> str:
    """The column a path begins with; empty for what is left out."""
    return "" if path.startswith("-") else path.partition(".")[0]


def _held(entry: Entry) -> Iterator[tuple[Origin, ...]]:
    """Every origin that something of the entry has."""
    for guard in entry.guards:
        yield guard.subjects
    for act in entry.acts:
        for part in act.parts:
            yield part.origins
    for query in entry.queries:
        for condition in query.filters:
            yield condition.origins
        for written in query.written:
            yield written.origins
