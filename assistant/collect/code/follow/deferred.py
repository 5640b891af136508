"""Functions that a library was given: what it is made of or awaited for runs them, one after the other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.follow.scope import either
from assistant.collect.code.origins import origins_of
from assistant.collect.code.recognise.chains import package_of
from assistant.collect.code.values import (
    NOTHING,
    UNKNOWN,
    Chain,
    Closure,
    Known,
    Native,
    Promise,
    Shape,
    Value,
    caller,
)
from assistant.domain.code import Weakness


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Step

_LATER = re.compile(r"after|waitUntil|timeout|schedule|defer", re.IGNORECASE)
_CALLED = re.compile(r"on[A-Z]\w*|execute|handler|run|task|fn|callback|queryFn|start|generate")
"""Fields of an object under which a library finds a function that it calls."""
_CHOSEN = frozenset({"ts-pattern"})
"""Libraries of which every step of a chain brings a function: ``match(x).with(a, f).otherwise(g)``."""
_TELLS = {("jsonwebtoken", "verify"): "claims", ("passport", "authenticate"): "user"}
"""Calls that tell a function who is calling."""
_STREAMING = "ai"
_STREAMS = frozenset(
    {"createDataStream", "createDataStreamResponse", "pipeDataStreamToResponse", "createUIMessageStream"}
)
"""Calls of the AI SDK that hand their function a writer of the answer."""
_WRITES: tuple[str, ...] = ("write", "writeData", "writeMessageAnnotation", "writeSource")


def called_back(run: Run, chain: Chain) -> Value | None:
    """A library was given functions and the result is awaited or dropped: they were called. None when there were none."""
    last = chain.last
    if last is None:
        return None
    results: list[Value] = []
    for step in chain.steps if chain.source in _CHOSEN else chain.steps[-1:]:
        results += _given(run, chain, step)
    for step in chain.steps if chain.source == _STREAMING else chain.steps[-1:]:
        for function in _in_objects(step):
            before = run.facts
            _tried(run, function, step, streams=chain.source == _STREAMING and (step.name or chain.name) in _STREAMS)
            run.facts = before  # when it is called, the answer may be on its way
    return either(*results) if results else None


def _given(run: Run, chain: Chain, step: Step) -> Iterator[Value]:
    for one in step.arguments or ():
        if isinstance(one, Promise):
            yield run.settle(one, run_deferred=True)
        elif isinstance(one, Closure):
            before, since = run.facts, run.ledger.order
            yield _tried(run, one, step, given=handed(chain))
            if _LATER.search(step.name or chain.name) or chain.source in _CHOSEN:
                run.facts = before
            if _LATER.search(step.name or chain.name):
                run.ledger.let_go(run.ledger.guards_of_look(since) & run.ledger.thrown, Weakness.NOT_AWAITED)
        elif isinstance(one, Chain) and _runs(one):
            done = run.settle(one, run_deferred=True)
            if done is not one:
                yield Known(origins_of(done) | UNKNOWN.origins)  # the rows, or an error in their place: a pair of both
        elif isinstance(one, Shape):  # ``createUIMessageStreamResponse({ stream })``
            for inner in list(one.fields.values()):
                if isinstance(inner, Chain) and inner.source == _STREAMING:
                    run.settle(inner, run_deferred=True)


def _runs(value: Chain) -> bool:
    """A query that was only being built, or a call that was given a function without parameters; a router of procedures waits for requests."""
    last = value.last
    functions = [one for one in (last.arguments or () if last is not None else ()) if isinstance(one, Closure)]
    return value.source == _STREAMING or all(not one.function.parameters for one in functions)


def handed(chain: Chain) -> tuple[Value, ...]:
    """``jwt.verify(token, secret, (error, claims) => …)``, ``passport.authenticate("jwt", (error, user) => …)``: an error for a stranger, else who it is."""
    last = chain.last
    name = (last.name if last is not None else "") or chain.name
    who = _TELLS.get((package_of(chain.source), name))
    return (caller("!error"), caller(who)) if who else ()


def _tried(run: Run, function: Closure, step: Step, *, streams: bool = False, given: tuple[Value, ...] = ()) -> Value:
    rest = function.function.parameters[len(given) :]
    supplied = (*given, *(_stream(run) if streams else UNKNOWN for _ in rest))
    return run.settle(run.attempt(function, supplied, step.module, step.at))


def _in_objects(step: Step) -> Iterator[Closure]:
    """``streamText({ …, onFinish: async ({ text }) => { … } })``."""
    for one in step.arguments or () if not step.new else ():  # a server that is made waits for requests
        if isinstance(one, Shape):
            for name, value in tuple(one.fields.items()):  # what is called may add to it
                if isinstance(value, Closure) and _CALLED.fullmatch(name):
                    yield value


def _stream(run: Run) -> Value:
    """A writer: what it is given is part of the answer."""

    def write(given: tuple[Value, ...]) -> Value:
        for one in given[:1]:
            run.show(one)
        return NOTHING

    writer = Shape({name: Native(name, write) for name in _WRITES}, (UNKNOWN,))
    return Shape({**writer.fields, "writer": writer}, (UNKNOWN,))
