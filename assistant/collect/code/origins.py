"""Where a value comes from: every origin that it carries, however deep."""

from __future__ import annotations

from functools import lru_cache

from assistant.collect.code.values import Blueprint, Closure, Constant, Known, Native, Test, Value, parts_of
from assistant.domain.code import Origin, OriginKind


OUTSIDE: frozenset[tuple[object, ...]] = frozenset({("outside",)})
"""What is known on each way of a choice that nothing but the request makes."""
_DEEPEST = 6
_NO_ORIGINS: frozenset[Origin] = frozenset()


def origins_of(value: Value | None, depth: int = 0) -> frozenset[Origin]:
    """Every origin that a value carries; empty for functions and library objects without request data in their arguments."""
    if isinstance(value, Known):
        return value.origins if depth <= _DEEPEST else _NO_ORIGINS
    if value is None or depth > _DEEPEST or isinstance(value, Closure | Blueprint | Native):
        return _NO_ORIGINS
    if isinstance(value, Constant):
        return _written(value.value)
    found: set[Origin] = set()
    _gather(value, depth, found)
    return frozenset(found)


@lru_cache(maxsize=4096, typed=True)
def _written(value: str | float | bool | None) -> frozenset[Origin]:  # noqa: FBT001 - a value of the code, no switch
    return frozenset({Origin(OriginKind.CONSTANT, repr(value)[:40])})


def _gather(value: Value, depth: int, found: set[Origin]) -> None:
    """What ``origins_of`` does, for the millions of values that are asked: into one set, each type looked at once."""
    if depth >= _DEEPEST:
        return
    for part in parts_of(value):
        if isinstance(part, Known):
            found |= part.origins
        elif isinstance(part, Constant):
            found |= _written(part.value)
        elif not isinstance(part, Closure | Blueprint | Native):
            _gather(part, depth + 1, found)


def ordered(value: Value | None) -> tuple[Origin, ...]:
    """The origins of a value in a fixed order: what is said about them must not depend on a hash."""
    return _in_order(origins_of(value))


@lru_cache(maxsize=8192)
def _in_order(found: frozenset[Origin]) -> tuple[Origin, ...]:
    """Equal sets become one tuple: the facts of an entry are sent from one process to another, and share what is the same."""
    return tuple(sorted(found))


_YES_OR_NO = frozenset({"not", "truthy", "equal", "differ", "more", "less", "in", "is", "some"})


def is_yes_or_no(value: Value) -> bool:
    """``Boolean(key)``, ``!!key``, ``a === b``: a test that comes out as nothing but yes or no."""
    return isinstance(value, Test) and value.kind in _YES_OR_NO
