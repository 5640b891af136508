"""Streams and promises that a handler makes: what the function it gives puts into them comes out of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.scope import either
from assistant.collect.code.follow.stop import Stopped
from assistant.collect.code.origins import origins_of
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
)


if TYPE_CHECKING:
    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.run import Run

_MADE = frozenset({"ReadableStream", "TransformStream", "WritableStream"})
_GIVEN: tuple[str, ...] = ("start", "pull", "transform", "write", "flush", "close")
"""Functions of the object that a stream is made of, in the order in which they are called."""


def is_stream(value: Chain) -> bool:
    """``new ReadableStream({ async start(controller) { … } })``."""
    return value.source == "global" and value.name in _MADE and not value.steps


def streamed(run: Run, arguments: tuple[Value, ...], module: str, at: int) -> Value:
    """What comes out of such a stream: all that its functions put into it."""
    source = arguments[0] if arguments else NOTHING
    if not isinstance(source, Shape):
        return UNKNOWN
    put: list[Value] = []

    def enqueue(given: tuple[Value, ...]) -> Value:
        put.extend(given[:1])
        return NOTHING

    controller = Shape({"enqueue": Native("enqueue", enqueue)})
    for name in _GIVEN:
        function = source.fields.get(name)
        if not isinstance(function, Closure):
            continue
        before = run.facts
        given = (controller,) if len(function.function.parameters) < 2 else (UNKNOWN, controller)  # noqa: PLR2004 - a chunk comes first
        run.settle(run.attempt(function, given, module, at), run_deferred=True)
        run.facts = before  # whoever reads the stream was answered already
    found = frozenset().union(*(origins_of(one) for one in put))
    return Known(found) if found else UNKNOWN


def is_promise(value: Chain) -> bool:
    """``new Promise((resolve, reject) => { … })``."""
    return value.source == "global" and value.name == "Promise" and not value.steps


def promised(run: Run, arguments: tuple[Value, ...], module: str, at: int) -> Value:
    """What such a promise comes to: all that its function resolves it with, and what was known wherever it did; a rejected one comes to nothing."""
    executor = arguments[0] if arguments else NOTHING
    if not isinstance(executor, Closure):
        return UNKNOWN
    found: list[Value] = []
    known: list[Facts] = []
    counted: list[frozenset[tuple[object, ...]]] = []
    before = run.facts

    def resolve(given: tuple[Value, ...]) -> Value:
        found.append(run.settle(given[0]) if given else NOTHING)
        known.append(run.facts)
        counted.append(run.ledger.standing())
        return NOTHING

    def reject(_given: tuple[Value, ...]) -> Value:
        raise Stopped

    handed = (Native("resolve", resolve), Native("reject", reject))
    run.settle(run.attempt(executor, handed, module, at), run_deferred=True)
    if not found:
        return Promise(UNKNOWN)
    run.facts = before
    run.ledger.uphold(frozenset.intersection(*counted))
    return Promise(either(*found), frozenset.intersection(*known) - before)
