"""Procedures and actions that are built step by step: middleware first, then the handler, with one context handed along."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from assistant.collect.code.follow.fallback import demanded
from assistant.collect.code.follow.schemas import kept_by, named_in, required_by, shaped
from assistant.collect.code.follow.served import context_of
from assistant.collect.code.follow.stop import Stopped
from assistant.collect.code.values import (
    UNKNOWN,
    Chain,
    Closure,
    Either,
    Known,
    Listed,
    Native,
    Promise,
    Shape,
    Value,
    caller,
    request,
    unwrapped,
)
from assistant.domain.code import ActKind, ActPart, Guard, GuardKind


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Step

_MIDDLEWARE = frozenset({"use", "unstable_pipe", "concat", "useMiddleware", "before", "guard"})
_INPUT = frozenset({"input", "schema", "inputSchema", "validator", "inputValidator", "parameters", "body"})
_OUTPUT = frozenset({"output", "outputSchema"})
_STARTS = "@tanstack/"
"""Server functions put their middleware into a list, which ``middleware`` is given."""
_FINAL = frozenset(
    {"query", "mutation", "subscription", "handler", "action", "stateAction", "func", "execute", "stream", "effect"}
)
_GUARDED_NAME = re.compile(
    r"protect|private|auth(?!or)|signed|logged|admin|staff|session|member|owner|workspace|team|organi[sz]ation|user",
    re.IGNORECASE,
)
_OPEN_NAME = re.compile(r"public|un_?auth|anon|open|guest|base|without", re.IGNORECASE)


def built(run: Run, chain: Chain) -> Value:
    """Run a builder chain from its root to its handler; the handler's answer."""
    context: Value = context_of(run, run.module) if chain.source == "@trpc/server" else caller("ctx")
    given: Value = request("input")
    result: Value = UNKNOWN
    _by_name(run, chain)
    for step in chain.steps:
        if step.arguments is None:
            continue
        if step.name in _MIDDLEWARE or (step.name == "middleware" and chain.source.startswith(_STARTS)):
            for function in functions_of(step.arguments):
                context = _middleware(run, function, context, given, step)
        elif step.name in _INPUT and step.arguments:
            schema = unwrapped(step.arguments[0])
            _parsed(run, schema, step)
            given = _with_input(given, shaped(schema, request("input"), 0)) if isinstance(schema, Chain) else given
        elif step.name in _FINAL and step.arguments:
            for function in list(functions_of(step.arguments))[-1:]:
                arguments = Shape(
                    {
                        "ctx": context,
                        "context": context,
                        "input": given,
                        "data": given,
                        "parsedInput": given,
                        "clientInput": request("input"),
                        "bindArgsParsedInputs": request("input"),
                        "request": Known(request("request").origins),
                    },
                    (UNKNOWN,),
                )
                result = run.settle(
                    run.call(
                        function,
                        (*_positional(step, given), arguments)
                        if step.name == "action" and _takes_input(function)
                        else (arguments, UNKNOWN),
                        step.module,
                        step.at,
                    )
                )
                if step is not chain.last:
                    context = _merged(result, context)
    for step in chain.steps:
        if step.name in _OUTPUT and step.arguments:
            _answered_by(run, step.arguments[0])
    return result


def _parsed(run: Run, schema: Value, step: Step) -> None:
    """``.input(schema)`` parses what was sent, before the handler sees it."""
    if isinstance(schema, Chain):
        whole = ActPart("0", tuple(request("input").origins), "")
        place = run.place(step.module, step.at, run.symbol())
        run.facts |= demanded(run, required_by(schema, request("input")))
        run.ledger.act(ActKind.VALIDATE, step.name, place, whole, ActPart("schema", (), kept_by(schema, schema)))


def _answered_by(run: Run, schema: Value) -> None:
    """``.output(schema)``: of a whole row only the keys of the schema are answered."""
    names = named_in(schema)
    for record in run.ledger.queries if names is not None else ():
        if "*" in record.returned and names is not None:
            record.returned = set(names)


def _with_input(given: Value, more: Value) -> Value:
    """Each schema of a builder reads the whole input; what the handler gets has the keys of all of them."""
    if isinstance(given, Shape) and isinstance(more, Shape):
        return Shape({**given.fields, **more.fields}, given.rest + more.rest)
    if isinstance(given, Shape):
        return Shape(given.fields, (*given.rest, more))
    return more


def _takes_input(function: Closure) -> bool:
    """The older form of next-safe-action: ``action(async (input, { ctx }) => ...)``."""
    from assistant.domain.syntax import Name

    parameters = function.function.parameters
    return len(parameters) == 2 and isinstance(parameters[0].pattern, Name)  # noqa: PLR2004 - (input, { ctx })


def _positional(_step: Step, given: Value) -> tuple[Value, ...]:
    return (given,)


def functions_of(arguments: tuple[Value, ...]) -> Iterator[Closure]:
    """Functions among arguments, those inside ``t.middleware(fn)`` too."""
    for one in arguments:
        value = unwrapped(one)
        if isinstance(value, Closure):
            yield value
        elif isinstance(value, Either):
            yield from functions_of(value.values)
        elif isinstance(value, Listed):
            yield from functions_of(value.items)
        elif isinstance(value, Chain):
            for step in value.steps:
                yield from functions_of(step.arguments or ())


def _middleware(run: Run, function: Closure, context: Value, given: Value, step: Step) -> Value:
    """Run one middleware up to its ``next``; the context it hands on."""
    handed: list[tuple[Value, Facts]] = []

    def go_on(arguments: tuple[Value, ...]) -> Value:
        first = unwrapped(arguments[0]) if arguments else UNKNOWN
        inner = first.fields.get("ctx") or first.fields.get("context") if isinstance(first, Shape) else None
        handed.append((_merged(inner, context) if inner is not None else context, run.facts))
        return Promise(UNKNOWN)

    arguments = Shape(
        {
            "ctx": context,
            "context": context,
            "next": Native("next", go_on),
            "input": given,
            "rawInput": request("input"),
            "clientInput": request("input"),
            "getRawInput": Native("getRawInput", lambda _: Promise(request("input"))),
        },
        (UNKNOWN,),
    )
    before = run.facts
    with contextlib.suppress(Stopped):
        run.call(function, (arguments, given), step.module, step.at)
    if not handed:
        run.facts = before
        return context
    run.facts = frozenset.intersection(*(facts for _, facts in handed))
    from assistant.collect.code.follow.scope import either

    return either(*(value for value, _ in handed))


def _merged(inner: Value, context: Value) -> Value:
    inner = unwrapped(inner)
    if isinstance(inner, Shape):
        if isinstance(context, Shape):
            return Shape({**context.fields, **inner.fields}, (*inner.rest, *context.rest))
        return Shape(dict(inner.fields), (*inner.rest, context))
    return context


def _by_name(run: Run, chain: Chain) -> None:
    """A builder from outside the repository whose name promises a guard."""
    if chain.source not in {"unresolved", "parameter"} and not chain.source.startswith("@"):
        return
    names = [chain.name, *(step.name for step in chain.steps[:2] if step.arguments is None)]
    said = next((name for name in names if _GUARDED_NAME.search(name) and not _OPEN_NAME.search(name)), None)
    if said is None or chain.source in {"@trpc/server", "@orpc/server"}:
        return
    step = chain.steps[0] if chain.steps else None
    place = run.place(step.module, step.at) if step else run.place(run.module, 0)
    run.facts |= {("caller",)}
    run.ledger.guard(Guard(kind=GuardKind.NAME, says=said, place=place, order=run.ledger.next()))
