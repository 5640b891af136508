"""What the sender of a request chooses to leave out: ``if (query.mine) where.userId = me``, ``orgId: query.all ? undefined : mine``.

A condition that is there on one way only is usually left out for administrators, and is believed. Where the request itself decides, it binds
nobody: whoever wants all rows says so. Such a choice is marked, so that readers of conditions can tell it from one of the code's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.kinds import CALLER, CONSTANT, REQUEST, ROW
from assistant.collect.code.follow.scope import either
from assistant.collect.code.origins import OUTSIDE, origins_of
from assistant.collect.code.values import NOTHING, Chain, Either, Known, Listed, Shape, Value
from assistant.domain.syntax import Assign, Attribute, Call, Do, Name


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.follow.scope import Scope
    from assistant.domain.syntax import Statement

_ADDS = frozenset({"push", "append", "add"})
_THEIRS = frozenset({CALLER, ROW})


def by_sender(test: Value) -> bool:
    """Nothing but what was sent decides."""
    sent = False
    for origin in origins_of(test):
        if origin.kind is REQUEST:
            sent = True
        elif origin.kind is not CONSTANT:
            return False
    return sent


def left_out(value: Value, instead: Value = NOTHING) -> Value:
    """The value, or what stands in its place when the request says so; only for what binds rows to somebody."""
    return Either((instead, value), (OUTSIDE, OUTSIDE)) if binds(value) else either(instead, value)


def binds(value: Value) -> bool:
    """It holds an id of the caller, or of a row."""
    return any(origin.kind in _THEIRS for origin in origins_of(value))


def one_of(test: Value, yes: Value, no: Value) -> Value | None:
    """``query.all ? undefined : mine``; None for any other choice."""
    if not by_sender(test):
        return None
    if isinstance(yes, Shape) and isinstance(no, Shape) and binds(yes) is not binds(no) and yes.fields and no.fields:
        return Either((yes, no), (OUTSIDE, OUTSIDE))  # ``where: query.team ? { teamId: query.team } : { userId: me }``
    for value, other in ((yes, no), (no, yes)):
        empty = other == NOTHING or (isinstance(other, Shape) and not other.fields and not other.rest)
        if empty and isinstance(value, Shape) and not value.rest and binds(value):
            return Shape({name: left_out(one) if binds(one) else one for name, one in value.fields.items()})
        if isinstance(value, Listed) and isinstance(other, Listed) and not other.items and binds(value):
            return Listed(tuple(left_out(one) for one in value.items))  # ``[{ id }, ...(query.mine ? [mine] : [])]``
        if empty and binds(value):
            return left_out(value)
    return None


def overwritten(fields: dict[str, Value], spread: Value) -> None:
    """``{ orgId: mine, ...body }``: what is spread in later takes the place of what stood there."""
    if not isinstance(spread, Known) or not all(one.kind is REQUEST for one in spread.origins):
        return
    for name, value in fields.items():
        if binds(value):
            fields[name] = left_out(value, Known(spread.origins))


class Filled:
    """What a branch puts into objects and lists that were there before it."""

    __slots__ = ("fields", "lists", "names")

    def __init__(self) -> None:
        """Nothing yet."""
        self.fields: list[tuple[Shape, str, Value]] = []
        """An object, a field, and what it was before."""
        self.lists: list[tuple[str, int]] = []
        """The name of a list, and how long it was."""
        self.names: list[str] = []
        """Names of objects that are given another value."""

    def any(self) -> bool:
        """True when the branch fills something."""
        return bool(self.fields or self.lists or self.names)


def filled_in(body: tuple[Statement, ...], scope: Scope) -> Filled:
    """Objects and lists that the statements of a branch fill."""
    found = Filled()
    for one in body:
        said = one.expression if isinstance(one, Do) else None
        if isinstance(said, Assign) and isinstance(said.target, Attribute) and isinstance(said.target.of, Name):
            of = scope.find(said.target.of.id)
            if isinstance(of, Shape) and isinstance(of.fields, dict):
                found.fields.append((of, said.target.name, of.fields.get(said.target.name, NOTHING)))
        elif isinstance(said, Assign) and isinstance(said.target, Name):
            found.names += [said.target.id] if isinstance(scope.find(said.target.id), Shape | Chain) else []
        elif isinstance(said, Call) and isinstance(said.callee, Attribute) and isinstance(said.callee.of, Name):
            listed = scope.find(said.callee.of.id) if said.callee.name in _ADDS else None
            if isinstance(listed, Listed):
                found.lists.append((said.callee.of.id, len(listed.items)))
    return found


def keep_choice(run: Run, filled: Filled, scope: Scope) -> None:
    """Behind the branch: what it filled in may be there or not, as the request says."""
    for of, name, before in filled.fields:
        if isinstance(of.fields, dict) and name in of.fields:
            run.touches(of)
            of.fields[name] = left_out(of.fields[name], before)
    for name in filled.names:
        either_way = scope.find(name)
        if isinstance(either_way, Either) and not either_way.facts and len({*map(binds, either_way.values)}) > 1:
            scope.replace(name, Either(either_way.values, (OUTSIDE,) * len(either_way.values)))
    for name, length in filled.lists:
        listed = scope.find(name)
        if isinstance(listed, Listed) and len(listed.items) > length:
            later = tuple(left_out(one) for one in listed.items[length:])
            scope.replace(name, Listed((*listed.items[:length], *later)))
