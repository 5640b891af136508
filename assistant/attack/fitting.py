"""Makes the victim's row fit what a function looks for: ``status = 'sent'``, ``due < now()``, a balance that is not zero.

The literals that the body compares with a column choose what is tried and never what it means: a call that finds nothing
because no row fits shows nothing about who may call it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.attack.actors import Side
from assistant.attack.values import typed
from assistant.sql import body
from assistant.sql.names import ident, literal, qualified


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.attack.attempt import Field
    from assistant.domain.catalog import Column, Function, Table
    from assistant.domain.names import Name

_MOST: Final = 12
"""Columns changed before one call."""
_AHEAD: Final = 60
"""Characters that are read of a comparison."""
_PLENTY: Final = 1000
"""What a balance is filled with."""
_NUMBERS: Final = frozenset({"int2", "int4", "int8", "numeric", "float4", "float8"})
_BEFORE: Final = r"(?:\b(?:where|and|or|if|when|on|not)\b|\()[\s(]*(?:\w+\.)*\"?"
"""What stands before a comparison, and not before an assignment."""


def fitted(field: Field, function: Function, tables: Iterable[Name]) -> tuple[str, ...]:
    """Statements of the tables' owner that make the victim's rows fit, one a column; those that fail change nothing."""
    text = body.without_comments(function.body)
    named = body.words(function.body)
    found: list[str] = []
    for name in tables:
        table = field.catalog.tables[name]
        where = field.seeded.where(table, Side.VICTIM)
        if where is None:
            continue
        for column in table.columns:
            if column.name.lower() not in named or not _ordinary(field, table, column):
                continue
            value = _value(field, table, column, text)
            if value is not None:
                found.append(f"update {qualified(name)} set {ident(column.name)} = {value} where {where}")
    return tuple(found[:_MOST])


def _ordinary(field: Field, table: Table, column: Column) -> bool:
    """True for a column that says neither which row it is nor whose."""
    keyed = any(column.name in key.columns for key in table.keys)
    return not (keyed or column.generated or column.array or field.graph.reference(table, column.name))


def _value(field: Field, table: Table, column: Column, text: str) -> str | None:
    """SQL text that meets the first comparison with the column; None when it does not matter."""
    start = _BEFORE + re.escape(column.name) + r"\"?(?:::\w+)?\s*"
    rests = [text[found.end() : found.end() + _AHEAD] for found in re.finditer(start, text, re.IGNORECASE)]
    rest = min(rests, key=_rank, default="")
    if re.match(r"is\s+null", rest, re.IGNORECASE):
        return "NULL"
    if column.base == "bool":
        return "false" if _negated(column, rest, text) else "true"
    listed = re.match(r"(?:=|in\s*\(|=\s*any\s*\(\s*array\s*\[)\s*'([^']*)'", rest, re.IGNORECASE)
    if listed:
        return literal(listed.group(1))
    if column.base.startswith(("timestamp", "date")):
        if any(re.match(r"<=?\s*\(?\s*(?:now\(\)|current_\w+)\s*\+", one, re.IGNORECASE) for one in rests):
            return "now() + interval '1 hour'"
        return _moment(field, table, column, rest)
    if column.base in _NUMBERS:
        return _number(field, table, column, rest)
    row = field.seeded.row(table.name, Side.VICTIM) or {}
    if re.match(r"is\s+not\s+null", rest, re.IGNORECASE) and row.get(column.name) == "NULL":
        return typed(table.name, column, Side.VICTIM)
    return None


def _rank(rest: str) -> int:
    """The strictest comparison first; ``is not null`` says least."""
    for rank, form in enumerate((r"is\s+null", r"=\s*['\d]|in\s*\(|=\s*any", r"[<>=]", r"is\b")):
        if re.match(form, rest, re.IGNORECASE):
            return rank
    return 9


def _negated(column: Column, rest: str, text: str) -> bool:
    if re.match(r"(?:=|is)\s*false", rest, re.IGNORECASE) or re.match(r"is\s+not\s+true", rest, re.IGNORECASE):
        return True
    return re.search(rf"\bnot\s+(?:\w+\.)*{re.escape(column.name)}\b", text, re.IGNORECASE) is not None


def _moment(field: Field, table: Table, column: Column, rest: str) -> str | None:
    """Long past for ``<``; for ``>`` now when something is taken off, else far ahead."""
    if rest.startswith("<"):
        return "now() - interval '10 years'"
    if rest.startswith(">"):
        return "now()" if "-" in rest.split(";", maxsplit=1)[0] else "now() + interval '10 years'"
    row = field.seeded.row(table.name, Side.VICTIM) or {}
    if re.match(r"is\s+not\s+null", rest, re.IGNORECASE) and row.get(column.name) == "NULL":
        return typed(table.name, column, Side.VICTIM)
    return None


def _number(field: Field, table: Table, column: Column, rest: str) -> str | None:
    """What the comparison with a literal asks for; plenty where the row would have nothing."""
    compared = re.match(r"(<=|>=|<|>|=)\s*(\d{1,9})\b", rest)
    if compared:
        sign, number = compared.group(1), int(compared.group(2))
        return str({"<": number - 1, ">": number + 1}.get(sign, number))
    row = field.seeded.row(table.name, Side.VICTIM) or {}
    return str(_PLENTY) if row.get(column.name, "NULL") in {"NULL", "'0'"} else None
