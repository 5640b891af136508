"""What a loop over a list says of the whole list: a flag that one item lowers, one that any item raises, a list of those that failed.

``let ok = true; for (const id of ids) if (!mine.has(id)) ok = false`` proves every id when ``ok`` is still true; ``ok = true`` for one that is
mine proves that one only. Where nothing is listed, every item of it is proven: nothing is done with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.facts import NONE, Learned
from assistant.collect.code.follow.trust import bound, consequences
from assistant.collect.code.values import Closure, Constant, Either, Known, Listed, Shape, Test, Value
from assistant.domain.code import Origin, OriginKind
from assistant.domain.syntax import Assign, Attribute, Binary, Call, Do, Name


if TYPE_CHECKING:
    from assistant.collect.code.follow.facts import Fact, Facts
    from assistant.collect.code.follow.frame import Looped
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.follow.scope import Scope
    from assistant.domain.syntax import Statement

LOOP = 1000
"""What a loop counts among the branches around a place: everybody goes through it, only not always with the same item."""
_SAMPLES = 3
_STEPS = 12
_ADDS = frozenset({"push", "unshift", "append", "add"})
_EMPTY = Listed(())
NO_FAILED = Constant(0.0)
SOME_FAILED = Constant(1.0)
"""How many were put into a list on one of two ways: none, or more than none."""


def gone_through(over: Value) -> tuple[Value, ...]:
    """Items that a loop runs for: the first few stand for the others, but of what the code does itself, one after another, all are run."""
    items = _items(over)
    return items[: _STEPS if all(_is_step(one) for one in items) else _SAMPLES]


def _is_step(item: Value) -> bool:
    """A function, an object with one, or such a thing with its name (``Object.entries({ list, remove })``)."""
    if isinstance(item, Shape):
        return isinstance(item.fields, dict) and any(isinstance(one, Closure) for one in item.fields.values())
    return isinstance(item, Closure) or (isinstance(item, Listed) and any(_is_step(one) for one in item.items))


def _items(over: Value) -> tuple[Value, ...]:
    """What a loop runs over: of a list that is empty on one way what another puts into it."""
    if isinstance(over, Listed):
        return over.items
    if isinstance(over, Known):
        return (Known(over.origins),)
    if isinstance(over, Either):
        return next((items for value in over.values if (items := _items(value))), ())
    return (over,) if not isinstance(over, Shape | Constant) else ()


def around(run: Run, scope: Scope, name: str) -> Looped | None:
    """The loop that runs around an assignment to a name that was there before it; None when there is none."""
    loops = run.frame.loops
    inside = run.depth - scope.depth_of(name) >= LOOP
    return loops[-1] if loops and inside else None


def known_of_all(run: Run, loop: Looped) -> Facts:
    """What is known where one item is looked at, without what was found out of this one: another may be somebody else's."""
    return run.facts - (_of_item(run, loop) - loop.before)


def _of_item(run: Run, loop: Looped) -> Facts:
    found: set[Fact] = {("proven", one) for one in loop.items if one.kind is OriginKind.REQUEST}
    for one in loop.items:
        if one.kind is OriginKind.ROW:
            found |= consequences(run, one.row)
    return frozenset(found)


def kept_up(run: Run, node: Assign, value: Value, scope: Scope) -> bool:
    """``ok = ok && mine.has(id)`` and ``bad = bad || !mine.has(id)`` in a loop: what every item says; False for any other assignment."""
    target = node.target
    if not isinstance(target, Name) or not isinstance(value, Test):
        return False
    loop = around(run, scope, target.id)
    before = scope.find(target.id)
    if loop is None or before is None:
        return False
    items = Known(loop.items)
    operator = node.operator.removesuffix("=") or _with_itself(node, target.id)
    if operator not in {"&&", "||"} or not isinstance(before, Constant):
        return scope.assign(target.id, Test("some", (value, items)), run.depth)
    every = value if operator == "&&" else Test("some", (value, items))
    none_listed = loop.before | {("proven", one) for one in loop.items if one.kind is OriginKind.REQUEST}
    scope.replace(target.id, Either((before, every), (none_listed, NONE)))
    return True


def _with_itself(node: Assign, name: str) -> str:
    said = node.value
    own = isinstance(said, Binary) and isinstance(said.left, Name) and said.left.id == name
    return said.operator if own and isinstance(said, Binary) else ""


def without_items(loop: Looped, learned: Learned) -> Learned:
    """What a test taught whose other outcome only goes on with the next item: of the listed ids nothing is proven by it."""
    named = {one for one in loop.items if one.kind is OriginKind.REQUEST}
    return Learned(learned.facts, tuple(one for one in learned.lessons if not named & set(one.subjects)))


def after(loop: Looped, facts: Facts) -> Facts:
    """What is known behind a loop: of an id that some items were passed over for, nothing."""
    skipped = {
        ("proven", one)
        for one in loop.items
        if one.kind is OriginKind.REQUEST and any(("proven", one) not in left for left in loop.left)
    }
    return facts - (skipped - loop.before)


def empty_lists(body: tuple[Statement, ...], scope: Scope) -> list[str]:
    """Lists without items into which a branch puts something."""
    found: list[str] = []
    for one in body:
        call = one.expression if isinstance(one, Do) else None
        callee = call.callee if isinstance(call, Call) else None
        of = callee.of if isinstance(callee, Attribute) and callee.name in _ADDS else None
        if isinstance(of, Name) and scope.find(of.id) == _EMPTY:
            found.append(of.id)
    return found


def tell_apart(run: Run, names: list[str], scope: Scope, facts: tuple[Facts, Facts]) -> None:
    """``if (!mine.has(id)) strangers.push(id)``: while nothing is in it, none of them failed."""
    for name in names:
        value = scope.find(name)
        if isinstance(value, Listed) and value.items and (run.depth - scope.depth_of(name)) % LOOP == 0:
            scope.replace(name, Either((_EMPTY, value), facts))


def as_found(run: Run, put: tuple[Value, ...]) -> tuple[Value, ...]:
    """``for (const id of ids) if (await mine(id)) ok.push(id)``: what is listed are ids of rows that were found, and not all that were sent."""
    loop = run.frame.loops[-1] if run.frame.loops else None
    return put if loop is None else tuple(_as_found(run, loop, one) for one in put)


def _as_found(run: Run, loop: Looped, value: Value) -> Value:
    origin = next(iter(value.origins)) if isinstance(value, Known) and len(value.origins) == 1 else None
    proven = ("proven", origin)
    if origin is None or origin not in loop.items or proven not in run.facts or proven in loop.before:
        return value
    for record in reversed(run.ledger.queries):
        if bound(run, record.id) and any(origin in each.origins for each in record.filters if each.operator == "eq"):
            return Known(frozenset({Origin(OriginKind.ROW, "id", record.id)}))
    return value


def how_many(value: Either) -> Either | None:
    """The length of a list that is empty on one way and not on the other."""
    if not value.facts or not any(one == _EMPTY for one in value.values):
        return None
    if not all(isinstance(one, Listed) for one in value.values):
        return None
    return Either(tuple(NO_FAILED if one == _EMPTY else SOME_FAILED for one in value.values), value.facts)


def counted_apart(value: Value) -> bool:
    """A length that ``how_many`` told, or a number that a function gave on one of its ways."""
    return isinstance(value, Either) and bool(value.facts) and all(map(_is_told, value.values))


def _is_told(size: Value) -> bool:
    return isinstance(size, Constant) and isinstance(size.value, int | float)


def size_decided(test: Test) -> bool | None:
    """``strangers.length > 0`` of a list that is known to be empty, or not to be, ``level >= 2`` of a number of the code's; None for all else."""
    if test.kind not in {"more", "less"}:
        return None
    left, right = (one.value if isinstance(one, Constant) else None for one in test.operands)
    if not isinstance(left, int | float) or not isinstance(right, int | float) or left == right:
        told = isinstance(left, float) and left == right == NO_FAILED.value  # no list is shorter than an empty one
        return False if told and test.kind == "more" else None
    return left > right if test.kind == "more" else left < right
