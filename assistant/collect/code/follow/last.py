"""Calls after which a handler does nothing more: ``await route(req, res);`` at its end answers for it, as if it were returned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.syntax import Do, If, Jump, Return, Switch, Try


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.domain.syntax import Statement


def last_of(body: tuple[Statement, ...]) -> frozenset[int]:
    """The statements, by their identity, behind which the body ends on its way."""
    return frozenset(_last(body))


def _last(body: tuple[Statement, ...]) -> Iterator[int]:
    if body and (isinstance(body[-1], Jump) or (isinstance(body[-1], Return) and body[-1].value is None)):
        body = body[:-1]
    if not body:
        return
    one = body[-1]
    if isinstance(one, Do):
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
