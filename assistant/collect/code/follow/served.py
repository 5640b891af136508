"""What a server's ``createContext`` puts into the context of its procedures: services and clients, made once and handed over.

Who is calling stays ``ctx``: only what belongs to nobody is taken, and only where some of it is made by the repository.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

from assistant.collect.code.entries_look import value_of
from assistant.collect.code.follow.scope import Scope
from assistant.collect.code.follow.stop import Exhausted, Stopped
from assistant.collect.code.origins import origins_of
from assistant.collect.code.values import (
    UNKNOWN,
    Chain,
    Closure,
    Either,
    Shape,
    Value,
    caller,
    request,
    unwrapped,
)
from assistant.collect.code.walking import nodes_of
from assistant.domain.code import OriginKind
from assistant.domain.syntax import Record
from assistant.text.paths import shared_parts


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Expression

_OF_NOBODY = frozenset({OriginKind.CONSTANT, OriginKind.ENVIRONMENT, OriginKind.GENERATED, OriginKind.UNKNOWN})
_STEPS = 40_000
_OUTERMOST = 6
"""Levels of functions around a function of the context."""


class Served(NamedTuple):
    """What one server hands over."""

    services: dict[str, Value]
    of_request: frozenset[str]
    """Names of what is told of each request: who calls."""


_NOTHING = Served({}, frozenset())


def makers_of(program: Program) -> tuple[tuple[str, Expression], ...]:
    """``{ router, createContext }`` wherever a server of tRPC is made, by path."""
    found = []
    for path, module in sorted(program.modules.items()):
        if module.language == "py" or not any("trpc" in one.source for one in module.imports):
            continue
        for node in nodes_of(module.body):
            if isinstance(node, Record) and value_of(node, "router") is not None:
                makes = value_of(node, "createContext")
                if makes is not None:
                    found.append((path, makes))
    return tuple(found)


def context_of(run: Run, module: str) -> Value:
    """The context of a procedure that stands in ``module``: whoever calls, with the services that the server hands over."""
    served = _served(run, module)
    if not served.services:
        return caller("ctx")
    fields: dict[str, Value] = {}
    context = Shape(fields, (caller("ctx"),))
    for name, value in served.services.items():
        fields[name] = _own(value, context, served) if isinstance(value, Closure) else value
    return context


def _served(run: Run, module: str) -> Served:
    makers = run.world.context_makers
    if not makers:
        return _NOTHING
    where, makes = min(makers, key=lambda one: (-shared_parts(one[0], module), one[0]))
    key = (where, makes.at)
    if key not in run.world.contexts:
        run.world.contexts[key] = _NOTHING  # what making it asks for on its way
        run.world.contexts[key] = _made(run, where, makes)
    return run.world.contexts[key]


def _made(run: Run, module: str, makes: Expression) -> Served:
    """What is nobody's of the first object that the function answers; nothing where it is a handful of a library's clients."""
    aside = run.world.aside()
    aside.left = _STEPS
    made: Value = UNKNOWN
    with contextlib.suppress(Stopped, Exhausted, RecursionError):
        function = unwrapped(aside.evaluate(makes, aside.world.scope(module)))
        if isinstance(function, Closure):
            given = Shape({"req": request("request"), "request": request("request")}, (request("request"),))
            made = unwrapped(aside.settle(aside.call(function, (given, UNKNOWN), module, makes.at)))
    shape = next(
        (one for one in (made.values if isinstance(made, Either) else (made,)) if isinstance(one, Shape)), None
    )
    fields = shape.fields if shape is not None else {}
    services = {
        name: value
        for name, value in fields.items()
        if isinstance(unwrapped(value), Closure | Shape | Chain) and _is_nobodys(value)
    }
    if not any(_is_service(unwrapped(one)) for one in services.values()):
        return _NOTHING
    return Served(services, frozenset(fields) - frozenset(services))


def _is_nobodys(value: Value) -> bool:
    return {origin.kind for origin in origins_of(value)} <= _OF_NOBODY


def _is_service(value: Value) -> bool:
    return isinstance(value, Shape) and any(isinstance(one, Closure) for one in value.fields.values())


def _own(function: Closure, context: Shape, served: Served) -> Closure:
    """A function that the context has of its own: what it sees of one request is whoever calls, and its context is the procedure's."""
    scope = Scope(function.module, function.scope)
    level, depth = function.scope, 0
    while level is not None and depth < _OUTERMOST:
        for name, value in tuple(level.names.items()):
            known = unwrapped(value)
            if name in scope.names or isinstance(known, Closure):
                continue
            if (
                isinstance(known, Shape)
                and served.of_request <= set(known.fields)
                and set(known.fields) & set(served.services)
            ):
                scope.declare(name, context, 0)  # the context itself
            elif name in served.of_request or not _is_nobodys(known):
                scope.declare(name, caller(f"ctx.{name}"), 0)
        level, depth = level.parent, depth + 1
    return Closure(function.function, function.module, scope, function.bound, method=function.method)
