"""One run of one entry: what is known, where it stands, and the doors to everything that understands a piece of code."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from assistant.collect.code.follow import calls, changing, classes, guards, queries, settling
from assistant.collect.code.follow.binding import bind
from assistant.collect.code.follow.expressions import evaluate
from assistant.collect.code.follow.facts import NONE, Facts
from assistant.collect.code.follow.fallback import is_set
from assistant.collect.code.follow.frame import Frame
from assistant.collect.code.follow.ledger import Ledger
from assistant.collect.code.follow.scope import either
from assistant.collect.code.follow.stop import Exhausted, Stopped
from assistant.collect.code.follow.tagged import tag_step
from assistant.collect.code.follow.truth import begins, other_paths, segment, truth
from assistant.collect.code.values import (
    UNKNOWN,
    Blueprint,
    Chain,
    Closure,
    Constant,
    Either,
    Known,
    Listed,
    Promise,
    Shape,
    Test,
    Value,
    text_of,
)
from assistant.domain.code import Origin, OriginKind
from assistant.domain.syntax import Await, Call, Name


if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.collect.code.follow.facts import Learned
    from assistant.collect.code.follow.narrowing import Narrowed
    from assistant.collect.code.follow.prelude import Prelude
    from assistant.collect.code.follow.scope import Scope
    from assistant.collect.code.follow.world import World
    from assistant.domain.code import Act, GuardKind, Weakness
    from assistant.domain.facts import Place
    from assistant.domain.syntax import Expression, Function, Pattern

T = TypeVar("T")
_PLAIN = (Constant, Known, Shape)
"""Values with which nothing happens when nobody uses them."""
STEPS = 60_000
"""Nodes one entry may cost: about a quarter of a second."""


class Run:
    """The state of one run."""

    def __init__(self, world: World, module: str, *, quiet: bool = False, steps: int = STEPS) -> None:
        """Of an entry in ``module``; a quiet run records nothing that anybody reads."""
        self.world = world
        self.module = module
        self.quiet = quiet
        self.facts: Facts = NONE
        self.depth = self.in_catch = self.rendered_below = 0
        self.answer_ends = False
        """True in a hook after which nothing runs once it has answered."""
        self.frames: list[Frame] = [Frame("", module, module, 0, handler=True)]
        self.overlay: dict[tuple[str, str], Value] = {}
        self.conditions: list[tuple[Value, bool]] = []
        self.settled: dict[int, tuple[Value, Value]] = {}
        self.fetched: dict[tuple[object, ...], Value] = {}
        self.answers: dict[int, tuple[Value, str]] = {}
        self.written: dict[int, tuple[Value, Value]] = {}
        """Texts that objects were written into."""
        self.interactive = self.starting = self.hasty = self.narrowing = self.whole_path = self.on_disk = False
        self.path = self.route = ""
        self.visited: set[tuple[str, int]] = set()
        self.wrappers: list[str] = []
        self.loggers: dict[int, tuple[Act, ...]] = {}
        self.running: list[Function] = []
        self.scopes: list[Scope] = []
        self.enclosing: dict[tuple[str | int, ...], Scope] = {}
        self.narrowed: list[Narrowed] = []
        self.meanings: dict[int, tuple[Value, Test]] = {}
        self.templates: dict[int, tuple[Value, Chain]] = {}
        self.left, self._tail = steps, False
        self.doors: dict[int, tuple[Value, bool]] = {}
        self.tokens: dict[int, Value] = {}
        self.ledger = Ledger(self.stack, self.tokens)
        self.segments: dict[int, Value] = {}
        """Segments of the path as they came, by their identity; ``lists`` are what queries gave that are surely lists, and no items."""
        self.lists: dict[int, Value] = {}
        self.prelude: Prelude | None = None
        self.undo: list[tuple[Shape, dict[str, Value], tuple[Value, ...]]] = []
        """Objects as they were before they were changed."""
        self.lent: list[tuple[Scope, dict[str, Value], dict[str, int]]] = []
        """Scopes that outlive this run, and what their names stood for before it went on where another had been."""

    @property
    def frame(self) -> Frame:
        """The function that is running."""
        return self.frames[-1]

    def spend(self) -> None:
        """Count a step.

        Raises:
            Exhausted: the entry is too large.
        """
        self.left -= 1
        if self.left < 0:
            raise Exhausted

    def place(self, module: str, at: int, symbol: str | None = None) -> Place:
        """A line of a module."""
        return self.world.place(module, at, symbol)

    def is_client(self, module: str) -> bool:
        """True for a module that says ``use client``."""
        return module in self.world.clients

    def evaluate(self, node: Expression, scope: Scope) -> Value:
        """See ``expressions.evaluate``."""
        return evaluate(self, node, scope)

    def lookup(self, module: str, name: str) -> Value:
        """A name that no function declares."""
        kept = self.overlay.get((module, name))
        return kept if kept is not None else self.world.value(module, name)

    def returning(self, node: Expression, scope: Scope) -> Value:
        """The value of a returned expression: a call in that place answers for this function."""
        self._tail = self.frame.handler and isinstance(node, Call | Await | Name)
        value = evaluate(self, node, scope)
        self._tail = False
        if not self.frame.handler:
            return value
        value = self.settle(value)
        self.show(value)
        return value

    def yields(self, value: Value) -> Value:
        """``yield row``: one of the rows that the function gives, one by one; a library that runs it gives the value back."""
        self.frame.yielded.append(self.settle(value))
        return self.frame.yielded[-1]

    def take_tail(self) -> bool:
        """True once, when the call about to be made is what a handler returns."""
        tail, self._tail = self._tail, False
        return tail

    def leave_tail(self, tail: bool) -> None:
        """The call about to be made is what a handler returns, when that was said of the whole expression."""
        self._tail = tail

    def under(self, test: Value, outcome: bool, body: Callable[[], T]) -> T:
        """Run ``body`` remembering under which test it runs."""
        self.conditions.append((test, outcome))
        try:
            return body()
        finally:
            self.conditions.pop()

    # calls

    def call(
        self, value: Value, arguments: tuple[Value, ...], module: str, at: int, end: int = 0, *, new: bool = False
    ) -> Value:
        """Call a value."""
        return calls.call(self, value, arguments, module, at, end or at, new=new)

    def call_method(
        self, of: Value, name: str, arguments: tuple[Value, ...], module: str, at: int, end: int, *, new: bool = False
    ) -> Value:
        """Call a method of a value."""
        return calls.call_method(self, of, name, arguments, module, at, end, new=new)

    def attempt(self, value: Value, arguments: tuple[Value, ...], module: str, at: int) -> Value:
        """Call a value; a call that never comes back is nothing special."""
        try:
            return self.call(value, arguments, module, at)
        except Stopped:
            return UNKNOWN

    def tagged(self, tag: Value, values: tuple[Value, ...], text: str, module: str, at: int, end: int) -> Value:
        """A tagged template."""
        if isinstance(tag, Either):
            options = [one for one in tag.values if not isinstance(one, Constant)]
            return either(*(self.tagged(one, values, text, module, at, end) for one in options))
        if isinstance(tag, Chain):
            return calls.recognised(self, tag_step(tag, values, text, module, at, end))
        return self.call(tag, (UNKNOWN, *values), module, at, end)

    def imported(self, node: Call, scope: Scope) -> Value:
        """``await import("./x")`` and ``require("./x")``."""
        source = text_of(evaluate(self, node.arguments[0], scope)) if node.arguments else None
        if source is None:
            self.ledger.lost("an import chosen at run time", self.place(scope.module, node.at))
            return UNKNOWN
        target = self.world.program.target(scope.module, source)
        if target is not None:
            return Promise(self.world.namespace(target))
        return Promise(Chain(source, "*"))

    def static(self, value: Blueprint, name: str) -> Value:
        """A static method or field of a class."""
        return classes.static(self, value, name)

    # values

    def settle(self, value: Value, *, run_deferred: bool = False) -> Value:
        """What awaiting a value gives; queries that were only being built run now."""
        return settling.settle(self, value, run_deferred=run_deferred)

    def dropped(self, value: Value) -> None:
        """A statement's value that nobody uses: queries run, callbacks are called."""
        if not isinstance(value, _PLAIN):
            settling.settle(self, value, run_deferred=True)

    def set_attribute(self, of: Value, name: str, value: Value) -> None:
        """See ``changing.set_attribute``."""
        changing.set_attribute(self, of, name, value)

    def touches(self, of: Shape) -> None:
        """An object is about to be changed in place."""
        if not self.quiet:
            self.undo.append((of, dict(of.fields), of.rest))

    def roll_back(self) -> None:
        """Objects and names are as they were before this run: what outlives it must not be told of its request."""
        for of, fields, rest in reversed(self.undo):
            of.fields, of.rest = fields, rest
        for scope, names, depths in reversed(self.lent):
            scope.names, scope.depths = names, depths
        self.undo, self.lent = [], []

    def append(self, value: Listed, extra: tuple[Value, ...]) -> None:
        """``list.push(x)``: every name of that list sees the longer one; one that takes itself in doubles at every turn."""
        self.become(value, Listed((value.items + extra)[: changing.LONGEST_LIST]))

    def become(self, value: Value, changed: Value) -> None:
        """See ``changing.become``."""
        changing.become(self, value, changed)

    def elsewhere(self, paths: Listed, asked: Value) -> bool | None:
        """``["/links"].includes(request.nextUrl.pathname)`` in a handler that answers another path; False in one that answers one of them."""
        found = other_paths(self.path, paths, asked, exact=self.whole_path)
        if self.prelude is not None:
            self.prelude.heard(paths, asked, found)
        return found

    def segment(self, name: str) -> bool:
        """A segment of the path that is always there."""
        found = segment(self.route, name)
        if self.prelude is not None:
            self.prelude.heard(name, None, found)
        return found

    def begins(self, prefix: Value, asked: Value) -> bool | None:
        """``request.url.startsWith("/api/public/")`` before a handler that answers a known path; None when that is not decided."""
        found = begins(self.path, prefix, asked, exact=self.whole_path)
        if self.prelude is not None:
            self.prelude.heard(prefix, asked, found)
        return found

    def mean(self, value: Value, test: Test) -> Value:
        """Remember what it means that a value is there."""
        self.meanings[id(value)] = (value, test)
        return value

    def meaning(self, value: Value) -> Test | None:
        """See ``mean``."""
        found = self.meanings.get(id(value))
        return found[1] if found is not None and found[0] is value else None

    def implied(self, field: Value, whole: Value) -> Value:
        """A field that is there says that its object is: ``members.find(isMe)?.role``."""
        meaning = self.meaning(whole)
        if meaning is None or not isinstance(field, Known):
            return field
        test = meaning if meaning.kind == "implied" else Test("implied", (meaning,))
        return self.mean(Known(frozenset(field.origins)), test)

    def counted(self, size: Value, whole: Value) -> Value:
        """How many a filter left: more than none means its test, and none that nothing passed it."""
        meaning = self.meaning(whole)
        if meaning is None or not isinstance(size, Known) or meaning.kind == "implied":
            return self.implied(size, whole)
        return self.mean(Known(frozenset(size.origins)), meaning)

    def spell(self, value: Value, chain: Chain) -> Value:
        """Remember how a template was spelled, for recognisers that read conditions in strings."""
        self.templates[id(value)] = (value, chain)
        return value

    def spelled(self, value: Value) -> Value:
        """The template behind a value, or the value."""
        found = self.templates.get(id(value))
        return found[1] if found is not None and found[0] is value else value

    def picked(self, whole: Value, items: tuple[Value, ...], meaning: Value, *, many: bool) -> Value:
        """``list.find(test)`` and ``list.filter(test)``."""
        return guards.picked(self, whole, items, meaning, many=many)

    # guards

    def exited(self, test: Value, outcome: bool, module: str, at: int, before: Facts) -> None:
        """The other outcome of a test never gets here: what this outcome teaches is known from now on."""
        guards.exited(self, test, outcome, module, at, before)

    def passed(self, learned: Learned, module: str, at: int) -> None:
        """As ``exited``, when what the outcome teaches is known already."""
        guards.passed(self, learned, module, at)

    def unpassed(self, test: Value, module: str, before: Facts, yes: Facts, no: Facts) -> None:
        """Both outcomes go on: a look that stops nobody."""
        guards.unpassed(self, test, module, (before, yes, no))

    def note_impossible(self, test: Test, module: str, at: int) -> None:
        """A test that can never be true: an un-awaited predicate."""
        guards.impossible(self, test, module, at)

    def warn(self, tests: tuple[Value, ...], weakness: Weakness, module: str, at: int) -> None:
        """A check that cannot work."""
        guards.warn(self, tests, weakness, module, at)

    # notes

    def asked(self, chain: Chain) -> Value | None:
        """What recognisers say of a chain."""
        return queries.asked(self, chain)

    def closure_called(self, closure: Closure, arguments: tuple[Value, ...]) -> Value:
        """For recognisers that read conditions written as callbacks."""
        return self.attempt(closure, arguments, closure.module, closure.function.at)

    def bind_unknown(self, scope: Scope, pattern: Pattern) -> None:
        """Names of an enclosing function whose values are not followed."""
        bind(self, scope, pattern, UNKNOWN)

    def decided(self, test: Value) -> bool | None:
        """Whether a test can only come out one way: by itself, or because what it asks for is known to be there."""
        found = truth(test)
        return True if found is None and is_set(self, test) else found

    def aside(self, body: Callable[[], T]) -> T:
        """Run ``body``, whose answers are not the entry's."""
        frame = self.frame
        was, frame.handler = frame.handler, False
        try:
            return body()
        finally:
            frame.handler = was

    def note_guard(self, kind: GuardKind, says: str, chain: Chain, *, weakness: Weakness | None = None) -> None:
        """A library call that stops the request by itself."""
        self.ledger.thrown.add(self.ledger.guard(queries.guard_at(self, kind, says, chain, weakness)))

    def promise_of_check(self, fact: str, says: str) -> Value:
        """A yes or no that teaches ``fact`` when it is looked at."""
        value = Known(frozenset({Origin(OriginKind.SIGNED if fact == "signed" else OriginKind.UNKNOWN, says)}))
        self.answers[id(value)] = (value, fact)
        return value

    def answer(self, value: Value) -> str | None:
        """See ``promise_of_check``."""
        found = self.answers.get(id(value))
        return found[1] if found is not None and found[0] is value else None

    def show(self, value: Value) -> None:
        """Part of the answer to the request."""
        guards.shown(self, value)

    def stack(self) -> tuple[int, ...]:
        """The tests that the run stands under and how they came out, as tokens to compare."""
        for test, _ in self.conditions:
            self.tokens[id(test)] = test  # alive as long as its token: another test must not get it
        return tuple(id(test) if outcome else -id(test) for test, outcome in self.conditions)

    def symbol(self) -> str | None:
        """Name of the innermost function that has one."""
        return next((frame.name for frame in self.frames[::-1] if frame.name), None)

    def via(self) -> tuple[str, ...]:
        """Named functions between the entry and here, outermost first."""
        return tuple(frame.name for frame in self.frames[2:] if frame.name)

    def reached(self, module: str, at: int) -> Place:
        """The line of the entry's own file that leads here; of the handler's, when a named handler of another file was only registered."""
        if module == self.module:
            return self.place(module, at, self.symbol())
        for number in range(len(self.frames) - 1, -1, -1):
            frame = self.frames[number]
            if frame.caller_module == self.module:
                inner = self.frames[number + 1] if number + 1 < len(self.frames) else None
                if number == 1 and frame.name and frame.handler and inner and inner.caller_module == frame.module:
                    return self.place(frame.module, inner.at, frame.name)
                return self.place(self.module, frame.at)
        return self.place(self.module, 0)
