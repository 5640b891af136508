"""Calls: functions of the repository are run, library objects grow by a step, callbacks are called back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.attributes import attribute
from assistant.collect.code.follow.binding import bind
from assistant.collect.code.follow.classes import instance, static
from assistant.collect.code.follow.facts import telling
from assistant.collect.code.follow.gathered import gathered
from assistant.collect.code.follow.globals import global_call
from assistant.collect.code.follow.library import known_method, listed_method, over
from assistant.collect.code.follow.scope import Scope, either
from assistant.collect.code.follow.stand_ins import is_stand_in, stood_in_for
from assistant.collect.code.follow.statements import execute
from assistant.collect.code.follow.stop import Stopped
from assistant.collect.code.follow.trust import trusted
from assistant.collect.code.values import (
    NOTHING,
    UNKNOWN,
    Blueprint,
    Chain,
    Closure,
    Constant,
    Either,
    Known,
    Listed,
    Native,
    Promise,
    Shape,
    Step,
    Test,
    Value,
    ordered,
    origins_of,
)
from assistant.domain.code import Origin, OriginKind


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.run import Frame, Run

_DEEPEST = 14
_SAME_FUNCTION = 2
_TRANSACTION = frozenset(
    {"$transaction", "transaction", "begin", "batch", "atomic", "withTransaction", "tx", "runTransaction"}
)
_PASSES_ON = frozenset(
    {"cache", "memoize", "memo", "once", "lazy", "wrap", "useCallback", "asyncHandler", "catchAsync", "debounce"}
)
_SPELLED = frozenset(
    [
        "or",
        "filter",
        "query",
        "unsafe",
        "execute",
        "raw",
        "textSearch",
        "select",
        "$queryRawUnsafe",
        "$executeRawUnsafe",
        "like",
        "ilike",
        "get",
        "set",
        "setex",
        "mget",
        "del",
        "prepare",
    ]
)
_SPELLED_FIELDS = frozenset({"sql", "filter", "query", "text", "key"})
_ENDS = frozenset({"redirect", "permanentRedirect", "notFound", "forbidden", "unauthorized", "abort", "rewrite"})


def call(run: Run, value: Value, arguments: tuple[Value, ...], module: str, at: int, end: int, *, new: bool) -> Value:
    """Call ``value``."""
    if isinstance(value, Either):
        options = [one for one in value.values if not isinstance(one, Constant | Test)]
        return _branches(run, [lambda one=one: call(run, one, arguments, module, at, end, new=new) for one in options])
    if isinstance(value, Closure):
        return invoke(run, value, arguments, module, at)
    if isinstance(value, Native):
        return value.call(arguments)
    if isinstance(value, Blueprint):
        return instance(run, value, arguments, module, at)
    if isinstance(value, Promise):
        return call(run, value.value, arguments, module, at, end, new=new)
    if isinstance(value, Chain):
        return _chain_called(run, value, arguments, module, at, end, new=new)
    if isinstance(value, Known):
        return Known(value.origins | frozenset().union(*(origins_of(one) for one in arguments)))
    return UNKNOWN


def _branches(run: Run, attempts: list) -> Value:  # type: ignore[type-arg]
    before = run.facts
    out: list[Value] = []
    facts = []
    for attempt in attempts:
        run.facts = before
        try:
            out.append(attempt())
            facts.append(run.facts)
        except Stopped:
            continue
    if not out:
        run.facts = before
        return UNKNOWN
    run.facts = frozenset.intersection(*facts)
    return either(*out)


def _chain_called(
    run: Run, value: Chain, arguments: tuple[Value, ...], module: str, at: int, end: int, *, new: bool
) -> Value:
    last = value.last
    if new and is_stand_in(value, arguments):
        return stood_in_for(run, arguments, module, at)
    if last is not None and last.arguments is not None and not new:
        inner = [one for one in last.arguments if isinstance(one, Closure)]
        if inner and value.source != "global":  # a wrapper of a library around functions of the repository
            checked = run.asked(value._replace(steps=(*value.steps[:-1], last)))
            del checked
            return either(*(run.call(one, arguments, module, at) for one in inner[-1:]))
    grown = value._replace(steps=(*value.steps, Step("", arguments, new, module, at, end)))
    if value.source in {"global", "uuid", "os", "datetime"} or value.name == "cache":
        known = global_call(run, grown, arguments)
        if known is not None:
            return known
    return recognised(run, grown)


def recognised(run: Run, chain: Chain) -> Value:
    """What a chain comes to after a call: what recognisers say, or the chain."""
    handed = _of_request(chain)
    if handed is not None:
        return handed
    said = run.asked(chain)
    last = chain.last
    name = (last.name if last else "") or chain.name
    if said is not None:
        return said
    if name in _ENDS and chain.source in {
        "next/navigation",
        "flask",
        "next/router",
        "unresolved",
        "@tanstack/react-router",
    }:
        raise Stopped
    if last is not None and last.arguments and name in _PASSES_ON and isinstance(last.arguments[0], Closure):
        return last.arguments[0]
    return chain


def _of_request(chain: Chain) -> Value | None:
    """``headers()`` and ``cookies()`` of Next.js: what came with the request."""
    if chain.source == "next/headers" and len(chain.steps) == 1 and chain.name in {"headers", "cookies"}:
        return Promise(Known(frozenset({Origin(OriginKind.REQUEST, chain.name.rstrip("s"))})))
    return None


def call_method(
    run: Run, of: Value, name: str, arguments: tuple[Value, ...], module: str, at: int, end: int, *, new: bool
) -> Value:
    """Call ``of.name(arguments)``."""
    if isinstance(of, Either):
        options = [one for one in of.values if not isinstance(one, Constant)]
        return _branches(
            run, [lambda one=one: call_method(run, one, name, arguments, module, at, end, new=new) for one in options]
        )
    if isinstance(of, Promise):
        return _promised(run, of, name, arguments, module, at, end)
    if isinstance(of, Known | Listed):
        kept = gathered(run, of, name, arguments)
        if kept is not None:
            return kept
    if isinstance(of, Known):
        return _known_method(run, of, name, arguments, module, at, end)
    if isinstance(of, Listed):
        return listed_method(run, of, name, arguments, module, at)
    if isinstance(of, Chain):
        return _chain_method(run, of, name, arguments, module, at, end, new=new)
    if isinstance(of, Closure):
        return _function_method(run, of, name, arguments, module, at, end)
    if isinstance(of, Shape):
        return _shape_method(run, of, name, arguments, module, at, end)
    if isinstance(of, Blueprint):
        return run.call(static(run, of, name), arguments, module, at, end, new=new)
    return of if name in {"toString", "trim"} else UNKNOWN


def _known_method(
    run: Run, of: Known, name: str, arguments: tuple[Value, ...], module: str, at: int, end: int
) -> Value:
    stored = _stored(run, of, name)
    if stored is not None:
        return run.call(stored, arguments, module, at, end)
    field = attribute(run, of, name, module, at, end)
    if isinstance(field, Chain):
        return run.call(field, arguments, module, at, end)
    return known_method(run, of, name, arguments, module, at)


def _function_method(
    run: Run, of: Closure, name: str, arguments: tuple[Value, ...], module: str, at: int, end: int
) -> Value:
    if name in {"bind", "withContext"}:
        return of
    return run.call(of, arguments[1:], module, at, end) if name in {"call", "apply"} else UNKNOWN


def _stored(run: Run, of: Known, name: str) -> Value | None:
    return next((run.overlay[origin.path, name] for origin in ordered(of) if (origin.path, name) in run.overlay), None)


def _shape_method(
    run: Run, of: Shape, name: str, arguments: tuple[Value, ...], module: str, at: int, end: int
) -> Value:
    found = of.fields.get(name)
    if found is None and of.rest:
        return either(*(call_method(run, one, name, arguments, module, at, end, new=False) for one in of.rest))
    if found is None:
        callback = next((one for one in arguments if isinstance(one, Closure)), None)
        if callback is not None:
            return over(run, tuple(of.fields.values()), of, name, callback, arguments, module, at)
        return of if name in {"toJSON", "toObject", "json"} else UNKNOWN
    return run.call(attribute(run, of, name, module, at, end), arguments, module, at, end)


def _promised(run: Run, of: Promise, name: str, arguments: tuple[Value, ...], module: str, at: int, end: int) -> Value:
    if name in {"then", "catch", "finally"} and arguments:
        callback = arguments[0]
        if isinstance(callback, Closure | Native):
            return over(run, (of,), of, name, callback, arguments, module, at)
        return of
    return call_method(run, of.value, name, arguments, module, at, end, new=False)


def _chain_method(
    run: Run, of: Chain, name: str, arguments: tuple[Value, ...], module: str, at: int, end: int, *, new: bool
) -> Value:
    if name in {"then", "catch", "finally"} and arguments and isinstance(arguments[0], Closure | Native):
        return over(run, (of,), of, name, arguments[0], arguments, module, at)
    if of.source == "context" and not of.steps:
        special = _context_method(run, name, arguments)
        if special is not None:
            return special
    if name in _SPELLED:
        arguments = tuple(_spelled(run, one) for one in arguments)
    if name in _TRANSACTION and arguments:
        inner = _transaction(run, of, arguments, module, at)
        if inner is not None:
            return inner
    last = of.last
    head = of
    if last is not None and last.arguments is None and not last.name:
        head = of._replace(steps=of.steps[:-1])
    grown = head._replace(steps=(*head.steps, Step(name, arguments, new, module, at, end)))
    known = global_call(run, grown, arguments) if of.source in {"global", "uuid", "os", "datetime", "asyncio"} else None
    return known if known is not None else recognised(run, grown)


def _spelled(run: Run, value: Value) -> Value:
    """The template behind an argument, or behind the fields of one that hold statements and keys."""
    if isinstance(value, Shape) and isinstance(value.fields, dict) and not _SPELLED_FIELDS.isdisjoint(value.fields):
        fields = {name: run.spelled(one) if name in _SPELLED_FIELDS else one for name, one in value.fields.items()}
        return Shape(fields, value.rest)
    return run.spelled(value)


def _context_method(run: Run, name: str, arguments: tuple[Value, ...]) -> Value | None:
    """Hono's ``c.set`` and ``c.get``."""
    if name == "set" and len(arguments) > 1 and isinstance(arguments[0], Constant):
        run.overlay["ctx", str(arguments[0].value)] = arguments[1]
        return NOTHING
    if name == "get" and arguments and isinstance(arguments[0], Constant):
        from assistant.collect.code.values import caller

        return attribute(run, caller("ctx"), str(arguments[0].value), "", 0, 0)
    return None


def _transaction(run: Run, of: Chain, arguments: tuple[Value, ...], module: str, at: int) -> Value | None:
    first = arguments[0]
    callback = next((one for one in arguments if isinstance(one, Closure)), None)
    if callback is not None:
        return Promise(run.settle(run.call(callback, (of,), module, at)))
    if isinstance(first, Listed):
        return Promise(Listed(tuple(run.settle(one) for one in first.items)))
    return None


def scopes_of(run: Run) -> Iterator[Scope]:
    """Scopes that are alive; innermost first."""
    for scope in reversed(run.scopes):
        inner: Scope | None = scope
        while inner is not None:
            yield inner
            inner = inner.parent


def invoke(run: Run, closure: Closure, arguments: tuple[Value, ...], module: str, at: int) -> Value:
    """Run a function of the repository.

    Raises:
        Stopped: it never returns.
    """
    function = closure.function
    tail = run.take_tail()
    again = len([one for one in run.running if one is function]) >= _SAME_FUNCTION  # its body was followed already
    if again or len(run.frames) > _DEEPEST:
        if not again:
            run.ledger.lost(f"{function.name or 'a function'}() calls too deep", run.place(closure.module, function.at))
        return Known(frozenset().union(*(origins_of(one) for one in arguments))) if arguments else UNKNOWN
    from assistant.collect.code.follow.run import Frame as NewFrame

    told = any(
        trusted(run, origin) for one in arguments for origin in origins_of(one) if origin.kind is not OriginKind.REQUEST
    )
    handler = run.frame.handler and (tail or not run.running)
    frame = NewFrame(function.name, closure.module, module, at, told=told, handler=handler)
    scope = Scope(closure.module, closure.scope)
    run.frames.append(frame)
    run.running.append(function)
    run.visited.add((closure.module, function.at))
    run.scopes.append(scope)
    depth, run.depth = run.depth, 0
    before = run.facts
    try:
        _supply(run, closure, scope, arguments)
        alive = execute(run, function.body, scope)
    finally:
        run.frames.pop()
        run.running.pop()
        run.scopes.pop()
        run.depth = depth
    if alive:
        frame.returns.append((NOTHING, run.facts))
    return _result(run, frame, before, is_async=function.is_async)


def _supply(run: Run, closure: Closure, scope: Scope, arguments: tuple[Value, ...]) -> None:
    if closure.bound is not None:
        scope.declare("this", closure.bound, 0)
        scope.declare("self", closure.bound, 0)
    parameters = closure.function.parameters
    if closure.bound is not None and closure.module.endswith(".py") and parameters:
        parameters = parameters[1:]
    for n, parameter in enumerate(parameters):
        if parameter.rest:
            bind(run, scope, parameter.pattern, Listed(arguments[n:]))
            continue
        given = arguments[n] if n < len(arguments) else None
        if given is None or (isinstance(given, Constant) and given.value is None and parameter.default is not None):
            given = run.evaluate(parameter.default, scope) if parameter.default is not None else NOTHING
        bind(run, scope, parameter.pattern, given)


def _result(run: Run, frame: Frame, before: Facts, *, is_async: bool) -> Value:
    if not frame.returns:
        raise Stopped
    run.facts = frozenset.intersection(*(facts for _, facts in frame.returns))
    if len(frame.returns) == 1:
        value = frame.returns[0][0]
    else:
        values = [one for one, _ in frame.returns][:8]
        different = any(telling(facts - run.facts) for _, facts in frame.returns)
        flat = not any(isinstance(one, Either) for one in values)
        value = (
            Either(tuple(values), tuple(facts for _, facts in frame.returns[:8]))
            if different and flat
            else _merged(frame.returns, different=different)
        )
    if not is_async:
        return value
    earned, run.facts = run.facts, before
    inner = value.facts if isinstance(value, Promise) else frozenset()
    return Promise(value.value if isinstance(value, Promise) else value, earned | inner)


def _merged(returns: list[tuple[Value, Facts]], *, different: bool) -> Value:
    """Return paths joined; options of inner paths keep what was known on theirs."""
    if not different:
        return either(*(one for one, _ in returns))
    values: list[Value] = []
    facts: list[Facts] = []
    for value, known in returns:
        inner = value.values if isinstance(value, Either) else (value,)
        for n, one in enumerate(inner):
            values.append(one)
            facts.append(known | value.facts[n] if isinstance(value, Either) and n < len(value.facts) else known)
    return Either(tuple(values[:8]), tuple(facts[:8]))
