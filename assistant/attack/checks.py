"""Values that a refused row might be accepted with: a small search over the columns a constraint names.

It never understands a CHECK. It takes the literals out of its text, adds what such checks usually want, and lets the
server decide; after sixty tries the check is given up, dropped in the shadow and reported.
"""

from __future__ import annotations

import re
from itertools import islice, product
from typing import TYPE_CHECKING, Final

from assistant.sql.names import literal


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from assistant.attack.rows import Row
    from assistant.domain.catalog import Column, Table

TRIES: Final = 60
"""Rows tried for one constraint."""

_LONGEST: Final = 5_000
"""Characters that a length check may ask for."""
_TEXT: Final = frozenset({"text", "varchar", "bpchar", "citext"})
_NUMBERS: Final = frozenset({"int2", "int4", "int8", "numeric", "float4", "float8", "money"})
_CANNED: Final = (
    "zq@example.test",
    "https://example.test/zq",
    "+15550100",
    "zq-zq",
    "a",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "0123456789abcdef0123456789abcdef01234567",
    "#aabbcc",
    "en",
    "USD",
    "zq/zq",
    "zq.txt",
    "00000",
    "09:00",
    "1.0.0",
    "",
)


def candidates(
    table: Table,
    row: Row,
    columns: Sequence[str],
    definition: str,
    others: Mapping[str, Sequence[str]] | None = None,
) -> Iterator[Row]:
    """Rows that differ from ``row`` in the columns of a constraint, at most sixty, the likeliest first.

    ``others`` are values a column may take that its type does not tell: the ids of other people.
    """
    shapes = [shape for name in columns if (shape := table.column(name)) is not None and not shape.generated]
    choices = [
        _choices(shape, row.get(shape.name), definition, len(shapes), tuple((others or {}).get(shape.name, ())))
        for shape in shapes
    ]
    tried = islice(product(*choices), TRIES)
    for values in tried:
        changed = dict(row)
        for shape, value in zip(shapes, values, strict=True):
            if value is None:
                changed.pop(shape.name, None)
            else:
                changed[shape.name] = value
        yield changed


def substitutes(table: Table, row: Row, keep: Sequence[str]) -> Iterator[Row]:
    """Rows for a refusal that names no column: one column at a time made NULL, defaulted or plain."""
    for shape in table.columns:
        if shape.name not in row or shape.name in keep:
            continue
        values: list[str | None] = []
        if not shape.not_null:
            values.append("NULL")
        if shape.default is not None:
            values.append(None)
        if shape.not_null:
            values += [literal(text) for text in ("", "0", "{}", "[]", "a", "1")]
        for value in values:
            changed = dict(row)
            if value is None:
                changed.pop(shape.name)
            else:
                changed[shape.name] = value
            yield changed


def _choices(
    shape: Column, now: str | None, definition: str, columns: int, others: tuple[str, ...]
) -> list[str | None]:
    """Values for one column; with several columns in play each gets fewer, so that all combinations are met."""
    room = {1: TRIES, 2: 8, 3: 4}.get(columns, 2)
    found: list[str | None] = [now, *others]
    if not shape.not_null and columns > 1:
        found.append("NULL")
    found += _mentioned(shape, definition)
    if not shape.not_null:
        found.append("NULL")
    if shape.base in _TEXT and not shape.array:
        found += [literal(text) for text in _CANNED]
    elif shape.base in _NUMBERS and not shape.array:
        found += ["1", "0", "2", "10", "100", "0.5"]
    elif shape.base == "bool":
        found += ["true", "false"]
    elif shape.base in {"json", "jsonb"}:
        found += ["'{}'", "'[]'", "'\"zq\"'", "'[{}]'", "'1'"]
    elif shape.base.startswith(("timestamp", "date")):
        found += ["now()", "now() - interval '1 hour'", "now() + interval '1 day'", "now() + interval '20 years'"]
    elif shape.labels:
        found += [literal(label) for label in shape.labels]
    if shape.array:
        found += ["'{}'", *(_one_element(text) for text in _literals(definition))]
    return list(dict.fromkeys(found))[:room]


def _mentioned(shape: Column, definition: str) -> list[str | None]:
    """What the constraint itself says about values of that type."""
    if shape.base in _TEXT:
        texts = [text for text in _literals(definition) if not _looks_like_pattern(text)]
        lengths = [int(number) for number in re.findall(r"length\([^)]*\)+ *(?:>=|>|=|<=|<) *(\d+)", definition)]
        sized = [literal("z" * size) for number in lengths for size in (number, number + 1) if 0 < size <= _LONGEST]
        return [*sized, *(literal(text) for text in texts)]
    if shape.base in _NUMBERS:
        numbers = [float(text) for text in re.findall(r"(?<![\w.])\(?(-?\d+(?:\.\d+)?)", definition)]
        near = [number + delta for number in numbers for delta in (0, 1, -1)]
        return [f"({number:.0f})" if number == int(number) else f"({number})" for number in near]
    return [literal(text) for text in _literals(definition)] if shape.labels else []


def _literals(definition: str) -> list[str]:
    return [text.replace("''", "'") for text in re.findall(r"'((?:[^']|'')*)'", definition)]


def _looks_like_pattern(text: str) -> bool:
    return any(mark in text for mark in ("^", "$", "\\", "%", "[", "*"))


def _one_element(text: str) -> str:
    return literal('{"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"}')
