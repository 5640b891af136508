"""What it means how many rows there are: more than none, as many as were listed, one of them that passes a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.collect.code.follow.attributes import NO_ITEMS
from assistant.collect.code.follow.compare import every, nothing_left, there
from assistant.collect.code.follow.facts import NONE, NOTHING_LEARNED, Learned, Lesson, both, role_of
from assistant.collect.code.follow.kinds import ENVIRONMENT, REQUEST, ROW
from assistant.collect.code.follow.trust import RANK, bound, consequences, is_single, trusted
from assistant.collect.code.follow.words import Words
from assistant.collect.code.origins import ordered, origins_of
from assistant.collect.code.values import Constant, Either, Known, Test
from assistant.domain.code import GuardKind, Origin


if TYPE_CHECKING:
    from assistant.collect.code.follow.facts import Fact
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Value


_MEMBERS: Final = Words(r"member|participant|collaborator|teammate|enrol|roster|staff")
"""Tables in which each row is somebody who belongs to what it names."""
_SIZES: Final = Words(r"(?:^|[._])(?:length|size)$")


def _learn(run: Run, value: Value, outcome: bool) -> Learned:
    from assistant.collect.code.follow.learn import learn

    return learn(run, value, outcome)


def sized(run: Run, value: Test, outcome: bool) -> Learned:
    """How many there are: more than none, as many as were listed, one of them; or that there is something at all."""
    if value.kind == "there":
        return (
            Learned(frozenset(("required", one) for one in origins_of(value.operands[0])))
            if outcome
            else NOTHING_LEARNED
        )
    if value.kind == "some":
        return _one_of_them(run, value, outcome)
    value = value.of((of_items(value.operands[0]), *value.operands[1:]))
    if (asked := _ranked(run, value)) is not None:
        return asked
    if (value.kind == "more") is not outcome:
        return _none(run, value)
    found, other = _counted(run, value.operands[0]), value.operands[1]
    sizes = [one for one in ordered(value.operands[0]) if one.kind is ROW]
    return both([found, *(every(run, one, other) for one in sizes)]) if sizes and there(other) else found


def of_items(size: Value) -> Value:
    """``(ids ?? []).length``: how many there are where anything was listed; where nothing was, nothing comes of it."""
    if not isinstance(size, Either) or size.facts:
        return size
    left = [one for one in size.values if one != NO_ITEMS]
    return left[0] if len(left) == 1 else size


def _ranked(run: Run, test: Test) -> Learned | None:
    """``LEVEL[member.role] >= LEVEL.admin``, whichever way round: which role it is was asked; None where no role is weighed."""
    for origin in (one for side in test.operands for one in ordered(side)):
        if RANK.search(origin.path) and not _SIZES.search(origin.path) and trusted(run, origin):
            path = origin.path.lstrip("!")
            facts = consequences(run, origin.row) if origin.kind is ROW else NONE
            return Learned(frozenset({*facts, *role_of(path)}), (Lesson(GuardKind.ROLE, path, (origin,), (path,)),))
    return None


def _one_of_them(run: Run, value: Test, outcome: bool) -> Learned:
    """``rows.some(isMine)``: that one of them is says nothing of the others; that none is a stranger's does.

    Whoever is among the members of what was asked for belongs to it, and the others' rows are still theirs.
    """
    found = _learn(run, value.operands[0], outcome)
    if not outcome:
        return found
    listed = {
        one.row
        for one in origins_of(value.operands[1])
        if one.kind is ROW and (not bound(run, one.row) or (not one.path and is_single(run, one)))
    }
    named = {one for one in origins_of(value.operands[1]) if one.kind is REQUEST}
    lost: set[Fact] = {fact for row in listed for fact in consequences(run, row)}
    lost |= {("proven", one) for one in named}
    joined = _joined(run, listed) if any(fact[0] == "tied" and fact[1] in listed for fact in found.facts) else ()
    lost -= {("proven", one) for one in joined}
    lessons = tuple(
        one for one in found.lessons if not any(each.row in listed or each in named for each in one.subjects)
    )
    if joined:
        lessons = (*lessons, Lesson(GuardKind.MEMBERSHIP, "among the members", joined))
    return Learned(found.facts - lost, lessons)


def _joined(run: Run, listed: set[int]) -> tuple[Origin, ...]:
    """The ids of the request of which these rows are the members, where each was found by that very id."""
    records = [record for record in map(run.ledger.record, listed) if record is not None]
    if not records or not all(_MEMBERS.search(record.table) for record in records):
        return ()
    return tuple(
        sorted(
            origin
            for record in records
            for each in record.filters
            for origin in each.origins
            if each.operator == "eq" and origin.kind is REQUEST
        )
    )


def _counted(run: Run, value: Value) -> Learned:
    """``rows.length > 0``: there is such a row."""
    kinds = {ROW, ENVIRONMENT}
    parts = [_learn(run, Known(frozenset({origin})), True) for origin in ordered(value) if origin.kind in kinds]
    return both(parts)


def whole(origin: Origin) -> Origin:
    """How many rows there are says of the rows what finding one says."""
    return origin._replace(path="") if origin.kind is ROW and origin.path in {"length", "size"} else origin


def _none(run: Run, test: Test) -> Learned:
    """``strangers.length > 0`` came out false: none of the rows passed the filter's test."""
    size = test.operands[0]
    if test.kind != "more" or test.operands[1] != Constant(0):
        return NOTHING_LEARNED
    if isinstance(size, Known) and all(origin.kind is ENVIRONMENT for origin in size.origins):
        return _learn(run, size, False)  # a variable of no length is not set
    return nothing_left(run, size)
