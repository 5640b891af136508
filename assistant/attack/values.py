"""Canary values: for every column a typed constant that says whose it is and where it stands.

Text is ``zq<side>_<table>_<column>``, keys are uuid5 of the same three, numbers are derived from them: what a view or a
function gives back can be attributed without reading its query. Nothing here is random and nothing knows the time.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from assistant.attack.actors import Side
from assistant.sql.names import literal


if TYPE_CHECKING:
    from assistant.domain.catalog import Column
    from assistant.domain.names import Name

CANARY: Final = re.compile(r"zq([ambnxop])[_-]([^\"',}\s@]*)")
"""A text canary in any output: the side, then the table and column."""

_HEADER: Final = 4
"""Bytes that a type modifier counts beside the length it stands for."""
_MARKER: Final = 4
"""Characters below which a canary cannot say more than whose it is."""
_DIGITS: Final = 7
"""Digits of the usual number."""
_SPACE: Final = UUID("7a717374-616e-6368-a000-000000000000")
_SIDES: Final = {side: index for index, side in enumerate(Side)}
_TEXT: Final = frozenset({"text", "varchar", "bpchar", "citext", "name", "char"})
_INTEGERS: Final = {"int2": (20_000, 1_500), "int4": (1_000_000, 8_000_000), "int8": (1_000_000, 8_000_000)}
_RANGES: Final = {
    "int4range": "[{0},{1})",
    "int8range": "[{0},{1})",
    "numrange": "[{0},{1})",
    "daterange": "[2020-01-01,2020-01-02)",
    "tsrange": "[2020-01-01,2020-01-02)",
    "tstzrange": "[2020-01-01,2020-01-02)",
}
_LASTING: Final = re.compile(r"expir|valid_(until|to|till)|until$|ends?_|_ends?$|deadline|due|next_")
_BEGINNING: Final = re.compile(r"start|begin|valid_from|since")


def canary_uuid(table: Name, column: str, side: Side) -> str:
    """The uuid of that column of that side's row."""
    return str(uuid5(_SPACE, f"{table}.{column}.{side.value}"))


def canary_text(table: Name, column: str, side: Side, room: int = 0) -> str:
    """Readable text that names side, table and column; ``room`` is the length limit in characters, 0 for none."""
    full = f"zq{side.value}_{table.name}_{column}"
    if not room or len(full) <= room:
        return full
    if room < _MARKER:
        return ("abmnxop"[_SIDES[side]] * room)[:room]
    digest = f"{zlib.crc32(full.encode()):08x}"
    return f"zq{side.value}{digest}"[:room]


def canary_number(table: Name, column: str, side: Side, base: int, spread: int) -> int:
    """A number that differs by side and almost surely by column."""
    seed = zlib.crc32(f"{table}.{column}".encode())
    return base + (seed % spread) // 8 * 8 + _SIDES[side]


def account_email(side: Side) -> str:
    """The address of that side's account, in its token and in its rows alike."""
    return f"zq{side.value}@example.test"


def room_of(column: Column) -> int:
    """Length limit of a text column in characters, 0 for none."""
    if column.base == "bpchar":
        return column.typmod - _HEADER if column.typmod > _HEADER else 1
    if column.base == "varchar" and column.typmod > _HEADER:
        return column.typmod - _HEADER
    return {"char": 1, "name": 63}.get(column.base, 0)


def key_text(table: Name, column: Column, side: Side) -> str | None:
    """The text form of a key value, or None when the type has no steady one (a timestamp, a document)."""
    base = column.base
    if column.array:
        return None
    if base == "uuid":
        return canary_uuid(table, column.name, side)
    if column.labels:
        return column.labels[_SIDES[side] % len(column.labels)]
    if base in _TEXT:
        return _named_text(table, column, side)
    if base in _INTEGERS:
        return str(canary_number(table, column.name, side, *_INTEGERS[base]))
    if base in {"numeric", "float4", "float8"}:
        return str(_numeric(table, column, side))
    if base in {"inet", "cidr"}:
        number = canary_number(table, column.name, side, 0, 1 << 24)
        return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    if base == "date":
        number = canary_number(table, column.name, side, 0, 200)
        return f"20{20 + number // 12 % 60}-{number % 12 + 1:02d}-15"
    return None


def typed(table: Name, column: Column, side: Side) -> str:
    """An SQL literal or expression for the column; ``NULL`` for a type nobody here knows."""
    if column.array:
        inner = key_text(table, column_of_element(column), side)
        return literal("{}" if inner is None else "{" + _array_item(inner) + "}")
    if column.base in {"timestamptz", "timestamp", "date", "time", "timetz"}:
        return _moment(column)
    text = key_text(table, column, side)
    if text is None:
        text = _other(table, column, side)
    return literal(text)


def column_of_element(column: Column) -> Column:
    """The column an array's element would be."""
    from dataclasses import replace

    return replace(column, array=False)


def _array_item(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _named_text(table: Name, column: Column, side: Side) -> str:
    room = room_of(column)
    name = column.name.lower()
    if re.search(r"(^|_)e?mail(_address)?$", name) and not room:
        return account_email(side)
    if re.search(r"(^|_)(url|uri|website|link|href|endpoint)$", name) and not room:
        return f"https://example.test/{canary_text(table, column.name, side)}"
    if name in {"slug", "handle", "subdomain"} and not room:
        return canary_text(table, column.name, side).replace("_", "-").lower()
    if re.search(r"(^|_)(currency|country|locale|language)(_code)?$", name) and room in {2, 3}:
        return ("abmnxop"[_SIDES[side]] * room)[:room]
    return canary_text(table, column.name, side, room)


def _numeric(table: Name, column: Column, side: Side) -> int:
    if column.base == "numeric" and column.typmod > _HEADER:
        precision = (column.typmod - _HEADER) >> 16 & 0xFFFF
        scale = (column.typmod - _HEADER) & 0x7FF
        digits = precision - scale
        if digits <= 0:
            return 0
        if digits < _DIGITS:
            return (1 + _SIDES[side]) % int(10**digits)
    return canary_number(table, column.name, side, 1_000_000, 8_000_000)


def _moment(column: Column) -> str:
    """A time relative to the server's now: fixed dates fall out of windows that policies check."""
    name = column.name.lower()
    if column.base in {"time", "timetz"}:
        return "'12:00'"
    if _LASTING.search(name):
        moment = "now() + interval '10 years'"
    elif _BEGINNING.search(name):
        moment = "now() - interval '1 day'"
    else:
        moment = "now()"
    return f"({moment})::date" if column.base == "date" else moment


def _other(table: Name, column: Column, side: Side) -> str | None:
    base = column.base
    canary = canary_text(table, column.name, side)
    number = canary_number(table, column.name, side, 0, 200)
    if base in {"json", "jsonb"}:
        return f'{{"zq": "{_json_safe(canary)}"}}'
    if base in {"vector", "halfvec"}:
        return _vector(column.typmod if column.typmod > 0 else 3, _SIDES[side])
    if base == "sparsevec":
        return f"{{{_SIDES[side] + 1}:1}}/{column.typmod if column.typmod > 0 else 8}"
    if base in _RANGES:
        return _RANGES[base].format(number, number + 1)
    simple = {
        "bool": "false",
        "bytea": "\\x" + canary.encode().hex(),
        "interval": "1 day",
        "money": str(number),
        "tsvector": canary,
        "tsquery": "zq",
        "xml": "<zq/>",
        "macaddr": f"08:00:2b:01:02:{number % 256:02x}",
        "bit": "0" * max(column.typmod, 1),
        "varbit": "0",
        "point": f"({number},0)",
        "box": "((0,0),(1,1))",
        "circle": "<(0,0),1>",
        "line": "{1,1,1}",
        "lseg": "[(0,0),(1,1)]",
        "path": "[(0,0),(1,1)]",
        "polygon": "((0,0),(1,1),(1,0))",
        "oid": str(number),
        "hstore": f'"zq"=>"{_json_safe(canary)}"',
        "ltree": re.sub(r"\W", "_", canary),
        "jsonpath": "$",
        "pg_lsn": "0/1",
    }
    return simple.get(base)


def _json_safe(text: str) -> str:
    return re.sub(r"[^\w.-]", "_", text)


def _vector(dimensions: int, hot: int) -> str:
    """A unit vector: whatever the distance, it is a legal and a near neighbour."""
    return "[" + ",".join("1" if place == hot % dimensions else "0" for place in range(dimensions)) + "]"
