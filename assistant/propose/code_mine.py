"""How handlers of the same kind write the caller's part of a column: ``ctx.session.activeOrganizationId``, ``Number(ctx.id)``.

What is told is the expression of a query whose condition the map knows to come from the caller and from nothing else.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.domain.code import OriginKind


if TYPE_CHECKING:
    from assistant.domain.code import Entry, Query
    from assistant.propose.code_ground import CodeGround

_READ: Final = r"[A-Za-z_$][\w$]*(?:[.?!]+[\w$]+)+"
_VALUE: Final = rf"(?P<said>(?:Number|String|parseInt|BigInt)\({_READ}\)|{_READ})"


def mine(ground: CodeGround, entry: Entry, column: str) -> str:
    """What most of them compare a column of that name with, those of the same file first; for a person's column any person's will do."""
    last = column.rsplit(".", 1)[-1]
    for wanted in (words.snake(last), "person") if _person(last) else (words.snake(last),):
        found = _said(ground).get((entry.kind.value, wanted), {})
        near = found.get(entry.place.file) or sum(found.values(), Counter())
        if near:
            return max(sorted(near), key=lambda one: near[one])
    return ""


def _person(column: str) -> bool:
    """The account's key, and not its address."""
    return words.names_self(column) and not words.names_tenant(column) and words.snake(column).endswith("id")


def _said(ground: CodeGround) -> dict[tuple[str, str], dict[str, Counter[str]]]:
    """Expressions with their numbers, by kind of handler, name of the column, and file."""
    if not ground.mine_said:
        ground.mine_said[("", "")] = {}
        for other in ground.map.entries:
            for query in other.queries:
                if query.via or query.place.file != other.place.file or not query.at[1]:
                    continue
                for column in _own(query):
                    said = _written(ground, query, column)
                    held = ground.mine_said.setdefault((other.kind.value, words.snake(column)), {})
                    if said:
                        held.setdefault(other.place.file, Counter())[said] += 1
                    if said and _person(column):
                        people = ground.mine_said.setdefault((other.kind.value, "person"), {})
                        people.setdefault(other.place.file, Counter())[said] += 1
    return ground.mine_said


def _own(query: Query) -> list[str]:
    """Columns that are compared with the caller, or filled from the caller, and from nobody else."""
    held = [(one.column, one.origins) for one in query.filters if one.operator == "eq"]
    held += [(one.column, one.origins) for one in query.written]
    return [
        column
        for column, origins in held
        if column not in {"", "*"} and origins and all(one.kind is OriginKind.CALLER for one in origins)
    ]


def _written(ground: CodeGround, query: Query, column: str) -> str:
    """The expression as the query writes it; empty for a name of the handler's own."""
    name = re.escape(column.rsplit(".", 1)[-1])
    text = ground.written(query)
    for shape in (
        rf"(?<![\w.]){name}\s*:\s*{_VALUE}\s*[,}}\n]",
        rf"\beq\(\s*[\w.]*\.{name}\s*,\s*{_VALUE}\s*,?\s*\)",
        rf"\.eq\(\s*[\"'`]{name}[\"'`]\s*,\s*{_VALUE}\s*,?\s*\)",
    ):
        found = re.search(shape, text)
        if found is not None:
            return found["said"]
    return ""
