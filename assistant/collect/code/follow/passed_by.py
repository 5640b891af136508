"""Guards that stand on one branch of a handler, and what stands on another: nobody was asked by them there."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from assistant.collect.code.follow.facts import Facts, Lesson
from assistant.collect.code.follow.kinds import ROW, UNSURE
from assistant.collect.code.values import Constant, Either, Known, Test, Value
from assistant.domain.code import GuardKind


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.domain.code import Guard

_FACT = {
    GuardKind.SESSION: frozenset({"caller", "role"}),
    GuardKind.API_KEY: frozenset({"caller", "role"}),
    GuardKind.ROLE: frozenset({"role", "office"}),
    GuardKind.SECRET: frozenset({"secret"}),
    GuardKind.SIGNATURE: frozenset({"signed"}),
}
"""What is known wherever such a guard let somebody through."""
_NONE = (Constant(0), Constant(None))
_DEEPEST = 4
"""Tests inside tests that are compared."""
_OF_ROWS = frozenset({GuardKind.OWNER, GuardKind.MEMBERSHIP, GuardKind.CAPABILITY})


@final
class Branches:
    """The guards of an entry that stand under tests."""

    def __init__(self, guards: list[tuple[Guard, tuple[int, ...]]], tests: Mapping[int, Value]) -> None:
        """``guards`` with their tests, outermost first; ``tests`` are what the tokens of tests stand for."""
        self._guards = [(guard, own, _FACT.get(guard.kind), _proof(guard)) for guard, own in guards]
        self._tests = tests
        self._standing: dict[tuple[tuple[int, ...], tuple[int, ...]], bool] = {}
        self._alike: dict[tuple[int, int], bool] = {}

    def passed_by(self, facts: Facts, under: tuple[int, ...]) -> tuple[int, ...]:
        """Positions of the guards whose tests a place does not stand under, where what they teach is not known there either.

        Args:
            facts: what is known at the place; what every branch taught is known behind them.
            under: the tests it stands under.
        """
        if not self._guards:
            return ()
        said = {fact[0] for fact in facts}
        found = [
            guard.order
            for guard, own, kinds, proof in self._guards
            if not (kinds & said if kinds is not None else proof is None or proof & facts)
            and not self._stands(own, under)
        ]
        return tuple(sorted(found))

    def _stands(self, own: tuple[int, ...], under: tuple[int, ...]) -> bool:
        key = (own, under)
        found = self._standing.get(key)
        if found is None:
            found = self._standing[key] = all(self._stands_under(one, under) for one in own)
        return found

    def _stands_under(self, token: int, under: tuple[int, ...]) -> bool:
        """The place stands under that very test, or under one that asks the same again: a second ``switch (body.kind)``.

        Or it is asked whether a row is there or names something (``if (row.boardId) await assertMember(row.boardId)``): no sender can leave that
        out, and where there is no row there is nothing to be kept from anybody.
        """
        if token in under:
            return True
        own = self._tests.get(abs(token))
        if own is None:
            return False
        return (token > 0 and _is_named(own)) or any(
            (one > 0) is (token > 0) and self._asks_same(abs(token), abs(one)) for one in under
        )

    def _asks_same(self, one: int, other: int) -> bool:
        key = (one, other)
        found = self._alike.get(key)
        if found is None:
            left, right = self._tests.get(one), self._tests.get(other)
            found = self._alike[key] = left is not None and right is not None and _same(left, right)
        return found


def never_both(some: tuple[int, ...], others: tuple[int, ...], tests: Mapping[int, Value]) -> bool:
    """One run never comes through both places: two ways of an ``if``, two cases of a ``switch``."""
    for one, other in zip(some, others, strict=False):
        if one != other:
            return one == -other or (one > 0 and other > 0 and _other_case(tests.get(one), tests.get(other)))
    return False


def _other_case(one: Value | None, other: Value | None) -> bool:
    """``intent === "add"`` and ``intent === "remove"``."""
    if not isinstance(one, Test) or not isinstance(other, Test) or {one.kind, other.kind} != {"equal"}:
        return False
    (about, said), (same, else_said) = one.operands, other.operands
    apart = isinstance(said, Constant) and isinstance(else_said, Constant) and said != else_said
    return apart and (about is same or _same(about, same))


def _is_named(test: Value) -> bool:
    """That a row, or a value of one, is there: ``row.boardId``, ``rows.length > 0``, ``row !== null``."""
    value = test
    if isinstance(test, Test):
        if test.kind not in {"truthy", "more", "differ"} or any(one not in _NONE for one in test.operands[1:]):
            return False
        value = test.operands[0]
    parts = value.values if isinstance(value, Either) else (value,)
    known = [one for one in parts if not isinstance(one, Constant)]
    return bool(known) and all(
        isinstance(one, Known) and all(origin.kind is ROW for origin in one.origins) for one in known
    )


def _same(one: Value, other: Value, depth: int = 0) -> bool:
    """Both ask the same of the same; of values that nobody knows nothing is said."""
    if depth > _DEEPEST:
        return False
    if isinstance(one, Test) and isinstance(other, Test):
        return one.kind == other.kind and _all_same(one.operands, other.operands, depth)
    if isinstance(one, Either) and isinstance(other, Either):
        return _all_same(one.values, other.values, depth)
    if isinstance(one, Known) and isinstance(other, Known):
        return one.origins == other.origins and all(origin.kind is not UNSURE for origin in one.origins)
    return isinstance(one, Constant) and one == other


def _all_same(some: tuple[Value, ...], others: tuple[Value, ...], depth: int) -> bool:
    return len(some) == len(others) and all(_same(a, b, depth + 1) for a, b in zip(some, others, strict=True))


def _proof(guard: Guard) -> Facts | None:
    """Facts of which one is known wherever it let somebody through; None for a guard that teaches none."""
    if guard.kind not in _OF_ROWS:
        return None
    return Lesson(guard.kind, guard.says, guard.subjects).proof() or None
