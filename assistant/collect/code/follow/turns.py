"""Middleware that a function of the repository runs in turn: ``const dispatch = (n) => n === list.length ? last(ctx) : list[n](ctx, () => dispatch(n + 1))``.

Such a function calls itself once for each item, and the next one begins where the one before says so, knowing what that found out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from assistant.collect.code.values import Closure, Constant, Listed, Native
from assistant.collect.code.walking import nodes_of
from assistant.domain.syntax import Attribute, Binary, Call, Index, Literal, Name


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.follow.scope import Scope
    from assistant.collect.code.values import Value
    from assistant.domain.syntax import Function

_MOST = 8
"""Items that are gone through."""
_FRAMES = 3
"""Functions that stand for one item: the one that calls itself, the item, and what it is given to go on."""


class Turn(NamedTuple):
    """What a function that goes through a list calls things."""

    number: str
    """Its parameter."""
    items: str
    """The list."""


def turn_of(run: Run, function: Function) -> Turn | None:
    """The names of a function that calls itself for the next item of a list; None for every other function."""
    known = run.world.turns
    if id(function) not in known:
        known[id(function)] = _look(function)
    return known[id(function)]


def _look(function: Function) -> Turn | None:
    first = function.parameters[0].pattern if len(function.parameters) == 1 else None
    if not isinstance(first, Name):
        return None
    items, again = "", False
    for node in nodes_of(function.body):
        if isinstance(node, Index) and isinstance(node.of, Name) and isinstance(node.key, Name):
            items = node.of.id if node.key.id == first.id else items
        elif isinstance(node, Call) and isinstance(node.callee, Name) and len(node.arguments) == 1:
            again = again or _is_next(node.arguments[0], first.id)
    return Turn(first.id, items) if items and again else None


def _is_next(node: object, number: str) -> bool:
    return (
        isinstance(node, Binary)
        and node.operator == "+"
        and isinstance(node.left, Name)
        and node.left.id == number
        and isinstance(node.right, Literal)
        and node.right.value == 1
    )


def numbered(run: Run, closure: Closure, arguments: tuple[Value, ...]) -> tuple[Value, ...] | None:
    """The number of the item whose turn it is, for a function that goes through a list of functions; None for every other one."""
    if len(arguments) != 1:
        return None
    times = sum(one is closure.function for one in run.running)
    if times == 0 and not _is_first(arguments[0]):
        return None
    turn = turn_of(run, closure.function)
    items = closure.scope.find(turn.items) if turn is not None and closure.scope is not None else None
    if not isinstance(items, Listed) or not all(isinstance(one, Closure | Native) for one in items.items):
        return None
    return (Constant(times),) if times <= min(len(items.items), _MOST) else None


def _is_first(value: Value) -> bool:
    return isinstance(value, Constant) and not isinstance(value.value, bool) and value.value == 0


def deep(run: Run) -> int:
    """How many functions are running, those for one item counted as one."""
    turns = sum(turn_of(run, one) is not None for one in run.running)
    return len(run.frames) - (_FRAMES - 1) * turns


def at_the_end(run: Run, node: Binary, scope: Scope, number: Value) -> Constant | None:
    """``n === list.length`` in such a function; None for every other comparison."""
    size = node.right
    if not isinstance(size, Attribute) or size.name != "length" or not isinstance(size.of, Name):
        return None
    if not isinstance(node.left, Name) or not isinstance(number, Constant) or not run.running:
        return None
    turn = turn_of(run, run.running[-1])
    if turn is None or (node.left.id, size.of.id) != turn:
        return None
    items = scope.find(turn.items)
    if not isinstance(items, Listed) or isinstance(number.value, str) or number.value is None:
        return None
    return Constant(number.value == len(items.items)) if node.operator in {"===", "=="} else None
