"""The two small languages inside PostgREST strings: what ``select`` asks for and what ``or`` asks."""

from __future__ import annotations

import re

from assistant.collect.code.recognise.conditions import Condition, negated, operator
from assistant.collect.code.values import UNKNOWN, Constant, Listed, Value


_HOLE = re.compile(r"\$(\d+)")
_EMBEDDED = re.compile(r"^(?:\.\.\.)?(?:[\w-]+:)?([\w.-]+)(?:![\w-]+)*\((.*)\)$", re.DOTALL)


def columns_of(value: Value | None) -> tuple[str, ...] | None:
    """Columns that a ``select`` asks for; None for whole rows and for text that is not written in the code.

    Embedded tables give ``messages.*`` or ``messages.body``; an asterisk beside them stays as ``*``.
    """
    if value is None:
        return None
    if not isinstance(value, Constant) or not isinstance(value.value, str):
        return None
    columns = _asked(value.value)
    return None if columns in ([], ["*"]) else tuple(columns)


def optional(value: Value | None) -> frozenset[str]:
    """Embedded tables that leave the row where they have none: a condition on them chooses what is read along, and no rows (``!inner`` does)."""
    if not isinstance(value, Constant) or not isinstance(value.value, str):
        return frozenset()
    found: set[str] = set()
    for part in _split(value.value):
        embedded = _EMBEDDED.match(part)
        head = part.partition("(")[0]
        if embedded and "!inner" not in head:
            found |= {name for name in re.split(r"[:!]", head.strip(".")) if name}
    return frozenset(found)


def _asked(text: str, prefix: str = "") -> list[str]:
    out: list[str] = []
    for part in _split(text):
        found = _EMBEDDED.match(part)
        if found and found[2].strip() == "" and found[1] in {"count", "sum", "avg", "min", "max"}:
            continue
        if found:
            name = found[1].partition("!")[0]
            out += _asked(found[2], f"{prefix}{name}.") or [f"{prefix}{name}"]
            continue
        column = re.sub(r"::\w+$", "", part).rpartition(":")[2] if "->" not in part else part
        column = re.sub(r"\.(?:count|sum|avg|min|max)\(\)$", "", column)
        if column:
            out.append(prefix + column.strip().strip('"'))
    return out


def _split(text: str) -> list[str]:
    """Parts between commas outside of parentheses and quotes."""
    parts, depth, quoted, current = [], 0, False, ""
    for sign in text:
        if sign == '"':
            quoted = not quoted
        if not quoted:
            depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0 and not quoted:
            parts.append(current)
            current = ""
        else:
            current += sign
    parts.append(current)
    return [re.sub(r"\s+", "", part) if '"' not in part else part.strip() for part in parts if part.strip()]


def conditions_in(text: str, values: tuple[Value, ...]) -> list[list[Condition]]:
    """Alternatives of ``or("user_id.eq.$1,and(team_id.eq.$2,public.is.true)")``, each with the conditions that hold together."""
    return [_condition(part, values) for part in _split(text)]


def _condition(part: str, values: tuple[Value, ...]) -> list[Condition]:
    low = part.lower()
    for word in ("not.and(", "not.or("):
        if low.startswith(word):
            return negated([each for branch in conditions_in(part[len(word) : -1], values) for each in branch])
    for word in ("and(", "or("):
        if low.startswith(word) and part.endswith(")"):
            return [each for branch in conditions_in(part[len(word) : -1], values) for each in branch]
    return _compared(part, values)


def _compared(part: str, values: tuple[Value, ...]) -> list[Condition]:
    match = re.match(
        r"^(.+?)\.(not\.)?(eq|neq|gte|gt|lte|lt|like|ilike|in|is|cs|cd|ov|fts|plfts|phfts|wfts|match|imatch)(?:\((?:any|all)\))?\.(.*)$",
        part,
    )
    if match is None:
        return [("", "match", _value(part, values))]
    column = match[1] if "$" not in match[1] else ""
    condition: list[Condition] = [(column, operator(match[3]), _value(match[4], values))]
    return negated(condition) if match[2] else condition


def _value(text: str, values: tuple[Value, ...]) -> Value:
    holes = [int(number) for number in _HOLE.findall(text)]
    known = [values[number - 1] for number in holes if 0 < number <= len(values)]
    if not holes:
        return Constant(text.strip("()"))
    if len(known) == 1:
        return known[0]
    return Listed(tuple(known)) if known else UNKNOWN
