"""Resolvers of GraphQL: the context is made from the request, rules and scopes are asked, then the field is resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.entries_graphql_around import CONTEXT, OPTIONS, RULE, SCOPES
from assistant.collect.code.entries_look import value_of
from assistant.collect.code.follow.builders import functions_of
from assistant.collect.code.follow.enclosing import around
from assistant.collect.code.follow.facts import Learned, Lesson, both, one_of
from assistant.collect.code.follow.learn import learn
from assistant.collect.code.values import (
    UNKNOWN,
    Chain,
    Closure,
    Constant,
    Either,
    Known,
    Listed,
    Shape,
    Value,
    caller,
    field_of,
    request,
    unwrapped,
)
from assistant.domain.code import GuardKind, Origin, OriginKind
from assistant.domain.syntax import Attribute, Call, Record


if TYPE_CHECKING:
    from assistant.collect.code.entries_point import Before, EntryPoint
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.follow.scope import Scope

_REQUEST = Known(frozenset({Origin(OriginKind.REQUEST, "request")}))
_HANDED = Shape({"req": _REQUEST, "request": _REQUEST, "res": Chain("response", "res")}, (_REQUEST,))
"""What servers hand to the function that makes the context, whichever of them it is."""
_COMBINED = frozenset({"combineResolvers", "pipeResolvers", "composeResolvers", "pipe"})
_SHIFTED = ("prismaField", "prismaConnection", "drizzleField", "drizzleConnection")
"""Fields of Pothos whose resolver is handed a query before the parent."""
_OPEN = frozenset({"public", "$granted"})


def call_resolver(run: Run, point: EntryPoint, scope: Scope) -> Value:
    """The answer of a field."""
    parts = {one.named: one for one in point.before}
    context = _context(run, point, parts.get(CONTEXT))
    arguments: tuple[Value, ...] = (UNKNOWN, request("input"), context, UNKNOWN)
    for one in point.before:
        if one.named == RULE:
            _ruled(run, _evaluated(run, point, one), arguments, one)
    if OPTIONS in parts:
        _scoped(run, point, parts, arguments)
        if _takes_query(parts[OPTIONS]):
            arguments = (UNKNOWN, *arguments)
    answer: Value = UNKNOWN
    for function in _in_turn(run.evaluate(point.expression, scope)):
        answer = run.settle(run.call(function, arguments, point.module, point.at[0]), run_deferred=True)
    run.show(answer)
    return answer


def _in_turn(value: Value) -> list[Value]:
    """``combineResolvers(isAuthenticated, resolve)``: each is asked, the last one answers."""
    value = unwrapped(value)
    if not isinstance(value, Chain):
        return [value]
    found: list[Value] = [*functions_of((value,))]
    return found if value.name in _COMBINED else found[-1:] or [value]


def _evaluated(run: Run, point: EntryPoint, one: Before) -> Value:
    return unwrapped(run.evaluate(one.expression, around(run, one.module, one.within, point.kind)))


def _context(run: Run, point: EntryPoint, made: Before | None) -> Value:
    """What the server's own function makes of the request; where there is none to be seen, an object that knows its caller."""
    if made is None:
        return caller("ctx")
    value = _evaluated(run, point, made)
    if isinstance(value, Shape):
        return value
    functions = [one for one in functions_of((value,)) if isinstance(one, Closure)]
    if not functions:
        return caller("ctx")
    context = run.aside(
        lambda: run.settle(run.attempt(functions[-1], (_HANDED, _HANDED), made.module, made.expression.at))
    )
    return context if context != UNKNOWN else caller("ctx")


def _ruled(run: Run, rule: Value, arguments: tuple[Value, ...], one: Before) -> None:
    """A rule of graphql-shield lets the request on when it says yes."""
    run.passed(_learned(run, rule, arguments), one.module, one.expression.at)


def _learned(run: Run, rule: Value, arguments: tuple[Value, ...]) -> Learned:
    """What it means that a rule said yes: ``rule()(fn)``, ``and(a, b)``, ``or(a, b)``."""
    rule = unwrapped(rule)
    if isinstance(rule, Chain):
        last = rule.last
        parts = (last.arguments or ()) if last is not None else ()
        if rule.name in {"and", "chain"} and parts:
            return both([_learned(run, part, arguments) for part in parts])
        if rule.name in {"or", "race"} and parts:
            return one_of([_learned(run, part, arguments) for part in parts])
    functions = list(functions_of((rule,)))
    if not functions:
        return Learned()
    before = run.facts
    answer = run.aside(lambda: run.settle(run.attempt(functions[-1], arguments, functions[-1].module, 0)))
    learned = learn(run, answer, True)
    return Learned(learned.facts | (run.facts - before), learned.lessons)


def _takes_query(options: Before) -> bool:
    callee = getattr(options.expression, "callee", None)
    return getattr(callee, "name", "") in _SHIFTED


def _scoped(run: Run, point: EntryPoint, parts: dict[str, Before], arguments: tuple[Value, ...]) -> None:
    """``authScopes: { loggedIn: true }`` and ``t.withAuth({ admin: true })``: any of the scopes lets the caller on."""
    one = parts[OPTIONS]
    expression = one.expression
    scope = around(run, one.module, one.within, point.kind)
    wanted = [unwrapped(run.evaluate(asked, scope)) for asked in _asked(expression)]
    granted: Value = UNKNOWN
    if SCOPES in parts:
        functions = list(functions_of((_evaluated(run, point, parts[SCOPES]),)))
        if functions:
            call = functions[-1]
            granted = run.aside(lambda: run.settle(run.attempt(call, (arguments[2],), call.module, 0)))
    for each in wanted:
        learned = _of_scopes(run, each, granted, arguments)
        if learned is not None:
            run.passed(learned, one.module, expression.at)


def _asked(options: object) -> list[object]:
    found: list[object] = []
    given = options.arguments[0] if isinstance(options, Call) and options.arguments else options
    scopes = value_of(given, "authScopes") if isinstance(given, Record) else None
    if scopes is not None:
        found.append(scopes)
    inner = options.callee.of if isinstance(options, Call) and isinstance(options.callee, Attribute) else None
    if (
        isinstance(inner, Call)
        and isinstance(inner.callee, Attribute)
        and inner.callee.name == "withAuth"
        and inner.arguments
    ):
        found.append(inner.arguments[0])
    return found


def _of_scopes(run: Run, wanted: Value, granted: Value, arguments: tuple[Value, ...]) -> Learned | None:
    """What it means that one of the wanted scopes was granted; a function is asked with the field's own arguments."""
    if isinstance(wanted, Closure):
        answer = run.aside(lambda: run.settle(run.attempt(wanted, arguments, wanted.module, 0)))
        if isinstance(answer, Shape):
            return _of_scopes(run, answer, granted, arguments)
        return learn(run, answer, True)
    if not isinstance(wanted, Shape):
        return None
    ways: list[Learned] = []
    for name, value in wanted.fields.items():
        if name in {"$all", "$any"} and isinstance(value, Shape):
            inner = [_scope(run, each, one, granted) for each, one in value.fields.items()]
            ways.append(both(inner) if name == "$all" else one_of(inner))
        elif not (isinstance(value, Constant) and value.value is False):
            ways.append(_scope(run, name, value, granted))
    return one_of(ways) if ways else None


def _scope(run: Run, name: str, value: Value, granted: Value) -> Learned:
    if name in _OPEN:
        return Learned()
    found = field_of(granted, name)
    if isinstance(found, Closure):
        given = value.items if isinstance(value, Listed) else (value,)
        closure = found
        found = run.aside(lambda: run.settle(run.attempt(closure, given, closure.module, 0)))
    if found is None or (isinstance(found, Either) and not found.values):
        lesson = Lesson(GuardKind.NAME, f"scope {name}")
        return Learned(frozenset({("caller",), ("role", name)}), (lesson,))
    return learn(run, found, True)
