"""Calls after which a handler does nothing more: ``await route(req, res);`` at its end answers for it, as if it were returned."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from assistant.collect.code.entries_look import functions_in, statements_in
from assistant.collect.code.walking import expressions_of
from assistant.domain.syntax import Assign, Await, Call, Declare, Do, If, Jump, Name, Return, Switch, Try


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.domain.syntax import Expression, Function, Statement

_BLOCKS: Final = ("then", "otherwise", "body", "handler", "last")
_NEXT = 2
"""Position of ``next`` among the parameters of Express's middleware."""


def last_of(body: tuple[Statement, ...]) -> frozenset[int]:
    """The statements, by their identity, behind which the body ends on its way."""
    return frozenset(_last(body))


def _last(body: tuple[Statement, ...]) -> Iterator[int]:
    if body and (isinstance(body[-1], Jump) or (isinstance(body[-1], Return) and body[-1].value is None)):
        body = body[:-1]
    if not body:
        return
    one = body[-1]
    if isinstance(one, Return) and isinstance(one.value, Name):
        yield from _handed_on(body[:-1], one.value.id)
    elif isinstance(one, Do):
        yield id(one)
    elif isinstance(one, If):
        yield from _last(one.then)
        yield from _last(one.otherwise)
    elif isinstance(one, Try) and not one.last:
        yield from _last(one.body)
        yield from _last(one.handler)
    elif isinstance(one, Switch):
        for case in one.cases:
            yield from _last(case.body)


def _handed_on(body: tuple[Statement, ...], name: str) -> Iterator[int]:
    """``const answer = await handler(request); log(answer.status); return answer``, with nothing behind it that is waited for."""
    for number, one in enumerate(body):
        if isinstance(one, Declare) and isinstance(one.pattern, Name) and one.pattern.id == name:
            behind = [each for each in expressions_of(body[number + 1 :]) if isinstance(each, Await | Assign)]
            if not behind and isinstance(one.value, Call | Await):
                yield id(one)


def gives_up(function: Function) -> bool:
    """Middleware that does nothing more behind any of its ``next(error)``, and lets somebody through elsewhere."""
    pattern = function.parameters[_NEXT].pattern if len(function.parameters) > _NEXT else None
    if not isinstance(pattern, Name):
        return False
    calls = [one for one in expressions_of(function.body) if isinstance(one, Call) and _says(one, pattern.id)]
    if all(one.arguments for one in calls) or not any(one.arguments for one in calls):
        return False
    return not any(
        isinstance(one, Do) and _refuses(one.expression, pattern.id) and id(one) not in ends
        for inner, _ in functions_in(function)
        for ends in (last_of(inner.body) | _left_behind(inner.body),)
        for one in statements_in(inner.body)
    )


def _left_behind(body: tuple[Statement, ...]) -> frozenset[int]:
    """Calls right behind which the function is left: ``next(error); return;``."""
    found = {id(one) for one, after in pairwise(body) if isinstance(one, Do) and isinstance(after, Return)}
    inner = (getattr(one, name, None) for one in statements_in(body) for name in _BLOCKS)
    for block in inner:
        pairs = pairwise(block) if isinstance(block, tuple) else ()
        found |= {id(one) for one, after in pairs if isinstance(one, Do) and isinstance(after, Return)}
    return frozenset(found)


def _says(call: Call, name: str) -> bool:
    return isinstance(call.callee, Name) and call.callee.id == name


def _refuses(value: Expression, name: str) -> bool:
    """``next(error)``, which hands the request to whoever answers errors."""
    inner = value.operand if isinstance(value, Await) else value
    return isinstance(inner, Call) and bool(inner.arguments) and _says(inner, name)
