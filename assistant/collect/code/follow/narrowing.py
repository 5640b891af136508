"""What a name can still stand for on a branch: behind ``if (auth instanceof Response) return auth`` it is no response.

Only names of the running function are told more precisely, and only until the block ends in which that was found out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from assistant.collect.code.follow.truth import truth
from assistant.collect.code.values import Either, Test
from assistant.domain.syntax import Attribute, Binary, Call, Literal, Name, Unary


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.follow.scope import Scope
    from assistant.collect.code.values import Value
    from assistant.domain.syntax import Expression

_LOOKS = frozenset({"===", "==", "!==", "!=", "in", "instanceof", "&&", "||"})


class Narrowed(NamedTuple):
    """A name that was told more precisely, to be told as before where the block ends."""

    scope: Scope
    name: str
    before: Value
    after: Value


def narrow(run: Run, node: Expression, test: Value, outcome: bool, scope: Scope) -> None:
    """Names that the test looks at stand only for what agrees with its outcome."""
    if not _has_choice(test):
        return
    nested, run.narrowing = run.narrowing, True
    try:
        _tell(run, node, outcome, scope)
    finally:
        run.narrowing = nested


def _tell(run: Run, node: Expression, outcome: bool, scope: Scope) -> None:
    for name in dict.fromkeys(names_in(node)):
        level = level_of(run, scope, name)
        value = level.names[name] if level is not None else None
        if level is None or not isinstance(value, Either):
            continue
        left = _left(run, node, outcome, scope, level, name, value)
        if left is not None:
            after, kept = left
            level.names[name] = after
            run.narrowed.append(Narrowed(level, name, value, after))
            _beside(run, level, value, kept)


def _beside(run: Run, level: Scope, told: Either, kept: tuple[int, ...]) -> None:
    """``const { error, data } = parse(body); if (error) return``: what came out of one answer is of one and the same way."""
    if not told.facts or len(kept) == len(told.values):
        return
    for name, value in list(level.names.items()):
        if isinstance(value, Either) and value.facts is told.facts and len(value.values) == len(told.values):
            after = _chosen(value, tuple(value.values[n] for n in kept), kept)
            level.names[name] = after
            run.narrowed.append(Narrowed(level, name, value, after))


def _chosen(value: Either, left: tuple[Value, ...], kept: tuple[int, ...]) -> Value:
    if len(kept) == 1:
        return left[0]
    known = value.facts if len(value.facts) == len(value.values) else ()
    return Either(left, tuple(known[n] for n in kept) if known else ())


def beside(run: Run, node: Binary, left: Value, outcome: bool, scope: Scope) -> Value:
    """The right side of ``!row || row.id !== id``, which is looked at where the left one came out so.

    Not while a name is told more precisely: in a chain of ``||`` each part would be looked at anew for each that stands before it.
    """
    if run.narrowing or node.operator == "??" or not _has_choice(left) or not _goes_on(node):
        return run.evaluate(node.right, scope)
    mark = len(run.narrowed)
    narrow(run, node.left, left, outcome, scope)
    try:
        return run.evaluate(node.right, scope)
    finally:
        restore(run, mark)


def _goes_on(node: Binary) -> bool:
    """The right side speaks of something that the left one asked for."""
    asked = frozenset(names_in(node.left))
    left = [node.right] if asked else []
    while left:
        one = left.pop()
        if isinstance(one, Name):
            if one.id in asked:
                return True
        elif isinstance(one, Attribute):
            left.append(one.of)
        elif isinstance(one, Unary):
            left.append(one.operand)
        elif isinstance(one, Binary):
            left += [one.right, one.left]
        elif isinstance(one, Call):
            left += [one.callee, *one.arguments]
    return False


def restore(run: Run, mark: int) -> None:
    """Names narrowed since then stand for what they did, but where they were given another value."""
    while len(run.narrowed) > mark:
        scope, name, before, after = run.narrowed.pop()
        if scope.names.get(name) is after:
            scope.names[name] = before


def _has_choice(test: Value) -> bool:
    if isinstance(test, Test):
        return any(_has_choice(one) for one in test.operands)
    return isinstance(test, Either)


def names_in(node: Expression) -> Iterator[str]:
    """The names that a test without calls looks at; none when anything else happens in it."""
    found: list[str] = []
    left = [node]
    while left:
        one = left.pop()
        if isinstance(one, Name):
            found.append(one.id)
        elif isinstance(one, Attribute):
            left.append(one.of)
        elif isinstance(one, Unary) and one.operator == "!":
            left.append(one.operand)
        elif isinstance(one, Binary) and one.operator in _LOOKS:
            left += [one.right, one.left]
        elif not isinstance(one, Literal):
            return
    yield from found


def level_of(run: Run, scope: Scope, name: str) -> Scope | None:
    """Where the running function declared the name; None for a name of the function around it."""
    outermost = run.scopes[-1] if run.scopes else None
    level: Scope | None = scope
    while level is not None:
        if name in level.names:
            return level
        if level is outermost:
            return None
        level = level.parent
    return None


def _left(
    run: Run, node: Expression, outcome: bool, scope: Scope, level: Scope, name: str, value: Either
) -> tuple[Value, tuple[int, ...]] | None:
    """What is left of the value, and which of its options; None when everything is, or nothing.

    Of a value that is itself one of several, what is left of that.
    """
    before = run.facts
    kept: list[int] = []
    left: list[Value] = []
    for n, option in enumerate(value.values):
        level.names[name] = option
        if truth(run.evaluate(node, scope)) is not (not outcome):
            inner = _left(run, node, outcome, scope, level, name, option) if isinstance(option, Either) else None
            kept.append(n)
            left.append(option if inner is None else inner[0])
        run.facts = before
    level.names[name] = value
    if not kept or (len(kept) == len(value.values) and all(a is b for a, b in zip(left, value.values, strict=True))):
        return None
    return _chosen(value, tuple(left), tuple(kept)), tuple(kept)
