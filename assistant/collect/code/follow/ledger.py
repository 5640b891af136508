"""What a run saw: queries, guards, other acts and what could not be followed, in the order in which they happen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from assistant.collect.code.follow.facts import Facts, Lesson
from assistant.collect.code.follow.passed_by import Branches
from assistant.collect.code.follow.query_record import OF_SOMEBODY, QueryRecord
from assistant.domain.code import (
    Act,
    ActKind,
    ActPart,
    Guard,
    GuardKind,
    Origin,
    Query,
    Unresolved,
    Weakness,
)
from assistant.domain.facts import Place


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from assistant.collect.code.follow.handed_on import Handing
    from assistant.collect.code.follow.without import LeftOut
    from assistant.collect.code.values import Value


def _moved(key: tuple[object, ...], moved: Callable[[Place], Place]) -> tuple[object, ...]:
    return tuple(moved(one) if isinstance(one, Place) else one for one in key)


_OF_ROLE: Facts = frozenset({("role",)})
"""What shows that somebody acted on a role: that any is known."""


def _acted_on(proof: Facts, known: Facts) -> bool:
    return any(one[0] in {"role", "office", "among"} for one in known) if proof == _OF_ROLE else bool(proof & known)


_OUTER = 2
"""The entry and its handler, which no guard names in its chain."""


class Earned(NamedTuple):
    """Facts that an exit taught."""

    facts: Facts
    under: tuple[int, ...]
    """The tests it stood under."""
    thrown: bool = False
    """The exit was an error, which somebody may catch."""
    quiet: bool = False
    """The exit was an answer of a function, which somebody may not look at."""


class Ledger:
    """The notes of one run."""

    def __init__(self, stack: Callable[[], tuple[int, ...]], tests: Mapping[int, Value]) -> None:
        """Empty; ``stack`` tells under which tests the run stands, ``tests`` what those tokens are."""
        self.order = 0
        self.stack = stack
        self.tests = tests
        self.under: dict[tuple[object, ...], tuple[int, ...]] = {}
        """The tests that guards stand under, by their keys; those under none are left out."""
        self.queries: list[QueryRecord] = []
        self.guards: dict[tuple[object, ...], Guard] = {}
        self.acts: list[Act] = []
        self.unresolved: dict[tuple[str, str], Unresolved] = {}
        self.earned: list[Earned] = []
        """What exits taught: reads before them are bound by it too."""
        self.thrown: set[tuple[object, ...]] = set()
        """Keys of guards that refuse by throwing."""
        self.quiet: list[tuple[tuple[object, ...], Facts, int]] = []
        """Guards of functions that only answer no: their key, what they would prove, and how deep they stand."""
        self.heard: list[tuple[int, Facts]] = []
        """What was known how deep, where somebody acted on it."""
        self.awaited: list[frozenset[tuple[object, ...]]] = []
        """Guards of promises that were awaited, in turn."""
        self.missing: set[str] = set()
        """What was asked of a caller who may not be there: ``session?.user``."""
        self.optional: list[LeftOut] = []
        """Conditions that stand only where their value is there."""
        self.strict: set[str] = set()
        """What was asked of them without that: it fails where they are not."""
        self.loud: set[tuple[object, ...]] = set()
        """Keys of guards that stop somebody by themselves."""
        self.shown: dict[int, bool] = {}
        """Rows that reached the answer; True when they were bound at every such point."""
        self.answered_knowing: dict[int, Facts] = {}
        """Rows that reached it, with what was known of the caller at every such point."""
        self.sent_away: dict[int, tuple[int, ...]] | None = None
        """Where somebody is asked for it: the tests that answers and redirects stand under, by their position."""
        self.hands: Handing | None = None
        """Of middleware, where somebody asks for it: what it hands on."""
        self.handed: Mapping[str, frozenset[Origin]] = {}
        """Headers in which the middleware before this entry hands the caller on; see ``handed_on``."""
        self.loose: dict[int, tuple[tuple[int, ...], int]] = {}
        """Rows that reached it where they were not, with the tests that this stood under, and how much had been earned by then."""

    def answers(self, row: int, known: Facts, *, held: bool) -> None:
        """Note that a row reached the answer, and whether it was bound to the caller there."""
        self.shown[row] = self.shown.get(row, True) and held
        told = frozenset(fact for fact in known if fact[0] in OF_SOMEBODY)
        self.answered_knowing[row] = self.answered_knowing.get(row, told) & told

    def next(self) -> int:
        """The next position of the run."""
        self.order += 1
        return self.order

    def be(self, other: Ledger, moved: Callable[[Place], Place]) -> None:
        """Hold what another ledger holds, and nothing that is changed here changes there; ``moved`` gives each place anew."""
        self.order = other.order
        self.queries = [one.moved(moved) for one in other.queries]
        self.guards = {_moved(key, moved): replace(one, place=moved(one.place)) for key, one in other.guards.items()}
        self.under = {_moved(key, moved): tests for key, tests in other.under.items()}
        self.acts = [replace(one, place=moved(one.place)) for one in other.acts]
        for key, lost in other.unresolved.items():
            self.unresolved.setdefault(key, lost)
        self.earned = list(other.earned)
        self.thrown = {_moved(key, moved) for key in other.thrown}
        self.quiet = [(_moved(key, moved), facts, depth) for key, facts, depth in other.quiet]
        self.heard = list(other.heard)
        self.loud = {_moved(key, moved) for key in other.loud}
        self.shown, self.loose = dict(other.shown), dict(other.loose)
        self.answered_knowing = dict(other.answered_knowing)
        self.awaited = [frozenset(_moved(key, moved) for key in keys) for keys in other.awaited]
        self.missing, self.strict = set(other.missing), set(other.strict)
        self.optional = [one._replace(place=moved(one.place)) for one in other.optional]

    def places(self) -> Iterator[Place]:
        """Every place that something was noted at."""
        for record in self.queries:
            yield record.place
            yield record.reached_at
        for guard in self.guards.values():
            yield guard.place
        for act in self.acts:
            yield act.place
        yield from (lost.place for lost in self.unresolved.values())
        yield from (left.place for left in self.optional)

    def record(self, row: int) -> QueryRecord | None:
        """The query that found a row; None for a row of another run, which a closure at the top of its module kept."""
        return self.queries[row] if 0 <= row < len(self.queries) else None

    def act(
        self,
        kind: ActKind,
        name: str,
        place: Place,
        *parts: ActPart,
        detail: str = "",
        at: tuple[int, int] = (0, 0),
    ) -> None:
        """Note what was done besides querying, at the next position; see ``Act``."""
        self.acts.append(Act(kind=kind, name=name, place=place, order=self.next(), parts=parts, detail=detail, at=at))
        if self.sent_away is not None and kind in {ActKind.RESPOND, ActKind.REDIRECT}:
            self.sent_away[self.order] = self.stack()

    def guard(self, guard: Guard) -> tuple[object, ...]:
        """Note a guard once per place, kind and words; one that counts replaces one that does not."""
        key = (guard.kind, guard.says, guard.place)
        known = self.guards.get(key)
        under = self.stack()
        if known is None or (known.weakness is not None and guard.weakness is None):
            self.guards[key] = guard
            self.under[key] = under
        elif len(under) < len(self.under.get(key, ())):
            self.under[key] = under
        return key

    def stands(self, guard: Guard) -> tuple[int, ...]:
        """The tests that a guard stands under."""
        return self.under.get((guard.kind, guard.says, guard.place), ())

    def finished(self) -> tuple[Query, ...]:
        """The queries as values of the code map."""
        apart = [(guard, self.under[key]) for key, guard in self.guards.items() if self.under.get(key)]
        branches = Branches(apart, self.tests)
        return tuple(
            record.finished(
                branches.passed_by(record.facts, record.under), self.answered_knowing.get(record.id, frozenset())
            )
            for record in self.queries
        )

    def unheard(self) -> None:
        """Drop guards of functions that only answer no, when nobody acted on the answer."""
        for key, facts, depth in self.quiet:
            if key in self.loud or not facts or any(at < depth and _acted_on(facts, known) for at, known in self.heard):
                continue
            self.guards.pop(key, None)

    def swallowed(self, since: int, earned: int, *, goes_on: bool) -> None:
        """What was thrown since a position was caught, and the run goes on: guards that nothing stood behind hold nobody up.

        Args:
            since: position of the run before it.
            earned: how much had been earned before it.
            goes_on: whoever was not refused gets behind it too.
        """
        self.earned[earned:] = [one for one in self.earned[earned:] if not one.thrown]
        last = max((record.order for record in self.queries), default=0)
        for key, guard in list(self.guards.items()):
            if goes_on and guard.order > max(since, last) and guard.weakness is None and key in self.thrown:
                self.weaken(guard, Weakness.NO_EXIT)

    def standing(self) -> frozenset[tuple[object, ...]]:
        """Guards that count, so far."""
        return frozenset(key for key, guard in self.guards.items() if guard.weakness is None)

    def uphold(self, keys: frozenset[tuple[object, ...]]) -> None:
        """These stood before every way on: that the function ends behind a refusal, too, or that nobody waits for it, lets nobody through."""
        for key in keys:
            guard = self.guards.get(key)
            if guard is not None and guard.weakness in {Weakness.NO_EXIT, Weakness.NOT_AWAITED}:
                self.guards[key] = replace(guard, weakness=None)

    def answered(self, since: int, earned: int, keys: frozenset[tuple[object, ...]], depth: int) -> None:
        """What was thrown since a position, or by these guards, became an answer that somebody may not look at.

        Args:
            since: position of the run before it.
            earned: how much had been earned before it.
            keys: guards of promises that were made before it, and awaited since.
            depth: how deep it stands; what goes on there behind a guard further down was not answered no.
        """
        late = self.earned[earned:]
        self.earned[earned:] = [one._replace(thrown=False, quiet=True) if one.thrown else one for one in late]
        for key, guard in self.guards.items():
            if (guard.order > since or key in keys) and guard.weakness is None and key in self.thrown:
                self.loud.discard(key)
                inside = key not in keys and len(guard.chain) > depth - _OUTER
                proof = (
                    _OF_ROLE if guard.kind is GuardKind.ROLE else Lesson(guard.kind, guard.says, guard.subjects).proof()
                )
                self.quiet.append((key, proof, depth + inside))

    def guards_of_look(self, since: int) -> frozenset[tuple[object, ...]]:
        """Guards that were noted since a position, when nothing was changed since: a function that only looked was meant as a check."""
        if any(record.order > since and not record.reads for record in self.queries):
            return frozenset()
        return frozenset(key for key, guard in self.guards.items() if guard.order > since and guard.weakness is None)

    def let_go(self, keys: frozenset[tuple[object, ...]], weakness: Weakness) -> None:
        """What these guards threw stopped nothing: nobody waited for it, or somebody swallowed it."""
        known = (self.guards.get(key) for key in keys & (self.thrown | self.loud))
        passed = sorted(
            (one for one in known if one is not None and one.weakness is None), key=lambda guard: guard.order
        )
        outermost = min((len(guard.chain) for guard in passed), default=0)
        for guard in passed:
            if len(guard.chain) == outermost:
                self.weaken(guard, weakness)
            else:
                self.forget(guard)  # the same check, seen from further down
        self._forget_below({guard.chain for guard in passed if len(guard.chain) == outermost})

    def _forget_below(self, chains: set[tuple[str, ...]]) -> None:
        """What a check that stops nobody looked at on its way, in calls of its own, stopped nobody either."""
        below = [
            one
            for one in self.guards.values()
            if any(one.chain[: len(chain)] == chain != one.chain for chain in chains)
        ]
        for guard in below:
            if guard.weakness is None:
                self.forget(guard)

    def drop(self, keys: frozenset[tuple[object, ...]]) -> None:
        """Whoever these guards refuse goes on all the same."""
        for key in keys:
            self.guards.pop(key, None)

    def beside(self, keys: frozenset[tuple[object, ...]]) -> None:
        """These guards ran beside what was changed meanwhile, and not before it."""
        first = min((guard.order for key, guard in self.guards.items() if key in keys), default=self.order)
        if all(record.order < first or record.reads for record in self.queries):
            return
        later = [(key, guard) for key, guard in self.guards.items() if key in keys]
        for key, guard in sorted(later, key=lambda pair: pair[1].order):
            self.guards[key] = replace(guard, order=self.next())

    def lost(self, says: str, place: Place) -> None:
        """Note what could not be followed, once a sentence and file."""
        self.unresolved.setdefault((says, place.file), Unresolved(says=says, place=place))

    def forget(self, guard: Guard) -> None:
        """The guard is part of another one that was noted."""
        self.guards = {key: known for key, known in self.guards.items() if known is not guard}

    def weaken(self, guard: Guard, weakness: Weakness) -> None:
        """The guard stands and does not count."""
        for key, known in self.guards.items():
            if known is guard:
                self.guards[key] = replace(guard, weakness=weakness)
                return
