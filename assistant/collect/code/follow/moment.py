"""Everything that a run knows at one statement, kept so that another run can go on from there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, final

from assistant.collect.code.follow.ledger import Ledger
from assistant.collect.code.values import Blueprint, Closure, Shape, Value, parts_of


if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.frame import Frame
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.follow.scope import Scope
    from assistant.domain.facts import Place

_MOST = 40_000
"""Values that are looked through for the scopes they hold."""


class _Paths(NamedTuple):
    """How the paths of a function that is running had ended."""

    returns: tuple[tuple[Value, Facts], ...]
    by_role: frozenset[int]
    given: tuple[tuple[Value, ...], Facts]
    told: bool | None
    flags: tuple[bool, bool, bool]
    yielded: tuple[Value, ...]
    loops: tuple[tuple[Facts, ...], ...]


class _Names(NamedTuple):
    """What the names of a scope stood for."""

    scope: Scope
    names: dict[str, Value]
    depths: dict[str, int]


@final
class Moment:
    """A run at one statement."""

    def __init__(self, run: Run, scope: Scope) -> None:
        """As the run is now, in that scope."""
        self.scope = scope
        self.ledger = Ledger(run.stack, run.tokens)
        self.ledger.be(run.ledger, in_place)
        self.facts = run.facts
        self.counts = (run.depth, run.in_catch, run.rendered_below, run.left)
        self.answer_ends = run.answer_ends
        self.frames = [_paths_of(frame) for frame in run.frames]
        self.overlay = dict(run.overlay)
        self.conditions = list(run.conditions)
        self.settled = dict(run.settled)
        self.fetched = dict(run.fetched)
        self.answers = dict(run.answers)
        self.written = dict(run.written)
        self.meanings = dict(run.meanings)
        self.templates = dict(run.templates)
        self.tokens = dict(run.tokens)
        self.lists = dict(run.lists)
        self.segments = dict(run.segments)
        self.visited = frozenset(run.visited)
        self.wrappers = list(run.wrappers)
        self.loggers = dict(run.loggers)
        self.scopes = list(run.scopes)
        self.narrowed = list(run.narrowed)
        self.enclosing = dict(run.enclosing)
        touched = {id(of): of for of, _, _ in run.undo}
        self.objects = [(of, dict(of.fields), of.rest) for of in touched.values()]
        """Objects that were changed so far, as they are."""
        found = _scopes_of(run, scope)
        self.whole = found is not None
        """False when there is too much to keep."""
        self.names = [_Names(one, dict(one.names), dict(one.depths)) for one in found or ()]

    def restore(self, run: Run, moved: Callable[[Place], Place]) -> None:
        """The run stands here now, with the same functions running; ``moved`` gives the places of its own entry.

        What it made on its way is kept beside: values are told apart by their identity, and it may still hold some.
        """
        run.ledger.be(self.ledger, moved)
        run.facts = self.facts
        run.depth, run.in_catch, run.rendered_below, run.left = self.counts
        run.answer_ends = self.answer_ends
        for frame, kept in zip(run.frames, self.frames, strict=True):
            frame.returns = list(kept.returns)
            frame.by_role = set(kept.by_role)
            frame.given, frame.told = kept.given, kept.told
            frame.left_by_return, frame.left_by_throw, frame.jumped = kept.flags
            frame.yielded = list(kept.yielded)
            for loop, left in zip(frame.loops, kept.loops, strict=True):
                loop.left = list(left)
        run.overlay = dict(self.overlay)
        run.conditions = list(self.conditions)
        run.settled = {**run.settled, **self.settled}
        run.fetched = {**run.fetched, **self.fetched}
        run.answers = {**run.answers, **self.answers}
        run.written = {**run.written, **self.written}
        run.meanings = {**run.meanings, **self.meanings}
        run.templates = {**run.templates, **self.templates}
        run.tokens = {**run.tokens, **self.tokens}
        run.lists = {**run.lists, **self.lists}
        run.segments = {**run.segments, **self.segments}
        run.visited |= self.visited
        run.wrappers = list(self.wrappers)
        run.loggers = {**run.loggers, **self.loggers}
        run.scopes = list(self.scopes)
        run.narrowed = list(self.narrowed)
        for of, fields, rest in self.objects:
            run.touches(of)
            of.fields, of.rest = dict(fields), rest
        for one in self.names:
            run.lent.append((one.scope, one.scope.names, one.scope.depths))
            one.scope.names, one.scope.depths = dict(one.names), dict(one.depths)


def in_place(place: Place) -> Place:
    """A place of the file that both runs are of."""
    return place


def _paths_of(frame: Frame) -> _Paths:
    flags = (frame.left_by_return, frame.left_by_throw, frame.jumped)
    loops = tuple(tuple(loop.left) for loop in frame.loops)
    by_role = frozenset(frame.by_role)
    return _Paths(tuple(frame.returns), by_role, frame.given, frame.told, flags, tuple(frame.yielded), loops)


def _scopes_of(run: Run, scope: Scope) -> list[Scope] | None:
    """Every scope that the run can still reach, but those at the top of modules; None when there is too much to look through."""
    found: list[Scope] = []
    seen: set[int] = set()
    values = _held(run)
    _reached([scope, *run.scopes, *run.enclosing.values()], found, seen, values)
    while values:
        one = values.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if len(seen) > _MOST:
            return None
        if isinstance(one, Closure | Blueprint):
            if one.scope is not None:
                _reached([one.scope], found, seen, values)
            if isinstance(one, Closure) and one.bound is not None:
                values.append(one.bound)
        elif not isinstance(one, Shape) or isinstance(one.fields, dict):
            values.extend(parts_of(one))
    return found


def _held(run: Run) -> list[Value]:
    """Values that the run keeps under their identity, or that its functions will answer."""
    kept = [*run.settled.values(), *run.answers.values(), *run.written.values(), *run.meanings.values()]
    held: list[Value] = [one[0] for one in kept]
    for _, result in [*run.settled.values(), *run.written.values()]:
        held.append(result)
    held += run.fetched.values()
    held += run.overlay.values()
    held += [test for test, _ in run.conditions]
    for frame in run.frames:
        held += [value for value, _ in frame.returns]
    return held


def _reached(scopes: list[Scope], found: list[Scope], seen: set[int], values: list[Value]) -> None:
    for first in scopes:
        level: Scope | None = first
        while level is not None and level.parent is not None and id(level) not in seen:
            seen.add(id(level))
            found.append(level)
            values.extend(level.names.values())
            level = level.parent
