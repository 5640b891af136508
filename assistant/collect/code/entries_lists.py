"""Routers that stand in a list: ``routes.forEach((one) => app.use(one.path, one.router))``, and the same as a loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.collect.code.entries_look import entry_of, local_of
from assistant.domain.syntax import (
    Attribute,
    Call,
    Declare,
    Do,
    Lambda,
    Loop,
    Name,
    Record,
    RecordPattern,
    Sequence,
)


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Expression, Function, Pattern, Statement

_MOST = 100
"""Items of the longest list that is laid out."""


def each_of(
    program: Program, module: str, within: tuple[Function, ...], statement: Statement
) -> Iterator[tuple[tuple[Statement, ...], tuple[Function, ...]]]:
    """What a loop runs, with the functions around it: once for each item when the list is written in the module."""
    found = _loop(statement)
    if found is None:
        return
    over, pattern, body, function = found
    around = (*within, function) if function is not None else within
    items = [_values(item, pattern) for item in _items(program, module, within, over)[:_MOST]]
    for values in items:
        if values is not None:
            yield tuple(_put(one, values) for one in body), around
    if not items and function is not None:
        yield body, around


def _loop(statement: Statement) -> tuple[Expression, Pattern, tuple[Statement, ...], Function | None] | None:
    """List, name of an item, body, and the function that the body is in; None for everything that is no loop over a list."""
    if isinstance(statement, Loop) and statement.pattern is not None and statement.over is not None:
        return statement.over, statement.pattern, statement.body, None
    call = statement.expression if isinstance(statement, Do) else None
    if (
        not isinstance(call, Call)
        or not isinstance(call.callee, Attribute)
        or call.callee.name not in {"forEach", "map"}
    ):
        return None
    given = call.arguments[0] if call.arguments else None
    if not isinstance(given, Lambda) or not given.function.parameters:
        return None
    return call.callee.of, given.function.parameters[0].pattern, given.function.body, given.function


def _items(program: Program, module: str, within: tuple[Function, ...], over: Expression) -> tuple[Expression, ...]:
    if isinstance(over, Name):
        inner = local_of(within, over.id)
        found = program.meaning(module, over.id) if inner is None else None
        declared = inner if inner is not None else program.declaration(found)
        here = found is None or found.module == module
        over = declared.value if isinstance(declared, Declare) and here and declared.value is not None else over
    return over.items if isinstance(over, Sequence) else ()


def _values(item: Expression, pattern: Pattern) -> dict[str, Expression] | None:
    """What names, and fields of names, stand for: ``one.path``, or ``path`` of a pattern."""
    if isinstance(pattern, Name):
        fields = {f"{pattern.id}.{one.key}": one.value for one in item.entries} if isinstance(item, Record) else {}
        return {pattern.id: item, **fields}
    if isinstance(pattern, RecordPattern) and isinstance(item, Record):
        parts = ((part.pattern, entry_of(item, part.key)) for part in pattern.parts)
        return {name.id: found.value for name, found in parts if isinstance(name, Name) and found is not None}
    return None


def _put(node: Any, values: dict[str, Expression]) -> Any:
    """A piece of the program with some names replaced."""
    if isinstance(node, Name):
        return values.get(node.id, node)
    if isinstance(node, Attribute) and isinstance(node.of, Name) and f"{node.of.id}.{node.name}" in values:
        return values[f"{node.of.id}.{node.name}"]
    if isinstance(node, tuple):
        inner = [_put(one, values) for one in node]
        return type(node)(*inner) if hasattr(node, "_fields") else tuple(inner)
    return node
