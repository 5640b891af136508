"""Shapes of predicates that are slow on large tables, by what was measured.

Ratios to a hand-written WHERE, 1,000,000 rows in 1,000 tenants with an index on the tenant column:
``= ANY (ARRAY (SELECT …))`` and scalar sub-selects 1, ``IN (SELECT …)`` 20, correlated EXISTS 46, the caller IN a correlated
sub-select 177, a helper function called for each row 1,300. A caller not wrapped in a sub-select is asked again for each row.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from assistant.sql.calls import as_call, calls_in
from assistant.sql.expression import read_shared, spoken
from assistant.sql.scopes import Resolved, resolve


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.domain.names import Name
    from assistant.sql.branches import Surface


class ShapeKind(StrEnum):
    """What makes it slow."""

    CALLER_PER_ROW = "caller-per-row"
    IN_SELECT = "in-select"
    CORRELATED_EXISTS = "correlated-exists"
    CALLER_IN_SELECT = "caller-in-select"
    FUNCTION_PER_ROW = "function-per-row"


RATIOS: Final = {
    ShapeKind.CALLER_PER_ROW: 2,
    ShapeKind.IN_SELECT: 20,
    ShapeKind.CORRELATED_EXISTS: 46,
    ShapeKind.CALLER_IN_SELECT: 177,
    ShapeKind.FUNCTION_PER_ROW: 1300,
}
"""Times slower than a hand-written WHERE; the first was not measured on its own and stands for "slower"."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One slow spot."""

    kind: ShapeKind
    text: str

    @property
    def ratio(self) -> int:
        """Times slower than a hand-written WHERE."""
        return RATIOS[self.kind]


def shapes(text: str | None, row: Name, surface: Surface) -> tuple[Shape, ...]:
    """The slow spots of a predicate over ``row``, slowest first."""
    expression = read_shared(text)
    if expression is None:
        return ()
    resolved = resolve(expression, row, surface.relations)

    found = (*_queries(expression, resolved), *_per_row_calls(expression, resolved, surface))
    return tuple(sorted(dict.fromkeys(found), key=lambda shape: (-shape.ratio, shape.text)))


def _about_row(node: exp.Expr, resolved: Resolved) -> bool:
    return any(use.of_row for use in resolved.within(node))


def _queries(expression: exp.Expr, resolved: Resolved) -> Iterator[Shape]:
    for node in expression.walk(bfs=False):
        if isinstance(node, exp.Exists) and _about_row(node, resolved):
            yield Shape(ShapeKind.CORRELATED_EXISTS, spoken(node))
        query = _queried(node)
        if query is None:
            continue
        asks_row = _about_row(node.this, resolved)
        if _about_row(query, resolved):
            yield Shape(ShapeKind.CORRELATED_EXISTS if asks_row else ShapeKind.CALLER_IN_SELECT, spoken(node))
        elif asks_row:
            yield Shape(ShapeKind.IN_SELECT, spoken(node))


def _per_row_calls(expression: exp.Expr, resolved: Resolved, surface: Surface) -> Iterator[Shape]:
    for call in calls_in(expression):
        if call.node.find_ancestor(exp.Select) is not None:
            continue
        if surface.helper(call) is not None and any(_about_row(argument, resolved) for argument in call.arguments):
            yield Shape(ShapeKind.FUNCTION_PER_ROW, spoken(call.node))
        elif call.names_caller and call.schema == "auth":
            yield Shape(ShapeKind.CALLER_PER_ROW, spoken(call.node))


def _queried(node: exp.Expr) -> exp.Expr | None:
    """The query of ``x IN (SELECT …)`` or ``x = ANY (SELECT …)``; an ARRAY around it makes it fast."""
    if isinstance(node, exp.In):
        query = node.args.get("query")
        return query if isinstance(query, exp.Expr) else None
    if isinstance(node, exp.EQ) and isinstance(node.expression, exp.Any):
        inner = node.expression.this
        while isinstance(inner, exp.Paren):
            inner = inner.this
        selects = isinstance(inner, (exp.Subquery, exp.Select)) and as_call(inner) is None
        return inner if selects else None
    return None
