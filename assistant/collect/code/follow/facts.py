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

from assistant.domain.code import GuardKind, Origin, OriginKind, Weakness


if TYPE_CHECKING:
    from collections.abc import Iterable

Fact: TypeAlias = tuple[object, ...]
Facts: TypeAlias = frozenset[Fact]
NONE: Facts = frozenset()
_NO_OFFICE = re.compile(r"not \w*(?:admin|super|staff|owner|root|manager)", re.IGNORECASE)
_ACCESS = frozenset({"caller", "proven", "tied", "role", "secret", "signed", "vouched"})


_POWERS = frozenset({"role", "secret", "signed"})
_PERSONS = frozenset({*_POWERS, "caller", "vouched"})
_OF_ROWS = frozenset({GuardKind.OWNER, GuardKind.MEMBERSHIP, GuardKind.CAPABILITY, GuardKind.NAME})


class Lesson(NamedTuple):
    """A guard in the making: it becomes one when what follows a failed test is an exit."""

    kind: GuardKind
    says: str
    subjects: tuple[Origin, ...] = ()
    roles: tuple[str, ...] = ()
    weakness: Weakness | None = None

    def subjects_in(self, facts: Facts) -> bool:
        """Whether what it looked at is known to be the caller's by these facts; true for a guard that looked at no row and no id."""
        if self.kind not in _OF_ROWS or self.weakness is not None:
            return True
        proof = self.proof()
        return not proof or bool(proof & facts)

    def proof(self) -> Facts:
        """The facts that show that somebody acted on it."""
        rows = {("tied", one.row) for one in self.subjects if one.kind is OriginKind.ROW}
        return frozenset(rows | {("proven", one) for one in self.subjects if one.kind is OriginKind.REQUEST})


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
    """At least one holds: when each is a reason to let the caller in, somebody was asked; of rows and ids only what all of them prove."""
    if not learned:
        return NOTHING_LEARNED
    if not all(lets_in(one.facts) for one in learned):
        return Learned(frozenset.intersection(*(one.facts for one in learned)), ())
    facts = ways([one.facts for one in learned])
    lessons: list[Lesson] = []
    for one in learned:
        for lesson in one.lessons:
            held = (
                lesson
                if lesson.subjects_in(facts)
                else Lesson(GuardKind.SESSION, lesson.says, weakness=lesson.weakness)
            )
            lessons += [held] if held not in lessons else []
    return Learned(facts, tuple(lessons))


def join(base: Facts, one: Facts, other: Facts) -> Facts:
    """After two branches meet: what each had before, and what both earned, in whatever way."""
    if lets_in(one - base) and lets_in(other - base):
        return base | ways([one - base, other - base])
    return one & other


def ways(gained: list[Facts]) -> Facts:
    """What is known behind several ways in: who may come, by any of them; whose a row is, and what else a way found out, by all of them.

    A role, a secret or a signature lets its holder at every row: such a way proves what the others do. Where every way ends at the same
    row, the ids that one of them found it by are its ids.
    """
    looked = [facts for facts in gained if not any(fact[0] in _POWERS for fact in facts)]
    every = frozenset().union(*gained)
    if not looked:
        return every
    shared = frozenset.intersection(*looked)
    kinds = _PERSONS | {"proven"} if any(fact[0] == "tied" for fact in shared) else _PERSONS
    return shared | frozenset(fact for fact in every if fact[0] in kinds)
