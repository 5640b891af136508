"""What is known at a point of the run, and what a test teaches.

Facts are small tuples in a frozen set, so that branches copy them for nothing: ``("caller",)`` somebody is signed in, ``("proven", origin)`` a
request value belongs to the caller, ``("tied", n)`` the rows of query n do, ``("role", text)``, ``("secret",)``, ``("signed",)``,
``("set", variable)`` an environment variable is not empty, ``("limited", origin)`` a request value is one of a list in the code,
``("offered", origin, texts)`` and these are all of it,
``("given", origin)`` a request value is not empty, or may be what it is, ``("sent", n)`` this very value of the request is not empty, and not another that was made of it, ``("required", origin)`` a schema let nothing through without it, ``("vouched", path)`` what a token of the request says holds, because its signature was looked at,
``("has", origin)`` and ``("lacks", origin)`` whoever calls has a tenant, a row of their own, or has none,
``("one of", ids, ids)`` each way here proved one of these request values,
``("among", origin, roles)`` the caller's role is one of these, ``("office",)`` whoever is here runs the application, on each way that led here,
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
_MACHINES = frozenset({"secret", "signed"})
_PERSONS = frozenset({"caller", "vouched"})
_OF_ROWS = frozenset({GuardKind.OWNER, GuardKind.MEMBERSHIP, GuardKind.CAPABILITY, GuardKind.NAME})


RUNS_IT = re.compile(
    r"(?i:(?:platform|super|system|site|global)[_ -]?admin|^platform$|superuser)|^[A-Z0-9_]*(?:ADMIN|OWNER|STAFF)S?_[A-Z0-9_]+$"
)
"""Roles, and variables that name people, of whoever runs the application."""


_OFFICE = ("office",)


def role_of(said: str) -> Facts:
    """The caller has that role; of one of whoever runs the application, that they are there at all is known beside it."""
    runs_it = RUNS_IT.search(said) and not said.startswith("not ")
    return frozenset({("role", said), _OFFICE}) if runs_it else frozenset({("role", said)})


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
    """Whether paths that know this are told apart: they know more of the caller, or that they have no tenant, or that a variable is set."""
    return any(fact[0] in _ACCESS or fact[0] in {"set", "lacks"} for fact in facts)


def both(learned: Iterable[Learned]) -> Learned:
    """Every one of them holds."""
    facts: set[Fact] = set()
    lessons: dict[Lesson, None] = {}  # in their order, each once
    for one in learned:
        facts |= one.facts
        for lesson in one.lessons:
            lessons[lesson] = None
    return Learned(frozenset(facts), tuple(lessons))


def one_of(learned: list[Learned]) -> Learned:
    """At least one holds: when each is a reason to let the caller in, somebody was asked; of rows and ids only what all of them prove."""
    if not learned:
        return NOTHING_LEARNED
    if not all(lets_in(one.facts) for one in learned):
        written = [[one for one in each.lessons if one.weakness is Weakness.IN_CODE] for each in learned]
        open_ = all(lets_in(each.facts) or found for each, found in zip(learned, written, strict=True))
        weak = tuple(dict.fromkeys(one for found in written for one in found)) if open_ else ()
        return Learned(frozenset.intersection(*(one.facts for one in learned)), weak)
    facts = ways([one.facts for one in learned])
    lessons: dict[Lesson, None] = {}
    for one in learned:
        for lesson in one.lessons:
            lessons[lesson if _held(lesson, one.facts, facts) else _somebody(lesson)] = None
    return Learned(facts, tuple(lessons))


def _held(lesson: Lesson, alone: Facts, facts: Facts) -> bool:
    """Whether a lesson of one way in holds behind all of them; ``alone`` is what was known by its own way."""
    if lesson.kind is GuardKind.ROLE:
        roles = _roles(alone)
        return not roles or bool(roles & facts)
    return lesson.subjects_in(facts)


def _somebody(lesson: Lesson) -> Lesson:
    return Lesson(GuardKind.SESSION, lesson.says, weakness=lesson.weakness)


def join(base: Facts, one: Facts, other: Facts) -> Facts:
    """After two branches meet: what each had before, and what both earned, in whatever way."""
    if lets_in(one - base) and lets_in(other - base):
        return base | ways([one - base, other - base])
    return one & other


def ways(gained: list[Facts]) -> Facts:
    """What is known behind several ways in: who may come, by any of them; whose a row is, and what else a way found out, by all of them.

    A role, a secret or a signature lets its holder at every row: such a way proves what the others do. That its holder may is not known of
    the others: "administrator or owner of this" opens no second row. Where every way ends at the same row, the ids that one of them found
    it by are its ids.
    """
    found = _ways(gained)
    return found if all(_OFFICE in facts for facts in gained) else found - {_OFFICE}


def _ways(gained: list[Facts]) -> Facts:
    looked = [facts for facts in gained if not _at_every_row(facts)]
    every = frozenset().union(*gained)
    if not looked:
        return every
    shared = frozenset.intersection(*looked)
    kinds = _PERSONS | {"proven"} if any(fact[0] == "tied" for fact in shared) else _PERSONS
    roles = frozenset().union(*map(_roles, looked)) if all(_roles(facts) for facts in looked) else NONE
    one_of = NONE if any(fact[0] in {"proven", "tied"} for fact in shared) else _one_of(looked)
    return shared | roles | one_of | frozenset(fact for fact in every if fact[0] in kinds)


def _one_of(gained: list[Facts]) -> Facts:
    """Each way proved an id, and each another one, as of oneself or somebody of a team of mine: rows that are found by all of them are the caller's."""
    proven = [frozenset(fact[1] for fact in facts if fact[0] == "proven") for facts in gained]
    return frozenset({("one of", *proven)}) if len(proven) > 1 and all(proven) else NONE


def _roles(facts: Facts) -> Facts:
    return frozenset(fact for fact in facts if fact[0] == "role")


def _at_every_row(facts: Facts) -> bool:
    """A role, a secret or a signature, and no role in what an id of the request found: that one is an office in one house."""
    return any(fact[0] in _POWERS for fact in facts) and not in_one_house(facts)


def in_one_house(facts: Facts) -> bool:
    """A role that was found together with what an id of the request names, and nothing that lets a machine in."""
    kinds = {str(fact[0]) for fact in facts}
    return "role" in kinds and "proven" in kinds and not kinds & _MACHINES
