"""What is known at a point of the run, and what a test teaches.

Facts are small tuples in a frozen set, so that branches copy them for nothing: ``("caller",)`` somebody is signed in, ``("proven", origin)`` a
request value belongs to the caller, ``("tied", n)`` the rows of query n do, ``("role", text)``, ``("secret",)``, ``("signed",)``,
``("set", variable)`` an environment variable is not empty, ``("limited", origin)`` a request value is one of a list in the code,
``("given", origin)`` a request value is not empty, ``("required", origin)`` a schema let nothing through without it, ``("vouched", path)`` what a token of the request says holds, because its signature was looked at,
``("found", n)`` query n found a row, ``("alike", n, m)`` the rows of two queries name the same thing by an id, and nobody knows yet whose it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, final

from assistant.domain.code import GuardKind, Origin, Weakness


if TYPE_CHECKING:
    from collections.abc import Iterable

Fact: TypeAlias = tuple[object, ...]
Facts: TypeAlias = frozenset[Fact]
NONE: Facts = frozenset()
_NO_OFFICE = re.compile(r"not \w*(?:admin|super|staff|owner|root|manager)", re.IGNORECASE)
_ACCESS = frozenset({"caller", "proven", "tied", "role", "secret", "signed", "vouched"})


class Lesson(NamedTuple):
    """A guard in the making: it becomes one when what follows a failed test is an exit."""

    kind: GuardKind
    says: str
    subjects: tuple[Origin, ...] = ()
    roles: tuple[str, ...] = ()
    weakness: Weakness | None = None


@final
class Learned:
    """What holds after a test came out one way; true when anything about access was learned."""

    __slots__ = ("facts", "lessons")

    def __init__(self, facts: Facts = NONE, lessons: tuple[Lesson, ...] = ()) -> None:
        """Those facts, and the guards in the making."""
        self.facts = facts
        self.lessons = lessons

    def __bool__(self) -> bool:
        """True when anything about access was learned."""
        return bool(self.lessons) or lets_in(self.facts)


NOTHING_LEARNED = Learned()


def access(facts: Iterable[Fact]) -> Facts:
    """The facts that say something about access."""
    return frozenset(fact for fact in facts if fact[0] in _ACCESS)


def lets_in(facts: Iterable[Fact]) -> bool:
    """Whether any of them is a reason to let somebody go on: that they are no administrator is none."""
    return any(fact[0] in _ACCESS and not (fact[0] == "role" and _NO_OFFICE.match(str(fact[1]))) for fact in facts)


def telling(facts: Iterable[Fact]) -> bool:
    """Whether paths that know this are told apart: they know more of the caller, or that a variable is set."""
    return any(fact[0] in _ACCESS or fact[0] == "set" for fact in facts)


def both(learned: Iterable[Learned]) -> Learned:
    """Every one of them holds."""
    facts: set[Fact] = set()
    lessons: list[Lesson] = []
    for one in learned:
        facts |= one.facts
        lessons.extend(lesson for lesson in one.lessons if lesson not in lessons)
    return Learned(frozenset(facts), tuple(lessons))


def one_of(learned: list[Learned]) -> Learned:
    """At least one holds: when each is a reason to let the caller in, the union counts; otherwise only what all share."""
    if not learned:
        return NOTHING_LEARNED
    if all(lets_in(one.facts) for one in learned):
        return both(learned)
    shared = frozenset.intersection(*(one.facts for one in learned))
    return Learned(shared, ())


def join(base: Facts, one: Facts, other: Facts) -> Facts:
    """After two branches meet: what each had before, and what both earned, in whatever way."""
    if lets_in(one - base) and lets_in(other - base):
        return one | other
    return one & other
