"""Proven parts of the request whose name says nothing, ``req.query.id`` of a space's folder: which column holds them, as the handlers beside it write it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.domain.code import GuardKind, OriginKind, TieKind


if TYPE_CHECKING:
    from assistant.domain.code import Entry, Origin, Query
    from assistant.propose.code_ground import CodeGround

_PROVES: Final = frozenset({GuardKind.MEMBERSHIP, GuardKind.ROLE, GuardKind.OWNER})
_READS: Final = re.compile(r"[\w.?!()\s]+")
"""``parseInt(req.query.id as string)``: reads and conversions alone."""


def spoken(ground: CodeGround, entry: Entry, table: str, engine: str) -> dict[str, str]:
    """Columns of a table with the expression that other queries compare them with, or fill them with, where that is what a guard of this entry proved."""
    proven = _proven(entry)
    out: dict[str, str] = {}
    near = _on_table(ground, table) if proven else []
    for other, query in sorted(near, key=lambda one: (one[0].place.file != entry.place.file, one[0].id)):
        if query.engine != engine or not query.at[1]:
            continue
        for column, path in _chosen(query):
            same = path in proven and _same_part(entry, other, path)
            if not same or column in out or words.snake(column) == "id" or not ground.has(table, engine, column):
                continue
            said = _written(ground, query, column)
            if said and (other.place.file == entry.place.file or "." in said):
                out[column] = said
    return out


def _on_table(ground: CodeGround, table: str) -> list[tuple[Entry, Query]]:
    """Queries of a table with the entries they stand in."""
    if not ground.by_table:
        for other in ground.map.entries:
            for query in other.queries:
                ground.by_table.setdefault(words.table_key(query.table), []).append((other, query))
    return ground.by_table.get(words.table_key(table), [])


def _proven(entry: Entry) -> set[str]:
    """Parts of the request that a guard compared, or that found the row which it asked for."""
    rows = {query.id: query for query in entry.queries}
    out: set[str] = set()
    for guard in entry.guards:
        if guard.kind not in _PROVES or guard.weakness is not None:
            continue
        for subject in guard.subjects:
            if subject.kind is OriginKind.REQUEST:
                out.add(subject.path)
            read = rows.get(subject.row) if subject.kind is OriginKind.ROW else None
            if read is not None and read.tie is not None and read.tie.kind is TieKind.FILTER:
                out |= {path for _, path in _chosen(read)}
    return out


def _chosen(query: Query) -> list[tuple[str, str]]:
    """Columns that hold one part of the request and nothing else, with that part."""
    held: list[tuple[str, tuple[Origin, ...]]] = [
        *((one.column, one.origins) for one in query.filters if one.operator == "eq"),
        *((one.column, one.origins) for one in query.written),
    ]
    return [
        (column, origins[0].path)
        for column, origins in held
        if len(origins) == 1 and origins[0].kind is OriginKind.REQUEST and column and "." not in column
    ]


def _same_part(entry: Entry, other: Entry, path: str) -> bool:
    """The same segment of the same address: ``/workspace/[id]`` of both."""
    part = f"[{path.rsplit('.', 1)[-1]}]"
    mine, theirs = entry.path.partition(part), other.path.partition(part)
    return bool(mine[1]) and mine[:2] == theirs[:2]


def _written(ground: CodeGround, query: Query, column: str) -> str:
    """What a query compares or fills a column with, as it is written there; empty when that is more than a read."""
    from codemods.tsx.tree import around, field, parse, text, walk

    if not query.place.file.endswith((".ts", ".tsx", ".js", ".jsx", ".mjs")):
        return ""
    root = parse(ground.text(query.place.file).encode(), query.place.file)
    for one in walk(around(root, query.at)):
        if one.type == "shorthand_property_identifier" and text(one) == column:
            return column
        if one.type == "pair" and text(field(one, "key")) == column:
            said = text(field(one, "value"))
            return said if _READS.fullmatch(said) else ""
    return ""
