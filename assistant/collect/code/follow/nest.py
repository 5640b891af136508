"""What NestJS does around a controller's method: services that are injected, guards that are asked first, decorators that fill parameters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.follow import guards
from assistant.collect.code.follow.container import Container
from assistant.collect.code.follow.facts import Lesson, lets_in
from assistant.collect.code.follow.inputs import context_of_field
from assistant.collect.code.follow.learn import learn
from assistant.collect.code.follow.ledger import Earned
from assistant.collect.code.follow.stop import Stopped
from assistant.collect.code.recognise.chains import items_of
from assistant.collect.code.values import (
    NOTHING,
    UNKNOWN,
    Blueprint,
    Chain,
    Closure,
    Constant,
    Known,
    Native,
    Shape,
    Value,
    request,
    text_of,
    unwrapped,
)
from assistant.domain.code import ActKind, ActPart, Guard, GuardKind
from assistant.domain.syntax import Call, Name


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.collect.code.entries_point import EntryPoint
    from assistant.collect.code.follow.run import Run
    from assistant.domain.syntax import Expression, Function, Parameter

_COMMON = "@nestjs/common"
_GRAPHQL = "@nestjs/graphql"
_PARTS = {
    "Param": "path",
    "Query": "query",
    "Body": "body",
    "Headers": "header",
    "UploadedFile": "body",
    "UploadedFiles": "body",
    "RawBody": "body",
    "HostParam": "header.host",
}
_WHOLE = frozenset({"Req", "Request"})
_ANSWERS = frozenset({"Res", "Response", "Next"})
_CLASS = re.compile(r"^[A-Z]\w*$")
_SIGNS_IN = re.compile(r"^@nestjs/passport$")
_NO_DOORS = frozenset({"@nestjs/throttler"})
"""Guards that count requests and ask nobody who they are."""
_COUNTS = re.compile(r"(?:Throttl\w*|RateLimit\w*|Quota\w*|Limiter)Guard$")
"""The same, made by the application itself."""
_RIGHTS = re.compile(r"role|permission|scope|abilit|polic|privilege|right", re.IGNORECASE)
_READS = ("get", "getAll", "getAllAndOverride", "getAllAndMerge")
_ASKS = "canActivate"


class Reflected:
    """NestJS's ``Reflector``: what decorators say of the method that is called and of its class."""

    def __init__(self, metadata: Mapping[str, Value]) -> None:
        """``metadata`` is what they say, by key."""
        self.metadata = metadata
        self.read: dict[str, Value] = {}
        """What guards asked for and were told."""

    def value(self) -> Value:
        """The object that a constructor is given."""
        read = Native("reflect", self._reflected)
        return Shape(dict.fromkeys(_READS, read))

    def _reflected(self, arguments: tuple[Value, ...]) -> Value:
        key = key_of(arguments[0]) if arguments else None
        if key is None:
            return UNKNOWN
        said = self.metadata.get(key, NOTHING)
        self.read[key] = said
        return said

    def rights(self, guard: str) -> tuple[str, ...]:
        """Roles or permissions that the decorators demand and a guard has just read."""
        about = [one for key, one in self.read.items() if _RIGHTS.search(key) or _RIGHTS.search(guard)]
        said = (text_of(each) for one in about for each in (items_of(one) or (one,)))
        return tuple(dict.fromkeys(one for one in said if one))


def call_controller(run: Run, point: EntryPoint, value: Value) -> Value:
    """The answer of a controller's method, its guards asked first."""
    owner = value.bound if isinstance(value, Closure) else None
    if not isinstance(value, Closure) or not isinstance(owner, Blueprint):
        return UNKNOWN
    said = (*owner.klass.decorators, *value.function.decorators)
    reflected = Reflected(_metadata(run, value.module, said))
    application = Container(run, reflected.value())
    context = _context(value)
    for before in point.before:
        guard = run.evaluate(before.expression, run.world.scope(before.module))
        reflected.read.clear()
        _ask(run, application, unwrapped(guard), context, before.module, before.expression.at)
        if isinstance(unwrapped(guard), Blueprint):
            _demanded(run, reflected, unwrapped(guard), before.module, before.expression.at)
    made = application.object_of(owner)
    arguments = tuple(_argument(run, value.module, one, context) for one in value.function.parameters)
    _parsed(run, value.module, value.function, arguments)
    return run.call(value.bound_to(made), arguments, point.module, point.at[0])


def _context(method: Closure) -> Shape:
    """Nest's ``ExecutionContext``."""
    http = Shape(
        {
            "getRequest": Native("request", _request),
            "getResponse": Native("response", _response),
            "getNext": Native("next", _unknown),
        }
    )
    return Shape(
        {
            "switchToHttp": Native("http", lambda _given: http),
            "getHandler": Native("handler", lambda _given: method),
            "getClass": Native("class", _unknown),
            "getType": Native("type", lambda _given: Constant("http")),
            "getArgs": Native("args", _unknown),
        }
    )


def _request(_arguments: tuple[Value, ...]) -> Value:
    return request("request")


def _response(_arguments: tuple[Value, ...]) -> Value:
    return Chain("response", "res")


def _unknown(_arguments: tuple[Value, ...]) -> Value:
    return UNKNOWN


def key_of(value: Value) -> str | None:
    """A key of metadata: a text, or a decorator that ``Reflector.createDecorator`` made."""
    found = text_of(value)
    if found is not None:
        return found
    value = unwrapped(value)
    if isinstance(value, Chain) and value.last is not None and value.last.name == "createDecorator":
        return f"decorator at {value.last.module}:{value.last.at}"
    return None


def _metadata(run: Run, module: str, decorators: tuple[Expression, ...]) -> dict[str, Value]:
    """What ``SetMetadata`` and decorators made with it say; a method's own words come last and win."""
    out: dict[str, Value] = {}
    for node in decorators:
        if not isinstance(node, Call):
            continue
        scope = run.world.scope(module)
        try:
            made = unwrapped(run.evaluate(node.callee, scope))
            key = key_of(made)
            if key is not None:
                out[key] = run.evaluate(node.arguments[0], scope) if node.arguments else Constant(True)
                continue
            said = unwrapped(run.evaluate(node, scope)) if isinstance(made, Closure) or _sets(made) else UNKNOWN
        except Stopped:
            continue
        for one in _set(said):
            key = key_of(one[0])
            if key is not None:
                out[key] = one[1]
    return out


def _sets(value: Value) -> bool:
    return isinstance(value, Chain) and value.source == _COMMON and value.name in {"SetMetadata", "applyDecorators"}


def _set(value: Value, depth: int = 0) -> list[tuple[Value, Value]]:
    """Keys and values of ``SetMetadata(key, value)``, also inside ``applyDecorators``."""
    if not isinstance(value, Chain) or value.last is None or depth > 2:  # noqa: PLR2004 - decorators of decorators
        return []
    given = value.last.arguments or ()
    if value.name == "SetMetadata" and len(given) > 1:
        return [(given[0], given[1])]
    if value.name == "applyDecorators":
        return [pair for one in given for pair in _set(unwrapped(one), depth + 1)]
    return []


def _ask(run: Run, application: Container, guard: Value, context: Shape, module: str, at: int) -> None:
    """One guard; one that cannot be looked at is named, and may well be what keeps strangers out."""
    before = run.facts
    if isinstance(guard, Chain) and guard.source in _NO_DOORS:
        return
    if isinstance(guard, Chain) and (_SIGNS_IN.match(guard.source) or run.asked(guard) is not None):
        _signed_in(run, guard.name, module, at)
        return
    made = application.object_of(guard) if isinstance(guard, Blueprint) else guard
    asks = made.fields.get(_ASKS) if isinstance(made, Shape) else None
    if isinstance(asks, Closure):
        try:
            answer = _beside(run, asks, (context,), asks.module, asks.function.at)
        except Stopped:
            return
        learned = learn(run, answer, True)
        run.facts = run.facts | learned.facts
        run.ledger.earned.append(Earned(learned.facts, run.stack()))
        for lesson in learned.lessons:
            guards.note(run, lesson, asks.module, asks.function.at)
    elif isinstance(guard, Blueprint) and isinstance(made, Shape) and any(_passport(one) for one in made.rest):
        _signed_in(run, guard.klass.name, module, at)
        return
    if not lets_in(run.facts - before):
        name = guard.klass.name if isinstance(guard, Blueprint) else "guard"
        place = run.place(module, at)
        kind = GuardKind.RATE if _COUNTS.search(name) else GuardKind.NAME
        run.ledger.guard(Guard(kind=kind, says=name, place=place, order=run.ledger.next()))


def _demanded(run: Run, reflected: Reflected, guard: Value, module: str, at: int) -> None:
    """``@Roles("admin")`` that a guard of the application reads: how it looks them up need not be understood."""
    rights = reflected.rights(guard.klass.name) if isinstance(guard, Blueprint) else ()
    if rights and not any(fact[0] in {"role", "office"} for fact in run.facts):
        run.facts |= {("role", ",".join(rights))}
        guards.note(run, Lesson(GuardKind.ROLE, f"has {', '.join(rights)}", (), rights), module, at)


def _passport(value: Value) -> bool:
    """``class JwtGuard extends AuthGuard("jwt")``: Passport lets nobody in whom its strategy does not know."""
    return isinstance(value, Chain) and bool(_SIGNS_IN.match(value.source))


def _signed_in(run: Run, name: str, module: str, at: int) -> None:
    run.facts |= {("caller",)}
    place = run.place(module, at)
    run.ledger.guard(Guard(kind=GuardKind.SESSION, says=name, place=place, order=run.ledger.next()))


def _argument(run: Run, module: str, parameter: Parameter, context: Shape) -> Value:
    """What a decorator puts into a parameter."""
    for node in parameter.decorators[:1]:
        if not isinstance(node, Call):
            continue
        scope = run.world.scope(module)
        given = tuple(run.evaluate(one, scope) for one in node.arguments)
        made = unwrapped(run.evaluate(node.callee, scope))
        if isinstance(made, Chain) and made.source == _COMMON and not made.steps:
            return _part(made.name, given)
        if isinstance(made, Chain) and made.source == _GRAPHQL and not made.steps:
            return _of_field(made.name, given)
        if isinstance(made, Chain) and made.name == "createParamDecorator" and made.last is not None:
            fills = next((one for one in made.last.arguments or () if isinstance(one, Closure)), None)
            if fills is not None:
                data = given[0] if given else NOTHING
                return _filled(run, fills, (data, context), module, node.at)
    return UNKNOWN


def _filled(run: Run, fills: Closure, given: tuple[Value, ...], module: str, at: int) -> Value:
    try:
        return _beside(run, fills, given, module, at)
    except Stopped:
        return UNKNOWN


def _beside(run: Run, closure: Closure, given: tuple[Value, ...], module: str, at: int) -> Value:
    """What a function answers that is not the handler.

    Raises:
        Stopped: it never returns.
    """
    frame = run.frame
    was, frame.handler = frame.handler, False
    try:
        return run.settle(run.call(closure, given, module, at))
    finally:
        frame.handler = was


def _part(name: str, given: tuple[Value, ...]) -> Value:
    """``@Param("id")``, ``@Body()``, ``@Req()``."""
    if name in _WHOLE:
        return request("request")
    if name in _ANSWERS:
        return Chain("response", "res")
    section = _PARTS.get(name)
    if section is None:
        return UNKNOWN
    said = text_of(given[0]) if given else None
    if said is None:
        return request(section)
    return request(f"{section}.{said.lower() if section == 'header' else said}")


def _of_field(name: str, given: tuple[Value, ...]) -> Value:
    """``@Args("id")``, ``@Args()`` and ``@Context()`` of a resolver."""
    if name == "Args":
        said = text_of(given[0]) if given else None
        return request(f"input.{said}" if said else "input")
    return context_of_field() if name == "Context" else UNKNOWN


def _parsed(run: Run, module: str, function: Function, arguments: tuple[Value, ...]) -> None:
    """A body that is declared as a class of its own is validated where the application's pipe drops what the class does not name."""
    if not run.world.drops_unknown_keys:
        return
    for parameter, value in zip(function.parameters, arguments, strict=True):
        named = isinstance(parameter.pattern, Name) and _CLASS.match(parameter.annotation.strip())
        if named and isinstance(value, Known) and any(one.path.startswith("body") for one in value.origins):
            place = run.place(module, function.at, function.name)
            run.ledger.act(ActKind.VALIDATE, "ValidationPipe", place, ActPart("0", tuple(sorted(value.origins)), ""))
