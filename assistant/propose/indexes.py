"""An index for every column a policy filters on, built without blocking writers, each in a file of its own.

Without one, a policy turns every read into a scan of the whole table: the fix would become the next incident.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from assistant.domain.fixes import Statement
from assistant.sql.names import ident, qualified


if TYPE_CHECKING:
    from assistant.domain.catalog import Table
    from assistant.domain.names import Name
    from assistant.propose.ground import Ground
    from assistant.propose.shapes import Guard
    from assistant.propose.workshop import Helper

_LONGEST: Final = 63
_ACCESS: Final = frozenset({"btree", "hash"})


def wanted_indexes(
    ground: Ground, table: Table, guards: tuple[Guard, ...], helpers: tuple[Helper, ...]
) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """Forward and undo for the columns that the guards and their helpers filter on and no index leads with."""
    wanted: dict[tuple[Name, str], None] = {}
    for guard in guards:
        if guard.using is not None:
            wanted.update({(table.name, column): None for column in guard.using.columns})
    for helper in _all(helpers):
        for name, columns in helper.indexes:
            wanted.update({(name, column): None for column in columns[:1]})
    return index_statements(ground, tuple(wanted))


def index_statements(
    ground: Ground, wanted: tuple[tuple[Name, str], ...]
) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """CREATE INDEX CONCURRENTLY for each column without an index, and its undo."""
    forward, undo = [], []
    for name, column in wanted:
        table = ground.catalog.tables.get(name)
        if table is None or table.kind == "foreign" or is_indexed(table, column):
            continue
        index = _free_name(ground, table, column)
        # a partitioned table cannot be indexed concurrently
        how = "" if table.kind == "partitioned" else " CONCURRENTLY"
        on = f"{qualified(name)} ({ident(column)})"
        forward.append(
            Statement(
                sql=f"CREATE INDEX{how} IF NOT EXISTS {ident(index)} ON {on}",
                comment=f"Policies filter {name} by {column}.",
                own_file=True,
            )
        )
        undo.append(Statement(sql=f"DROP INDEX IF EXISTS {ident(name.schema)}.{ident(index)}"))
    return tuple(forward), tuple(undo)


def is_indexed(table: Table, column: str) -> bool:
    """True when a usable index leads with the column."""
    leads = any(
        index.columns[:1] == (column,) and not index.partial and index.method in _ACCESS for index in table.indexes
    )
    return leads or any(key.columns[:1] == (column,) for key in table.keys)


def _all(helpers: tuple[Helper, ...]) -> tuple[Helper, ...]:
    found: dict[Helper, None] = {}
    for helper in helpers:
        found.update(dict.fromkeys(_all(helper.needs)))
        found[helper] = None
    return tuple(found)


def _free_name(ground: Ground, table: Table, column: str) -> str:
    taken = {
        index.name
        for other in ground.catalog.tables.values()
        if other.name.schema == table.name.schema
        for index in other.indexes
    } | {name.name for name in ground.catalog.tables if name.schema == table.name.schema}
    wish = f"{table.name.name}_{column}_idx"
    digest = hashlib.sha256(wish.encode()).hexdigest()[:8]
    for name in (wish, f"{wish[:-4]}_stanch_idx", f"stanch_{digest}_idx"):
        if len(name.encode()) <= _LONGEST and name not in taken:
            return name
    return f"stanch_{digest}_{len(taken)}_idx"
