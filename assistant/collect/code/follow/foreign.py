"""A value that outlives the run which made it: what a module computes at its top level is handed to every entry.

The rows and facts of that run are numbers in its own ledger. Taken along they would name queries of another entry, or none at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.facts import NONE
from assistant.collect.code.values import Chain, Either, Known, Listed, Promise, Shape, Test, Value
from assistant.domain.code import Origin, OriginKind


if TYPE_CHECKING:
    from collections.abc import Iterable

_DEEPEST = 6
_SOMETHING = Origin(OriginKind.UNKNOWN)


def without_rows(value: Value, depth: int = 0) -> Value:
    """The value with every row of its run turned into something unknown; the same object when there was none."""
    if depth > _DEEPEST:
        return value
    if isinstance(value, Known):
        return _known(value)
    if isinstance(value, Shape):
        return _shape(value, depth)
    if isinstance(value, Listed):
        items = _each(value.items, depth)
        return value if items is value.items else Listed(items)
    if isinstance(value, Promise):
        inner = without_rows(value.value, depth + 1)
        return value if inner is value.value and not value.facts else Promise(inner)
    if isinstance(value, Test):
        operands = _each(value.operands, depth)
        return value if operands is value.operands else value.of(operands)
    if isinstance(value, Either):
        values = _each(value.values, depth)
        told = any(facts != NONE for facts in value.facts)
        return value if values is value.values and not told else Either(values)
    return _chain(value, depth) if isinstance(value, Chain) else value


def _known(value: Known) -> Known:
    if not any(origin.kind is OriginKind.ROW for origin in value.origins):
        return value
    return Known(frozenset(_SOMETHING if origin.kind is OriginKind.ROW else origin for origin in value.origins))


def _shape(value: Shape, depth: int) -> Shape:
    if not isinstance(value.fields, dict):
        return value  # the exports of a module, each of which comes through here itself
    fields = {name: without_rows(one, depth + 1) for name, one in value.fields.items()}
    rest = _each(value.rest, depth)
    same = rest is value.rest and all(fields[name] is one for name, one in value.fields.items())
    return value if same else Shape(fields, rest)


def _chain(value: Chain, depth: int) -> Chain:
    steps = tuple(
        step
        if step.arguments is None or (found := _each(step.arguments, depth)) is step.arguments
        else step.given(found)
        for step in value.steps
    )
    return value if all(one is other for one, other in zip(steps, value.steps, strict=True)) else value.through(steps)


def _each(values: Iterable[Value], depth: int) -> tuple[Value, ...]:
    kept = values if isinstance(values, tuple) else tuple(values)
    found = tuple(without_rows(one, depth + 1) for one in kept)
    return kept if all(one is other for one, other in zip(found, kept, strict=True)) else found
