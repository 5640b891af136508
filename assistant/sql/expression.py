"""Predicates as sqlglot expressions: the one door to the parser for the rest of the room.

sqlglot is told to be quiet (it logs a warning for every statement it does not model) and is only ever handed what stands
inside the parentheses of a policy or a query; statement heads are ours. Text it cannot read is None, never an exception.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from sqlglot import exp, parse, parse_one
from sqlglot.errors import SqlglotError


if TYPE_CHECKING:
    from collections.abc import Iterator

logging.getLogger("sqlglot").setLevel(logging.CRITICAL)

DIALECT: Final = "postgres"


@lru_cache(maxsize=4096)
def _parsed(text: str) -> exp.Expr | None:
    try:
        return parse_one(text, read=DIALECT)
    except (SqlglotError, RecursionError, ValueError):
        return None


def read(text: str | None) -> exp.Expr | None:
    """The predicate as an expression the caller may change; None when it is absent or cannot be read."""
    if text is None or not text.strip():
        return None
    found = _parsed(text)
    if found is None or isinstance(found, exp.Command):
        return None
    return found.copy()


def read_shared(text: str | None) -> exp.Expr | None:
    """Like :func:`read` without the copy: only for looking."""
    if text is None or not text.strip():
        return None
    found = _parsed(text)
    return None if isinstance(found, exp.Command) else found


def statements(text: str) -> Iterator[exp.Expr]:
    """The statements of a SQL function's body that can be read, in order."""
    try:
        found = parse(text, read=DIALECT)
    except (SqlglotError, RecursionError, ValueError):
        return
    for statement in found:
        if statement is not None and not isinstance(statement, exp.Command):
            yield statement


def write(expression: exp.Expr) -> str:
    """PostgreSQL text of an expression; function names keep the case they had."""
    return expression.sql(dialect=DIALECT, normalize_functions=False)


def spoken(expression: exp.Expr) -> str:
    """Text for people: like :func:`write`, without the casts that PostgreSQL puts on every literal. Never to be executed."""
    copy = exp.Paren(this=expression.copy())
    for cast in list(copy.find_all(exp.Cast)):
        if isinstance(cast.this, exp.Literal):
            cast.replace(cast.this.copy())
    return str(copy.this.sql(dialect=DIALECT, normalize_functions=False, copy=False))


def bare(expression: exp.Expr) -> exp.Expr:
    """The expression under parentheses and casts."""
    while isinstance(expression, (exp.Paren, exp.Cast, exp.TryCast)):
        expression = expression.this
    return expression


def unwrapped(expression: exp.Expr) -> exp.Expr:
    """The expression under parentheses, casts and a scalar ``(select …)`` without FROM."""
    while True:
        expression = bare(expression)
        if isinstance(expression, exp.Subquery):
            expression = expression.this
        if not isinstance(expression, exp.Select):
            return expression
        if expression.args.get("from_") or len(expression.expressions) != 1:
            return expression
        only = expression.expressions[0]
        expression = only.this if isinstance(only, exp.Alias) else only
