"""What a wrapper does before it looks at the handler it wraps is the same for every handler, and followed once.

``export const GET = withTeam(async ({ team }) => …, { role: "owner" })``: hundreds of handlers share the statements of ``withTeam`` up to
the first that looks at ``handler`` or at an option. Of the first handler that is learned which statement that is, at the second one
everything that the run knows there is kept, and every later one begins there with the same notes, told of its own file.

Nothing is assumed: a name of the functions around the wrapper is watched, the arguments must be equal, what was asked of the path must be
answered alike, and an entry that does not come back to where it was left is followed from its beginning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, final

from assistant.collect.code.follow.moment import Moment, in_place
from assistant.collect.code.follow.truth import begins, fits, is_pattern, lacks, matched, other_paths, segment
from assistant.collect.code.values import Closure, Listed, Value


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.follow.scope import Scope
    from assistant.domain.code import Act, EntryKind
    from assistant.domain.facts import Place
    from assistant.domain.syntax import Statement

_TRIES = 3
"""Handlers after which a wrapper that is never left at the same statement is followed for each."""
_NESTED = 8
"""Wrappers inside wrappers."""


class Spot(NamedTuple):
    """A statement on the way to where a wrapper is left."""

    statements: tuple[Statement, ...]
    turn: int
    """Which time these statements are gone through, counted since the statement around them began."""
    number: int
    """Its position among them."""


class _Start(NamedTuple):
    """What was known before the wrapper began."""

    facts: Facts
    order: int
    acts: tuple[Act, ...]
    wrappers: tuple[str, ...]


class Asked(NamedTuple):
    """Something that was asked of the path of the request, which is another for each handler."""

    what: Value | str
    """Paths, how it begins, the name of a segment that is always there, or that of one that never is behind a ``/``."""
    of: Value | None
    """What was taken for the path; None where a segment was asked for."""
    answer: bool | None


@final
class Shared:
    """What is known of one wrapper."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.tries = 0
        self.spots: tuple[Spot, ...] = ()
        self.moments: tuple[Moment, ...] = ()
        self.value: Closure | None = None
        self.arguments: tuple[Value, ...] = ()
        self.levels: list[Scope] = []
        self.at: Place | None = None
        """Where the handler stands of which this was kept."""
        self.asked: tuple[Asked, ...] = ()
        self.start: _Start | None = None


@final
class Prelude:
    """The way of one run to the handler, while it is learned, kept, or gone through."""

    def __init__(self, shared: Shared, levels: list[Scope], through: frozenset[tuple[int, str]]) -> None:
        """``levels`` are the scopes around the wrapper, and ``through`` names there that stand for wrappers inside it."""
        self.shared = shared
        self.levels = levels
        self.through = through
        self.open: list[_Open] = []
        self.asked: list[Asked] = []
        self.moments: list[Moment] = []
        self.run: Run | None = None
        self.moved: dict[Place, Place] = {}
        self.options: list[tuple[Scope, str, Value]] = []
        self.beside = 0
        """How deep the run is in statements that are not on the way."""

    # learning

    def watch(self, run: Run) -> None:
        """Be told when a name around the wrapper is looked at."""
        self.run = run
        run.prelude = self
        for level in self.levels:
            level.watch = self

    def looked_at(self, name: str, scope: Scope) -> None:
        """The wrapper is left here: what comes now differs from handler to handler."""
        if (id(scope), name) in self.through:
            return
        self.shared.spots = tuple(Spot(one.statements, one.turn, one.number) for one in self.open)
        self._end()

    def heard(self, what: Value | str, of: Value | None, answer: bool | None) -> None:
        """Something was asked of the path of the request."""
        self.asked.append(Asked(what, of, answer))

    def _end(self) -> None:
        for level in self.levels:
            level.watch = None
        if self.run is not None:
            self.run.prelude = None

    # statements

    def entered(self, run: Run, statements: tuple[Statement, ...], scope: Scope) -> tuple[int, Scope]:
        """Statements begin; where to go on in them, -1 from their beginning, and in which scope."""
        if self.shared.moments:
            return self._gone(run, statements, scope)
        turn = self.open[-1].turn_of(statements) if self.open else 1
        self.open.append(_Open(statements, turn))
        return -1, scope

    def reached(self, run: Run, number: int, scope: Scope) -> None:
        """The next statement begins."""
        if run.prelude is not self or self.beside:
            return
        if self.open:
            self.open[-1].begin(number)
        spots = self.shared.spots
        if self.shared.moments or not spots or len(self.open) != len(self.moments) + 1:
            return
        if all(one.is_at(spot) for one, spot in zip(self.open, spots, strict=False)):
            self.moments.append(Moment(run, scope))
            if len(self.moments) == len(spots):
                self._keep(run)

    def left(self) -> None:
        """Statements end."""
        if self.shared.moments:
            self.beside = max(0, self.beside - 1)
        elif self.open:
            self.open.pop()

    def _keep(self, run: Run) -> None:
        shared = self.shared
        places = {place for moment in self.moments for place in moment.ledger.places() if place.file == run.module}
        if all(one.whole for one in self.moments) and places <= {shared.at} and not self._told_environment():
            shared.moments, shared.levels, shared.asked = tuple(self.moments), self.levels, tuple(self.asked)
        else:
            shared.tries = _TRIES
        self._end()

    def _told_environment(self) -> bool:
        """A line of such an act is counted from where the handler was called."""
        return any(act.name == "environment" for act in self.moments[-1].ledger.acts)

    # going through

    def go(self, run: Run, at: Place) -> None:
        """Begin where the wrapper is left, for the handler at that place."""
        shared = self.shared
        if shared.at is not None:
            self.moved = {shared.at: at}
        for old, new in zip(shared.levels, self.levels, strict=True):
            self.options += [
                (old, name, value) for name, value in new.names.items() if (id(new), name) not in self.through
            ]
        self.open = [_Open((), 0)]
        run.prelude = self

    def lost(self) -> bool:
        """The run did not come back to where the wrapper is left; it is followed for each handler from now on."""
        self._end()
        if not self.shared.moments or self.run is not None:
            return False
        self.shared.moments, self.shared.tries = (), _TRIES
        return True

    def _gone(self, run: Run, statements: tuple[Statement, ...], scope: Scope) -> tuple[int, Scope]:
        shared, passed = self.shared, len(self.moments)
        if not self.beside:
            spot, turn = shared.spots[passed], self.open[-1].turn_of(statements)
            if spot.statements is statements and (spot.turn == turn or not passed):
                moment = shared.moments[passed]
                moment.restore(run, self._place)
                for level, name, value in self.options:
                    level.names[name] = value
                self.moments.append(moment)
                self.open.append(_Open(statements, turn))
                if len(self.moments) == len(shared.spots):
                    run.prelude = None
                return spot.number, moment.scope
        self.beside += 1
        return -1, scope

    def _place(self, place: Place) -> Place:
        return self.moved.get(place, place)


@final
class _Open:
    """Statements that are being gone through."""

    def __init__(self, statements: tuple[Statement, ...], turn: int) -> None:
        self.statements = statements
        self.turn = turn
        self.number = 0
        self.turns: dict[int, int] = {}

    def begin(self, number: int) -> None:
        """The next of them."""
        self.number = number
        self.turns = {}

    def turn_of(self, statements: tuple[Statement, ...]) -> int:
        """Which time these are gone through since the present one began."""
        self.turns[id(statements)] = self.turns.get(id(statements), 0) + 1
        return self.turns[id(statements)]

    def is_at(self, spot: Spot) -> bool:
        """Whether that is where it stands."""
        return self.statements is spot.statements and (self.turn, self.number) == (spot.turn, spot.number)


def begin(
    run: Run, kind: EntryKind, value: Value, arguments: tuple[Value, ...], at: Place
) -> tuple[Value, tuple[Value, ...]]:
    """What to call, and with what, for a handler at a place: what was given, or what was kept of an equal wrapper."""
    if run.quiet or not isinstance(value, Closure) or value.module == run.module or value.bound is not None:
        return value, arguments
    start = _start(run)
    if start is None:
        return value, arguments
    levels: list[Scope] = []
    through: set[tuple[int, str]] = set()
    key = (
        kind,
        run.interactive,
        bool(run.path),
        frozenset(run.ledger.handed),
        _key(value, run.module, levels, through, 0),
    )
    if not levels:
        return value, arguments
    shared = run.world.preludes.get(key)
    if shared is None:
        shared = run.world.preludes[key] = Shared()
        shared.start = start
    prelude = Prelude(shared, levels, frozenset(through))
    if shared.start != start or shared.tries >= _TRIES:
        return value, arguments
    if not shared.moments:
        shared.tries += 1
        shared.value, shared.arguments, shared.at = value, arguments, at
        prelude.watch(run)
        return value, arguments
    assert shared.value is not None
    if (
        shared.arguments != arguments
        or not answered_alike(run.path, run.route, shared.asked)
        or _goes_through(run, shared)
    ):
        return value, arguments
    prelude.go(run, at)
    return shared.value, shared.arguments


def _start(run: Run) -> _Start | None:
    """What is known so far; None when more was noted than what a library does around the handler."""
    ledger = run.ledger
    if ledger.queries or ledger.guards or ledger.earned or run.overlay or run.undo:
        return None
    return _Start(run.facts, ledger.order, tuple(ledger.acts), tuple(run.wrappers))


def _goes_through(run: Run, shared: Shared) -> bool:
    """The wrapper calls something in the handler's own file: its places would be another's."""
    return any(module == run.module for module, _ in shared.moments[-1].visited)


def answered_alike(path: str, route: str, questions: Iterable[Asked], *, exact: bool = False) -> bool:
    """What was asked of another path is answered alike by this one; ``route`` is it with the segments of its folders."""
    return all(_answer(path, route, one, exact=exact) is one.answer for one in questions)


def _answer(path: str, route: str, asked: Asked, *, exact: bool) -> bool | None:
    """What this handler's path answers."""
    if isinstance(asked.what, str) and asked.what.startswith("/"):
        return lacks(route, asked.what[1:])
    if isinstance(asked.what, str):
        return segment(route, asked.what)
    if asked.of is None:
        return matched(path, asked.what)
    of = asked.of
    if isinstance(asked.what, Listed):
        return other_paths(path, asked.what, of, exact=exact)
    return fits(path, asked.what, of) if is_pattern(asked.what) else begins(path, asked.what, of, exact=exact)


def _key(
    value: Closure, module: str, levels: list[Scope], through: set[tuple[int, str]], depth: int
) -> tuple[object, ...]:
    """What tells a wrapper from another: its function, the names around it, and the wrappers that those stand for."""
    parts: list[object] = [id(value.function)]
    level: Scope | None = value.scope
    while level is not None and level.parent is not None:
        if any(one is level for one in levels):
            parts.append("around")
            break
        levels.append(level)
        for name in sorted(level.names):
            inner = level.names[name]
            parts.append(name)
            if isinstance(inner, Closure) and depth < _NESTED and _wraps(inner, module):
                through.add((id(level), name))
                parts.append(_key(inner, module, levels, through, depth + 1))
        level = level.parent
    return tuple(parts)


def _wraps(value: Closure, module: str) -> bool:
    """A function that another one made, in a file that is not the handler's."""
    made = value.scope is not None and value.scope.parent is not None
    return made and value.module != module and value.bound is None


def stood_before(run: Run, keys: list[tuple[object, ...]]) -> tuple[int, Prelude]:
    """How much of what stands before a handler was gone through for others of its file, and who listens to the rest of it."""
    listener = Prelude(Shared(), [], frozenset())
    run.prelude = listener
    for number in range(len(keys), 0, -1):
        shared = run.world.preludes.get(keys[number - 1])
        if shared is not None and shared.moments and answered_alike(run.path, run.route, shared.asked):
            moment = shared.moments[0]
            run.enclosing.update(moment.enclosing)
            moment.restore(run, in_place)
            listener.asked += shared.asked
            return number, listener
    return 0, listener


def stands_before(run: Run, key: tuple[object, ...], listener: Prelude) -> None:
    """Something that stands before several handlers of a file was gone through: the second time, what is known then is kept."""
    shared = run.world.preludes.get(key)
    if shared is None:
        run.world.preludes[key] = Shared()
    elif not shared.moments and shared.tries < _TRIES:
        shared.tries += 1
        moment = Moment(run, run.world.scope(run.module))
        if moment.whole:
            shared.moments, shared.asked = (moment,), tuple(listener.asked)
