"""Rows that a left join of Drizzle reads along: when one of them is there, its conditions held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.drafts import WHOLE
from assistant.collect.code.recognise.chains import argument
from assistant.collect.code.recognise.drizzle_tables import column_of, conditions_of, table_of
from assistant.collect.code.values import Shape, Value


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.recognise.chains import Seen
    from assistant.collect.code.values import Step

_OUTER = frozenset({"leftJoin", "fullJoin", "leftJoinLateral"})


def joined_along(first: Step, rest: tuple[Step, ...], seen: Seen) -> tuple[tuple[str, str, str, Value], ...]:
    """``select({ p: projects, m: members }).leftJoin(members, eq(members.userId, me))``: ``m`` with its condition."""
    out: list[tuple[str, str, str, Value]] = []
    for step in rest:
        if step.name not in _OUTER or len(step.arguments or ()) < 2:  # noqa: PLR2004 - the table and the condition
            continue
        table = table_of(argument(step, 0))
        for path in _shown_as(argument(first, 0), table) if table else ():
            held = conditions_of(argument(step, 1), seen, table)
            out += [(f"{WHOLE}{path}", column, how, value) for column, how, value in held]
    return tuple(out)


def _shown_as(asked: Value | None, table: str) -> Iterator[str]:
    """Under which names the joined row, or a column of it, is answered."""
    if not isinstance(asked, Shape):
        yield table
        return
    for key, value in asked.fields.items():
        column = column_of(value)
        if (column is None and table_of(value) == table) or (column is not None and column[0] == table):
            yield key
