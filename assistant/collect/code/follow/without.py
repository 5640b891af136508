"""A check that is asked only of whoever has something: ``if (mine && row.tenantId !== mine) refuse``.

It binds everybody who has a tenant, and lets whoever has none past. So the row is the caller's, the guard is noted with that weakness, and what
stands behind it is told once, as that. Not where there is nobody without one: it was demanded before, or the schema says so. And not where
the request says what is compared: then the sender leaves it out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from assistant.collect.code.follow.facts import NONE, NOTHING_LEARNED, Facts, Learned, Lesson, lets_in, one_of
from assistant.collect.code.follow.fallback import SELF, surely
from assistant.collect.code.follow.kinds import CALLER, ROW
from assistant.collect.code.follow.ledger import Earned
from assistant.collect.code.follow.trust import bound
from assistant.collect.code.follow.truth import truth
from assistant.collect.code.origins import origins_of
from assistant.collect.code.values import NOTHING, Known, Listed, Shape, Test
from assistant.domain.code import Guard, GuardKind, Origin, TieKind, Weakness
from assistant.domain.facts import Place


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.collect.code.follow.chosen import Filled
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.follow.scope import Scope
    from assistant.collect.code.values import Value

_OF_ROWS = frozenset({GuardKind.OWNER, GuardKind.MEMBERSHIP})
_BINDING = frozenset({"tied", "proven"})
_AT_EVERY_ROW = frozenset({"role", "office", "secret", "signed"})


class LeftOut(NamedTuple):
    """A condition that stands only where its value is there."""

    origin: Origin
    place: Place
    order: int


def belongs(run: Run, origin: Origin, outcome: bool) -> Facts:
    """What somebody who is known has or lacks: their tenant, their own row."""
    present = outcome is not origin.path.startswith("!")
    path = origin.path.lstrip("!")
    if origin.kind is CALLER:
        if not path or (not present and _is_somebody(run, path)):
            return NONE
    elif origin.kind is not ROW or not bound(run, origin.row):
        return NONE
    held = origin._replace(path=path)
    if not present and ("has", held) in run.facts:
        return NONE
    return frozenset({("has" if present else "lacks", held)})


def or_none(run: Run, left: Value, default: object) -> bool:
    """``user.teamId ?? null`` of somebody who is known: they have one or have none, as without the ``null``."""
    if default is not None or not isinstance(left, Known) or not left.origins:
        return False
    return all(
        one.path
        and not one.path.startswith("!")
        and ((one.kind is CALLER and ("caller",) in run.facts) or (one.kind is ROW and bound(run, one.row)))
        for one in left.origins
    )


def _is_somebody(run: Run, path: str) -> bool:
    """Nobody was asked who they are, or this is who they are: whoever is signed in has an id."""
    return ("caller",) not in run.facts or SELF.search(path) is not None


def deciding(run: Run, test: Test, outcome: bool) -> list[Value]:
    """Operands that may have brought the outcome about; what is surely so decides nothing."""
    return [
        one
        for one in test.operands
        if truth(one) is not (not outcome) and not (test.kind == "all" and surely(run, one))
    ]


def let_by(run: Run, test: Test, outcome: bool, known: Sequence[tuple[Value, Learned]]) -> Learned:
    """``mine && row.tenantId !== mine`` came out false: the row is of their tenant, or they have none.

    ``known`` is what each operand that may decide taught by itself.
    """
    lacking: list[Origin] = []
    unowned: list[Origin] = []
    rest: list[Learned] = []
    compared: set[Origin] = set()
    for operand, learned in _flat(run, test, outcome, known):
        missing = [fact[1] for fact in learned.facts if fact[0] == "lacks" and isinstance(fact[1], Origin)]
        if missing and not lets_in(learned.facts):
            lacking += missing
        elif any(fact[0] in _BINDING | _AT_EVERY_ROW for fact in learned.facts):
            rest.append(learned)
            compared |= origins_of(operand)
        elif (nobodys := _of_row(operand)) is not None:
            unowned.append(nobodys)
        else:
            return NOTHING_LEARNED
    if not all(_is_compared(one, compared) for one in (*lacking, *unowned)):
        return NOTHING_LEARNED
    return _bound_all_the_same(rest, lacking) if lacking or unowned else NOTHING_LEARNED


def ways_without(ways: Sequence[Learned]) -> Learned:
    """``if (!mine) return true; return row.tenantId === mine``: each way to a yes, and one of them is for those who have none."""
    lacking = [
        fact[1]
        for one in ways
        if not lets_in(one.facts)
        for fact in one.facts
        if fact[0] == "lacks" and isinstance(fact[1], Origin)
    ]
    rest = [one for one in ways if any(fact[0] in _BINDING | _AT_EVERY_ROW for fact in one.facts)]
    open_ = [one for one in ways if not any(fact[0] == "lacks" for fact in one.facts) and one not in rest]
    told = {lesson.says.rpartition(" = ")[2] for one in rest for lesson in one.lessons if lesson.kind in _OF_ROWS}
    if not lacking or open_ or not told or not all(not one.path or one.path in told for one in lacking):
        return NOTHING_LEARNED  # nothing was compared: that they are no member is why they were refused
    return _bound_all_the_same(rest, lacking)


def _bound_all_the_same(rest: list[Learned], lacking: list[Origin]) -> Learned:
    if not any(fact[0] in _BINDING for one in rest for fact in one.facts):
        return NOTHING_LEARNED
    found = one_of(rest)
    if not lacking:
        return found
    return Learned(found.facts, tuple(_without(lesson) for lesson in found.lessons))


def _without(lesson: Lesson) -> Lesson:
    theirs = lesson.kind in _OF_ROWS and lesson.weakness is None
    return lesson._replace(weakness=Weakness.WITHOUT_TENANT) if theirs else lesson


def _flat(
    run: Run, test: Test, outcome: bool, known: Sequence[tuple[Value, Learned]]
) -> Iterator[tuple[Value, Learned]]:
    """What is asked beside each other, however it is put into brackets."""
    for one, learned in known:
        if isinstance(one, Test) and one.kind == test.kind:
            yield from _inside(run, one, outcome)
        else:
            yield one, learned


def _inside(run: Run, test: Test, outcome: bool) -> Iterator[tuple[Value, Learned]]:
    """What is asked in brackets, one by one: whole brackets are never asked again, or long conditions would take for ever."""
    from assistant.collect.code.follow.learn import learn

    for one in deciding(run, test, outcome):
        if isinstance(one, Test) and one.kind == test.kind:
            yield from _inside(run, one, outcome)
        else:
            yield one, learn(run, one, outcome)


def _of_row(operand: Value) -> Origin | None:
    """Whether a row names an owner at all: ``row.tenantId``, ``row.tenantId !== null``, ``!row.tenantId``."""
    value = operand
    while isinstance(value, Test) and value.kind in {"truthy", "not", "differ", "equal"}:
        if any(one != NOTHING for one in value.operands[1:]):
            return None
        value = value.operands[0]
    found = tuple(value.origins) if isinstance(value, Known) else ()
    return found[0] if len(found) == 1 and found[0].kind is ROW and found[0].path else None


def _is_compared(one: Origin, compared: set[Origin]) -> bool:
    """It is what the row is compared with, or the row that says it."""
    return one in compared or (not one.path and any(each.row == one.row and each.kind is ROW for each in compared))


def on_one_way(run: Run, before: Facts, yes: Facts, no: Facts, since: int) -> Facts:
    """``if (mine) { if (row.tenantId !== mine) refuse }``: whoever has none went on as well."""
    for asked, passed in ((yes, no), (no, yes)):
        lacking = [fact[1] for fact in passed - before if fact[0] == "lacks" and isinstance(fact[1], Origin)]
        gained = frozenset(fact for fact in asked - before if fact[0] in _BINDING)
        if not lacking or not gained:
            continue
        told = {one.path for one in lacking}
        meant = [
            guard
            for guard in run.ledger.guards.values()
            if guard.order > since
            and guard.weakness is None
            and guard.kind in _OF_ROWS
            and guard.says.rpartition(" = ")[2] in told
            and Lesson(guard.kind, guard.says, guard.subjects).proof() & gained
        ]
        for guard in meant:
            run.ledger.weaken(guard, Weakness.WITHOUT_TENANT)
        if meant:
            run.ledger.earned.append(Earned(gained, run.stack()))
            return gained
    return NONE


def left_out(run: Run, test: Value, sides: tuple[Value, Value], module: str, at: int) -> None:
    """``mine ? { tenantId: mine } : {}``: a condition that stands only where its value is there."""
    yes, no = sides
    for value, other, outcome in ((yes, no, False), (no, yes, True)):
        empty = other == NOTHING or (isinstance(other, Shape | Listed) and not origins_of(other))
        if empty and origins_of(value):
            _note(run, test, outcome, (value,), module, at)


def filled_without(run: Run, test: Value, filled: Filled, scope: Scope, at: int) -> None:
    """``if (mine) where.tenantId = mine``."""
    now = [of.fields[name] for of, name, before in filled.fields if before == NOTHING and name in of.fields]
    named = [scope.find(name) for name in (*filled.names, *(name for name, _ in filled.lists))]
    _note(run, test, False, (*now, *(one for one in named if one is not None)), scope.module, at)


def _note(run: Run, test: Value, outcome: bool, values: tuple[Value, ...], module: str, at: int) -> None:
    from assistant.collect.code.follow.learn import learn

    held = frozenset().union(*map(origins_of, values))
    for fact in learn(run, test, outcome).facts:
        if fact[0] == "lacks" and isinstance(fact[1], Origin) and fact[1] in held:
            place = run.place(module, at, run.symbol())
            run.ledger.optional.append(LeftOut(fact[1], place, run.ledger.next()))


def unbound_without(run: Run) -> None:
    """Queries that only such a condition ties to somebody: it is a guard with that weakness."""
    for record in run.ledger.queries:
        tie = record.tie
        if tie is None or tie.kind not in {TieKind.FILTER, TieKind.CHILD}:
            continue
        for each in record.filters:
            one = next((one for one in run.ledger.optional if {one.origin} == set(each.origins)), None)
            if one is None or one.order > record.order or tie.says != f"{each.column} = {one.origin.path}":
                continue
            run.ledger.guard(
                Guard(
                    kind=GuardKind.OWNER,
                    says=tie.says,
                    place=one.place,
                    order=one.order,
                    subjects=(Origin(ROW, "", record.id),),
                    weakness=Weakness.WITHOUT_TENANT,
                )
            )
