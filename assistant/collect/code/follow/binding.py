"""Patterns: what each name of ``const { a, b: [c] } = value`` stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.attributes import attribute
from assistant.collect.code.follow.facts import NONE
from assistant.collect.code.follow.fallback import told_anyway
from assistant.collect.code.follow.loops import around, known_of_all
from assistant.collect.code.follow.scope import Scope, either
from assistant.collect.code.follow.truth import truth
from assistant.collect.code.origins import origins_of
from assistant.collect.code.values import NOTHING, UNKNOWN, Constant, Either, Known, Listed, Promise, Shape, Value
from assistant.domain.code import OriginKind
from assistant.domain.syntax import Name, RecordPattern, SequencePattern


if TYPE_CHECKING:
    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.run import Run
    from assistant.domain.syntax import Pattern


def bind(run: Run, scope: Scope, pattern: Pattern, value: Value, *, assign: bool = False) -> None:
    """Give the names of a pattern their values, by declaring or by assigning them."""
    if isinstance(pattern, Name):
        if not assign and scope.module.endswith(".py"):
            if pattern.id in scope.names:
                scope.assign(pattern.id, value, run.depth)
            else:
                scope.declare(pattern.id, value, 0)
        elif not assign:
            scope.declare(pattern.id, value, run.depth)
        elif told_anyway(run, scope.find(pattern.id), value):
            return
        elif not scope.assign(pattern.id, value, run.depth, _known(run, scope, pattern.id)):
            run.overlay[scope.module, pattern.id] = value  # a variable at the top of the module
    elif isinstance(pattern, RecordPattern):
        _record(run, scope, pattern, value, assign=assign)
    elif isinstance(pattern, SequencePattern):
        _sequence(run, scope, pattern, value, assign=assign)


def _known(run: Run, scope: Scope, name: str) -> Facts:
    """What holds where a name is assigned; in a loop nothing of the one item that is looked at."""
    loop = around(run, scope, name)
    return known_of_all(run, loop) if loop is not None else run.facts


def _record(run: Run, scope: Scope, pattern: RecordPattern, value: Value, *, assign: bool) -> None:
    if len(pattern.parts) > 1:
        value = _of_one_way(run, value, tuple(part.key for part in pattern.parts))
    for part in pattern.parts:
        found = attribute(run, value, part.key, scope.module, pattern.at, pattern.end)
        if part.default is not None and (isinstance(found, Constant) and found.value is None):
            found = run.evaluate(part.default, scope)
        elif part.default is not None:
            found = either(found, run.evaluate(part.default, scope)) if isinstance(found, Either) else found
        bind(run, scope, part.pattern, found, assign=assign)
    if pattern.rest:
        taken = {part.key for part in pattern.parts}
        left: Value = value
        if isinstance(value, Shape):
            left = Shape({key: one for key, one in value.fields.items() if key not in taken}, value.rest)
        else:
            leave_out(run, value, taken)
        scope.declare(pattern.rest, left, run.depth)


def leave_out(run: Run, value: Value, taken: set[str]) -> None:
    """``({ token, ...rest }) => rest``: what is left of a row has no token."""
    for origin in origins_of(value):
        record = run.ledger.record(origin.row) if origin.kind is OriginKind.ROW else None
        if record is not None:
            record.left_out |= taken


def _of_one_way(run: Run, value: Value, keys: tuple[str, ...]) -> Value:
    """``{ error, data: raw }`` or ``{ error: null, data }``: what is taken out of it stays together, where one of the names says which it is."""
    if not isinstance(value, Either) or value.facts or not all(isinstance(one, Shape | Listed) for one in value.values):
        return value
    for key in keys:
        said = {truth(attribute(run, one, key, "", 0, 0)) for one in value.values}
        if len(said) > 1 and said & {True, False}:
            return Either(value.values, tuple(NONE for _ in value.values))
    return value


def _sequence(run: Run, scope: Scope, pattern: SequencePattern, value: Value, *, assign: bool) -> None:
    if len(pattern.items) > 1:
        value = _of_one_way(run, value, tuple(map(str, range(len(pattern.items)))))
    for n, item in enumerate(pattern.items):
        if item is not None:
            bind(run, scope, item, item_of(value, n), assign=assign)
    if pattern.rest:
        left = Listed(value.items[len(pattern.items) :]) if isinstance(value, Listed) else value
        scope.declare(pattern.rest, left, run.depth)


def item_of(value: Value, n: int) -> Value:
    """The n-th item of a list; the same origins when only those are known."""
    if isinstance(value, Listed):
        return value.items[n] if n < len(value.items) else NOTHING
    if isinstance(value, Either):
        parts = tuple(item_of(one, n) for one in value.values)
        return Either(parts, value.facts) if value.facts else either(*parts)
    if isinstance(value, Promise):
        return item_of(value.value, n)
    if isinstance(value, Shape):
        return value.fields.get(str(n), UNKNOWN)
    return Known(value.origins) if isinstance(value, Known) else UNKNOWN if isinstance(value, Constant) else value
