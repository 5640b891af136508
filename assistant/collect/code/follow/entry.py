"""Follows one entry point from its handler to its answer."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from assistant.collect.code.follow.afterwards import after_write, late_ties
from assistant.collect.code.follow.answered import put_by_setting
from assistant.collect.code.follow.builders import built, functions_of
from assistant.collect.code.follow.closed import refused
from assistant.collect.code.follow.doorway import asked_before, handed_on
from assistant.collect.code.follow.enclosing import around
from assistant.collect.code.follow.graphql import call_resolver
from assistant.collect.code.follow.handed_over import listeners
from assistant.collect.code.follow.inputs import supplied
from assistant.collect.code.follow.last import gives_up
from assistant.collect.code.follow.nest import call_controller
from assistant.collect.code.follow.perhaps import unasked
from assistant.collect.code.follow.prelude import begin, stands_before, stood_before
from assistant.collect.code.follow.python import DEPENDS, controller, decorated, gates_of, given_by, injected
from assistant.collect.code.follow.run import STEPS, Run
from assistant.collect.code.follow.stop import Exhausted, Stopped
from assistant.collect.code.follow.stores import on_each_way
from assistant.collect.code.follow.uploads import uploaded
from assistant.collect.code.follow.views import call_decorated, chosen, named_class, permit, view_object
from assistant.collect.code.follow.without import unbound_without
from assistant.collect.code.follow.world import World
from assistant.collect.code.origins import ordered
from assistant.collect.code.recognise import callbacks
from assistant.collect.code.recognise.chains import said
from assistant.collect.code.recognise.identity import door
from assistant.collect.code.values import (
    NOTHING,
    UNKNOWN,
    Blueprint,
    Chain,
    Closure,
    Either,
    Known,
    Native,
    Promise,
    Shape,
    Value,
    field_of,
    unwrapped,
)
from assistant.domain.code import (
    ActKind,
    ActPart,
    Entry,
    EntryKind,
    Guard,
    GuardKind,
    Origin,
    OriginKind,
)
from assistant.domain.syntax import Sequence


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.collect.code.entries_point import Before, EntryPoint
    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.scope import Scope
    from assistant.collect.code.program import Program


_BUILT = frozenset({"procedure", "safe-action", "server-fn", "upload"})
_OF_PYTHON = frozenset({"django", "flask", "fastapi"})
_QUIET_STEPS = 20_000
"""Nodes that a run may cost of which nobody reads the notes."""
_BY_FOLDERS = frozenset({"route", "page"})
"""What Next gives the segments of a handler's folders, and no other."""
_AT_A_PATH = frozenset({EntryKind.ROUTE, EntryKind.PAGES_API, EntryKind.ENDPOINT, EntryKind.MIDDLEWARE})
"""Entries that answer one path, which is known; of middleware, when it is followed for a path."""
_IN_PATH = re.compile(r"[:<{\[](?:\w+:)?(\w+)")
"""Names in the path of an endpoint."""


class Way(NamedTuple):
    """One way on which middleware lets the request go on."""

    facts: Facts
    kept: dict[tuple[str, str], Value]
    """What was put on the request."""
    standing: frozenset[tuple[object, ...]]
    """Guards that stand there."""


def world_of(program: Program, points: Iterable[EntryPoint]) -> World:
    """The world in which these entries of a program are followed."""
    world = World(program, lambda world: Run(world, "", quiet=True, steps=_QUIET_STEPS))
    world.middleware = {point.module: point for point in points if point.kind is EntryKind.MIDDLEWARE}
    return world


def follow(world: World, point: EntryPoint) -> tuple[Entry, frozenset[tuple[str, int]]]:
    """The facts of one entry, and the functions it went through (module and byte offset)."""
    run = Run(world, point.module)
    truncated = False
    run.ledger.handed = handed_on(world, point, _drive) if point.covered_by else {}
    try:
        _drive(run, point)
    except Stopped:
        pass
    except (Exhausted, RecursionError):
        truncated = True
    if run.prelude is not None and run.prelude.lost():
        run.roll_back()
        return follow(world, point)
    run.roll_back()
    run.ledger.unheard()
    late_ties(run)
    after_write(run)
    unasked(run.ledger)
    unbound_without(run)
    ledger = run.ledger
    entry = replace(
        _unknown(world, point),
        guards=tuple(sorted(ledger.guards.values(), key=lambda guard: guard.order)),
        queries=ledger.finished(),
        acts=tuple(ledger.acts),
        wrappers=tuple(dict.fromkeys(run.wrappers)),
        unresolved=tuple(ledger.unresolved.values()),
        asked_before=asked_before(world, point, ledger, _drive) if point.covered_by else None,
        truncated=truncated,
        files=tuple(sorted({module for module, _ in run.visited})),
    )
    return entry, frozenset(run.visited)


def unfollowed(world: World, point: EntryPoint) -> tuple[Entry, frozenset[tuple[str, int]]]:
    """An entry of which nothing is known but where it stands: whoever followed it did not come back."""
    return replace(_unknown(world, point), truncated=True), frozenset()


def _unknown(world: World, point: EntryPoint) -> Entry:
    """What its declaration says of an entry."""
    return Entry(
        id=point.id,
        kind=point.kind,
        verb=point.verb,
        path=point.path,
        place=replace(world.place(point.module, point.at[0], point.symbol), line=point.line),
        at=point.at,
        settings=dict(point.settings),
        covered_by=point.covered_by,
        webhook=point.webhook,
    )


def _drive(run: Run, point: EntryPoint) -> None:
    scope = around(run, point.module, point.within, point.kind)
    if point.kind in {EntryKind.SERVICE, EntryKind.JOB}:
        run.facts |= {("caller",)} if point.kind is EntryKind.SERVICE else {("signed",)}
    run.interactive = point.kind is EntryKind.COMPONENT
    run.route, run.on_disk = point.path, point.inputs in _BY_FOLDERS and bool(point.path)
    if refused(run, point):
        return
    run.path = point.path if point.kind in _AT_A_PATH else ""
    if point.inputs == "nest":
        run.settle(call_controller(run, point, unwrapped(run.evaluate(point.expression, scope))), run_deferred=True)
        return
    if point.inputs in {"graphql", "pothos"}:
        _given_back(run, point, call_resolver(run, point, scope))
        return
    own = _own_view(run, point, scope)
    _all_before(run, point, own)
    # what stands before all handlers takes nothing from this one
    run.left = max(run.left, STEPS if point.before else 0)
    value = unwrapped(run.evaluate(point.expression, scope))
    if isinstance(value, Chain) and point.inputs in _BUILT:
        (uploaded if point.inputs == "upload" else built)(run, value)
        return
    if point.kind is EntryKind.MIDDLEWARE and _behind_door(value):
        place = run.place(point.module, point.at[0], point.symbol)
        run.ledger.guard(Guard(kind=GuardKind.SESSION, says="withAuth", place=place, order=run.ledger.next()))
    library = value
    if isinstance(value, Chain):
        value = _inside(run, value)
    arguments = _arguments(point, value, library)
    if point.inputs in _OF_PYTHON and isinstance(value, Closure):
        arguments = injected(run, value, arguments, point.path)
        plain = value if own is None else value.bound_to(own)
        value = decorated(run, value if own is None else value.freed(), own)
        if own is not None and isinstance(value, Closure):
            is_plain = value.function is plain.function
            names = tuple(_IN_PATH.findall(point.path))
            arguments = arguments[1:] if is_plain else call_decorated(value, own, names)
            value = plain if is_plain else value
    value, arguments = begin(run, point.kind, value, arguments, run.place(point.module, point.at[0]))
    answer = run.settle(run.call(value, arguments, point.module, point.at[0]), run_deferred=True)
    if point.kind is EntryKind.SERVER_PROPS:
        _sent_on(run, point, answer)
    elif point.kind is EntryKind.ACTION:
        _given_back(run, point, answer)


def _given_back(run: Run, point: EntryPoint, answer: Value) -> None:
    """What an action or a resolver returns is its answer."""
    origins = ordered(answer)
    if origins:
        place = run.place(point.module, point.at[0], point.symbol)
        run.ledger.act(ActKind.RESPOND, "return", place, ActPart("body", origins, said(answer)))


def _sent_on(run: Run, point: EntryPoint, answer: Value) -> None:
    """``return { redirect: { destination } }`` sends people on."""
    for one in answer.values if isinstance(answer, Either) else (answer,):
        target = field_of(field_of(one, "redirect"), "destination")
        if target is not None:
            place = run.place(point.module, point.at[0], point.symbol)
            run.ledger.act(ActKind.REDIRECT, "redirect", place, ActPart("target", ordered(target), "destination"))


def _own_view(run: Run, point: EntryPoint, scope: Scope) -> Shape | None:
    """The object that a framework of Python makes for a request, for a method of a class."""
    if point.inputs not in _OF_PYTHON:
        return None
    value = unwrapped(run.evaluate(point.expression, scope))
    view = value.bound if isinstance(value, Closure) else None
    if not isinstance(value, Closure) or not isinstance(view, Blueprint):
        return None
    return view_object(run, view, value) if point.inputs == "django" else controller(run, view, value.function.at)


def _standing(run: Run, point: EntryPoint, own: Shape | None) -> Iterator[Value]:
    """What stands before a handler; where a view chooses its permissions by the action, those instead of the class's."""
    picked = chosen(run, own) if own is not None else None
    for before in point.before:
        if picked is not None and (before.named or isinstance(before.expression, Sequence)):
            continue
        value = _stands(run, point, before)
        if (
            before.named or own is None or not isinstance(unwrapped(value), Blueprint)
        ):  # what a view is made from was looked through
            yield value
    if picked is not None:
        yield picked


def _all_before(run: Run, point: EntryPoint, own: Shape | None) -> None:
    """What the router runs before a handler; what it runs before its neighbours too is gone through once."""
    if own is not None or point.inputs in _OF_PYTHON or not point.before:
        for stands in _standing(run, point, own):
            _before(run, stands, point, own)
        return
    handed = frozenset(run.ledger.handed)
    around_it = (point.module, point.inputs, point.kind, handed, *(one.at for one in point.within))
    keys: list[tuple[object, ...]] = []
    for one in point.before:
        own_key = (one.module, id(one.expression), *(each.at for each in one.within))
        keys.append((*(keys[-1] if keys else around_it), own_key))
    done, listener = stood_before(run, keys)
    for key, before in list(zip(keys, point.before, strict=True))[done:]:
        _before(run, _stands(run, point, before), point)
        stands_before(run, key, listener)
    run.prelude = None


def _stands(run: Run, point: EntryPoint, before: Before) -> Value:
    """One thing that stands before a handler."""
    if before.named:
        return named_class(run, before.module, before.named)
    return run.evaluate(before.expression, around(run, before.module, before.within, point.kind))


def _behind_door(value: Value) -> bool:
    """What the file exports is a library's own middleware, which sends strangers away."""
    if isinstance(value, Chain):
        return door(value)
    return isinstance(value, Known) and any(
        origin.kind is OriginKind.CALLER and origin.path == "token" for origin in value.origins
    )


def _arguments(point: EntryPoint, value: Value, library: Value) -> tuple[Value, ...]:
    """What the handler is called with; a library around middleware hands its own along with the request."""
    closure = value if isinstance(value, Closure) else None
    if isinstance(value, Either):
        closure = next((one for one in value.values if isinstance(one, Closure)), None)
    sent = supplied(point.inputs, closure.function if closure else None)
    given = None
    if point.kind is EntryKind.MIDDLEWARE and isinstance(library, Chain):
        given = callbacks.supplied(library)
    if not given:
        return sent
    first = given[0]
    return (Shape(first.fields, sent[:1]), *sent[1:]) if isinstance(first, Shape) else (first, *sent)


def _inside(run: Run, chain: Chain) -> Value:
    """The handler that a library call holds; what the library itself checks is noted."""
    run.asked(chain)
    run.wrappers.append(chain.dotted.replace("()", ""))
    last = chain.last
    for step in chain.steps:
        if step.name == "use":
            for function in functions_of(step.arguments or ()):
                _before(run, function, None)
    found = list(functions_of(last.arguments or ())) if last else []
    if not found and ("signed",) in run.facts:
        _listened(run, chain)
    return found[-1] if found else chain


def _listened(run: Run, chain: Chain) -> None:
    """``Webhooks({ onOrderPaid: async (payload) => ... })``: what the library calls with a message whose signature it looked at."""
    last = chain.last
    event = Known(frozenset({Origin(OriginKind.SIGNED, "event")}))
    for listener in listeners((last.arguments if last is not None else None) or ()):
        run.settle(run.attempt(listener, (event,), listener.module, listener.function.at))


def _before(run: Run, value: Value, point: EntryPoint | None, own: Shape | None = None) -> None:
    """Router middleware: what it earns before ``next`` holds for the handler."""
    value = unwrapped(value)
    if own is not None and permit(run, value, own):
        return
    inputs = point.inputs if point else "hono"
    if inputs in _OF_PYTHON:
        for gate in gates_of(value):
            run.asked(gate)
    if isinstance(value, Chain) and value.name in DEPENDS and value.last is not None:
        for wanted in (value.last.arguments or ())[:1]:
            given_by(run, unwrapped(wanted), value.last.module, "a dependency", value.last.at)
        return
    closures = [value] if isinstance(value, Closure) else list(functions_of((value,)))
    if isinstance(value, Chain) and not closures and value.last is not None and value.last.arguments is None:
        closures = list(functions_of((run.world.added(value.last.name) or UNKNOWN,)))
    if isinstance(value, Chain) and not closures:
        run.asked(value)
    for closure in closures[-1:]:
        if inputs == "fastify":
            _hook(run, closure)
        else:
            _middleware(run, closure, inputs)


def _middleware(run: Run, closure: Closure, inputs: str) -> None:
    handed: list[Way] = []
    by_setting: list[Way] = []
    ends = inputs == "express" and gives_up(closure.function)
    before, kept = run.facts, dict(run.overlay)

    def go_on(arguments: tuple[Value, ...]) -> Value:
        if ends and arguments and unwrapped(arguments[0]) != NOTHING:
            raise Stopped  # ``next(error)``: the handler is not reached, and nothing stands behind it
        put = put_by_setting(run, kept)
        (by_setting if put else handed).append(Way(run.facts, dict(run.overlay), run.ledger.standing()))
        for key in put:  # no other way goes on with it
            if key in kept:
                run.overlay[key] = kept[key]
            else:
                del run.overlay[key]
        return Promise(UNKNOWN)

    supply = supplied(inputs, closure.function)
    count = 2 if inputs == "express" else 1
    with contextlib.suppress(Stopped):
        run.call(closure, (*supply[:count], Native("next", go_on)), run.module, 0)
    if not handed or any(("caller",) not in way.facts for way in handed):
        handed = by_setting + handed
    if handed:
        run.facts = frozenset.intersection(*(way.facts for way in handed))
        run.ledger.uphold(frozenset.intersection(*(way.standing for way in handed)))
        on_each_way(run, [(way.facts, way.kept) for way in handed])
    elif inputs not in _OF_PYTHON:
        run.facts = before


def _hook(run: Run, closure: Closure) -> None:
    """A hook of Fastify: whoever gets to its end without an answer goes on; with a third parameter, whoever it calls that for."""
    handed: list[Facts] = []
    before = run.facts

    def go_on(_arguments: tuple[Value, ...]) -> Value:
        handed.append(run.facts)
        return UNKNOWN

    given = (*supplied("fastify", closure.function)[:2], Native("done", go_on))
    run.answer_ends = True
    with contextlib.suppress(Stopped):
        run.settle(run.call(closure, given, run.module, 0))
        if len(closure.function.parameters) < len(given):
            handed.append(run.facts)
    run.answer_ends = False
    run.facts = frozenset.intersection(*handed) if handed else before
