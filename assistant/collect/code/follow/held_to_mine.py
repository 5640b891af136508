"""Values of the request that a test held to rows of the caller's: ``mine.some((one) => one.id === sent) ? sent : mine[0].id``.

On the way on which it came out so, what was sent is one of these rows' ids and is told as that, so that behind the choice nothing of the request is left.
Rows that nobody bound to the caller hold nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.kinds import CALLER, CONSTANT, REQUEST, ROW
from assistant.collect.code.follow.trust import bound
from assistant.collect.code.origins import origins_of
from assistant.collect.code.values import Constant, Either, Known, Listed, Shape, Test
from assistant.domain.code import Origin
from assistant.domain.syntax import Assign, Do, Name


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.follow.facts import Fact, Facts
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.follow.scope import Scope
    from assistant.collect.code.values import Value
    from assistant.domain.syntax import If, Statement


def held_by(whole: Known, meaning: Value) -> frozenset[Origin]:
    """``ids.filter((id) => mine.includes(id))``, ``mine.has(id)``, ``mine.some((one) => one.id === id)``: what is left are some of mine."""
    if isinstance(meaning, Either):
        return _on_every_way(whole, meaning.values)
    if not isinstance(meaning, Test):
        return frozenset()
    if meaning.kind in {"any", "truthy"}:
        return _on_every_way(whole, meaning.operands)
    if meaning.kind in {"all", "some"}:
        found = (held_by(whole, one) for one in meaning.operands[: 1 if meaning.kind == "some" else None])
        return next((one for one in found if one), frozenset())
    if meaning.kind not in {"in", "equal"}:
        return frozenset()
    one, other = meaning.operands
    group = other if _there(one) == whole else one if _there(other) == whole and meaning.kind == "equal" else None
    if group is None or {each.kind for each in whole.origins} != {REQUEST}:
        return frozenset()
    held = frozenset(each for each in origins_of(group) if each.kind is not CONSTANT)  # ``(rows ?? []).map``
    return held if held and {each.kind for each in held} <= {ROW, CALLER} else frozenset()


def _on_every_way(whole: Known, ways: tuple[Value, ...]) -> frozenset[Origin]:
    """Each way to a yes looked for it among rows of mine; where there are none, as in a list that stands in for one, there is no yes."""
    possible = [one for one in ways if one != _NONE_OF_NONE and not (isinstance(one, Constant) and not one.value)]
    found = [held_by(whole, one) for one in possible]
    return frozenset().union(*found) if found and all(found) else frozenset()


_NONE_OF_NONE = Test("any", ())
"""``[].some(…)``"""


def as_mine(run: Run, value: Value) -> Value:
    """The value as it is on this way: an id that one of the tests around it looked for among the caller's rows is that of one of them."""
    sent = _there(value)
    if not run.conditions or not isinstance(sent, Known) or {one.kind for one in sent.origins} != {REQUEST}:
        return value
    for test, outcome in reversed(run.conditions):
        held = held_by(sent, test) if outcome else frozenset()
        if held and _mine(run, held):
            return Known(held)
    return value


def after_choice(run: Run, scope: Scope, node: If, facts: tuple[Facts, Facts]) -> Facts:
    """``if (id) { await mustBeMine(id) } else { id = made.id }``: behind it, what was sent is the id of the row that was found for it; what holds of that row.

    Only where whoever sent none gets another one in any case: else the condition may be left out.
    """
    told: set[Fact] = set()
    for body, known in ((node.otherwise, facts[0]), (node.then, facts[1])):
        for name in _given_anew(body):
            found = _as_found(run, scope.find(name), known)
            if found is not None:
                scope.replace(name, found[0])
                told.add(("tied", found[1]))
    return frozenset(told)


def _given_anew(body: tuple[Statement, ...]) -> Iterator[str]:
    """Names that a branch gives another value, whatever happens in it."""
    for one in body:
        said = one.expression if isinstance(one, Do) else None
        if isinstance(said, Assign) and isinstance(said.target, Name) and said.operator == "=":
            yield said.target.id


def _as_found(run: Run, value: Value | None, known: Facts) -> tuple[Value, int] | None:
    """What was sent, or the first of two, was proven on its way, and is told as the row that was found by it."""
    first, *others = value.values if isinstance(value, Either) and not value.facts else (value,)
    origin = next(iter(first.origins)) if isinstance(first, Known) and len(first.origins) == 1 else None
    if origin is None or origin.kind is not REQUEST or ("proven", origin) not in known:
        return None
    for record in reversed(run.ledger.queries):
        named = [each.column for each in record.filters if each.operator == "eq" and each.origins == (origin,)]
        if named and record.verb == "select":
            row = Known(frozenset({Origin(ROW, named[0], record.id)}))
            return (Either((row, *others)) if others else row), record.id
    return None


def _there(value: Value) -> Value:
    """``sent || null`` where it is equal to something that is there."""
    if not isinstance(value, Either):
        return value
    left = [one for one in value.values if not (isinstance(one, Constant) and not one.value)]
    return left[0] if len(left) == 1 else value


def items_of_mine(run: Run, whole: Known, meaning: Value) -> Listed | None:
    """``pairs.filter((pair) => mine.has(pair.recipeId))``: of each that is left that field is the id of a row of mine; None where nothing was held."""
    if {one.kind for one in whole.origins} != {REQUEST}:
        return None
    fields: dict[str, Value] = {}
    for part in _looked_for(meaning):
        held = held_by(part, meaning)
        name = _field(whole, part)
        if name and held and _mine(run, held):
            fields[name] = Known(held)
    return Listed((Shape(fields, (Known(whole.origins),)),)) if fields else None


def _looked_for(meaning: Value) -> Iterator[Known]:
    if not isinstance(meaning, Test):
        return
    if meaning.kind in {"all", "some"}:
        for one in meaning.operands[: 1 if meaning.kind == "some" else None]:
            yield from _looked_for(one)
    elif meaning.kind in {"in", "equal"}:
        for one in meaning.operands[: 1 if meaning.kind == "in" else None]:
            if isinstance(one, Known) and {each.kind for each in one.origins} == {REQUEST}:
                yield one


def _field(whole: Known, part: Known) -> str:
    """The name of a field of what is listed; empty for the items themselves, and for what lies deeper."""
    if len(part.origins) != 1 or len(whole.origins) != 1:
        return ""
    before, _, name = next(iter(part.origins)).path.rpartition(".")
    return name if before == next(iter(whole.origins)).path else ""


def _mine(run: Run, held: frozenset[Origin]) -> bool:
    return all(one.kind is CALLER or bound(run, one.row) for one in held)
