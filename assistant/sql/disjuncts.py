"""A predicate split at its outermost OR, each part as PostgreSQL text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from assistant.sql.expression import read, write


if TYPE_CHECKING:
    from collections.abc import Iterator


def disjuncts(text: str | None) -> tuple[str, ...]:
    """The parts of ``a OR b``; the text as it was given where there is only one, nothing where it is absent or unreadable."""
    expression = read(text)
    if expression is None or text is None:
        return ()
    if not isinstance(expression.unnest(), exp.Or):
        return (text,)
    return tuple(f"({write(part)})" for part in _parts(expression))


def _parts(node: exp.Expr) -> Iterator[exp.Expr]:
    inner = node.unnest()
    if isinstance(inner, exp.Or):
        yield from _parts(inner.this)
        yield from _parts(inner.expression)
    else:
        yield inner
