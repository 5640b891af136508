"""Guards that stand on one branch of a handler, and what stands on another: nobody was asked by them there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.facts import Facts, Lesson
from assistant.domain.code import GuardKind


if TYPE_CHECKING:
    from assistant.domain.code import Guard

_FACT = {
    GuardKind.SESSION: frozenset({"caller", "role"}),
    GuardKind.API_KEY: frozenset({"caller", "role"}),
    GuardKind.ROLE: frozenset({"role", "office"}),
    GuardKind.SECRET: frozenset({"secret"}),
    GuardKind.SIGNATURE: frozenset({"signed"}),
}
"""What is known wherever such a guard let somebody through."""
_OF_ROWS = frozenset({GuardKind.OWNER, GuardKind.MEMBERSHIP, GuardKind.CAPABILITY})


def passed_by(guards: list[tuple[Guard, tuple[int, ...]]], facts: Facts, under: tuple[int, ...]) -> tuple[int, ...]:
    """Positions of the guards that stand under tests which a place does not stand under, where what they teach is not known there either.

    Args:
        guards: those under tests, with their tests, outermost first.
        facts: what is known at the place; what every branch taught is known behind them.
        under: the tests it stands under.
    """
    return tuple(
        sorted(guard.order for guard, tests in guards if under[: len(tests)] != tests and not _known(guard, facts))
    )


def _known(guard: Guard, facts: Facts) -> bool:
    kinds = _FACT.get(guard.kind)
    if kinds is not None:
        return any(fact[0] in kinds for fact in facts)
    if guard.kind not in _OF_ROWS:
        return True
    proof = Lesson(guard.kind, guard.says, guard.subjects).proof()
    return not proof or bool(proof & facts)
