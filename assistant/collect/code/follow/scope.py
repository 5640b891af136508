"""Names and what they stand for, inside a function or at the top of a module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.facts import NONE, access
from assistant.collect.code.values import Constant, Either, Known, Value


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.prelude import Prelude

MOST = 8
"""Values that are told apart."""


class Scope:
    """One level of names. A name that is assigned on a branch keeps its earlier value as a possibility."""

    __slots__ = ("depths", "module", "names", "parent", "watch")

    def __init__(self, module: str, parent: Scope | None = None) -> None:
        """An empty level below ``parent``, in the module of that path."""
        self.module = module
        self.parent = parent
        self.names: dict[str, Value] = {}
        self.depths: dict[str, int] = {}
        self.watch: Prelude | None = None
        """Who is told when somebody looks at a name of this level."""

    def find(self, name: str) -> Value | None:
        """The value of a name here or further out; None when it is not bound below the module."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                if scope.watch is not None:
                    scope.watch.looked_at(name, scope)
                return scope.names[name]
            scope = scope.parent
        return None

    def declare(self, name: str, value: Value, depth: int) -> None:
        """Bind a name at this level; ``depth`` counts the branches around the declaration."""
        self.names[name] = value
        self.depths[name] = depth

    def assign(self, name: str, value: Value, depth: int, known: Facts = NONE) -> bool:
        """Bind a name where it was declared; False when nobody declared it. ``known`` is what holds where that is done."""
        scope = self._level(name)
        if scope is None:
            return False
        on_branch = depth > scope.depths.get(name, 0)
        scope.names[name] = _or_else(scope.names[name], value, known) if on_branch else value
        return True

    def depth_of(self, name: str) -> int:
        """How many branches stand around the declaration of a name; -1 when nobody declared it."""
        scope = self._level(name)
        return scope.depths.get(name, 0) if scope is not None else -1

    def replace(self, name: str, value: Value) -> None:
        """What a name stands for, told more precisely."""
        scope = self._level(name)
        if scope is not None:
            scope.names[name] = value

    def _level(self, name: str) -> Scope | None:
        """Where a name was declared, here or further out."""
        scope: Scope | None = self
        while scope is not None and name not in scope.names:
            scope = scope.parent
        return scope


def block(scope: Scope) -> Scope:
    """The level of names inside a block; Python has none: what is bound in a branch or a loop is there after it."""
    return scope if scope.module.endswith(".py") else Scope(scope.module, scope)


def _or_else(before: Value, value: Value, known: Facts) -> Value:
    """One of two; when what was known on the way to each is told apart, it stays so.

    A flag that is raised on a branch (``allowed = true``) says what was found out there.
    """
    if known and _is_flag(value):
        if _is_flag(before):
            return Either((before, value), (NONE, known))
        if isinstance(before, Either) and before.facts and all(_is_flag(one) for one in before.values):
            values, facts = (*before.values, value), (*before.facts, known)
            return Either(values, facts) if len(values) <= MOST else either(before, value)
    if isinstance(before, Either) and isinstance(value, Either) and before.facts and value.facts:
        values, facts = (*before.values, *value.values), (*before.facts, *value.facts)
        if len(values) <= MOST and len(values) == len(facts):
            return Either(values, facts)
    return either(before, value)


def _is_flag(value: Value) -> bool:
    return isinstance(value, Constant) and isinstance(value.value, bool)


def _flat(values: tuple[Value, ...]) -> Iterator[Value]:
    for value in values:
        if isinstance(value, Either):
            yield from _flat(value.values)
        else:
            yield value


def _alike(value: Value, other: Value) -> bool:
    if isinstance(value, Constant):
        return isinstance(other, Constant) and value.value == other.value
    return isinstance(value, Known) and isinstance(other, Known) and value.origins == other.origins


def either(*values: Value) -> Value:
    """One of several values; the same value twice is one, and beyond eight the rest is dropped.

    Closures and shapes are compared by identity, constants and origins by content. What is known on each way of a choice is kept only where
    there is nothing else.
    """
    if len(values) == 1:
        return values[0]
    kept: list[Value] = []
    for value in _flat(values):
        for other in kept:
            if value is other or _alike(value, other):
                break
        else:
            kept.append(value)
    return kept[0] if len(kept) == 1 else Either(tuple(kept[:MOST]))


def on_way(choice: Either, n: int, known: Facts) -> Facts:
    """What is known on one way of a choice, with what is known anyway: a role that only another way had does not become this one's."""
    own = choice.facts[n]
    others = frozenset().union(*choice.facts) - own
    return own | frozenset(fact for fact in known if fact[0] != "role" or fact not in others)


def laid_out(sides: list[tuple[Value, Facts]]) -> tuple[list[Value], list[Facts]]:
    """Values with what was known on the way to each, a choice inside one laid out: its options keep what was known on theirs."""
    values: list[Value] = []
    facts: list[Facts] = []
    for value, known in sides:
        inner = value.values if isinstance(value, Either) else (value,)
        for n, one in enumerate(inner):
            values.append(one)
            facts.append(on_way(value, n, known) if isinstance(value, Either) and n < len(value.facts) else known)
    return values, facts


def _the_same_once(values: list[Value], facts: list[Facts]) -> tuple[list[Value], list[Facts]]:
    """Constants that several ways lead to, each once, with what is known on all of them: eight ways to ``null`` are one."""
    kept: list[Value] = []
    known: list[Facts] = []
    for value, own in zip(values, facts, strict=True):
        same = next((n for n, one in enumerate(kept) if isinstance(one, Constant) and _alike(one, value)), None)
        if same is None:
            kept.append(value)
            known.append(own)
        else:
            known[same] &= own
    return kept, known


def told_apart(sides: list[tuple[Value, Facts]], before: Facts) -> Either | None:
    """One of both with what was known on its way, a choice inside a choice laid out; None when nothing was found out on the way."""
    values, facts = laid_out(sides)
    if len(values) > MOST:
        values, facts = _the_same_once(values, facts)
    if len(values) > MOST or not any(access(one - before) for one in facts):
        return None
    return Either(tuple(values), tuple(facts))
