"""What Python's frameworks do around a handler: dependencies that are injected, decorators that check first."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from assistant.collect.code.entries_look import dotted
from assistant.collect.code.follow.classes import instance
from assistant.collect.code.follow.stop import Stopped
from assistant.collect.code.recognise.chains import package_of
from assistant.collect.code.values import (
    UNKNOWN,
    Blueprint,
    Chain,
    Closure,
    Listed,
    Shape,
    Step,
    Value,
    request,
    unwrapped,
)
from assistant.collect.code.walking import nodes_of
from assistant.domain.syntax import Call, Declare, Do, Name, Opaque


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.follow.run import Run
    from assistant.domain.syntax import Expression, Parameter

_INJECTED = re.compile(r"(?:Depends|Security)\(\s*(\w+)")
_STORE = re.compile(r"^(?:db|session|conn|connection|cursor|database|engine|uow|repo\w*|async_session)$", re.IGNORECASE)
DEPENDS = frozenset({"Depends", "Security"})
"""By these FastAPI is told what to call before a handler."""
_HARMLESS = ("fastapi", "starlette", "sqlalchemy", "sqlmodel", "redis", "supabase", "httpx")
"""Packages of which nothing that a dependency may be asks who is calling."""
_OPENS = re.compile(
    r"(?:^|_|\.)(?:db|session|database|conn(?:ection)?|engine|pool|redis|cache|settings|config|client|supabase|logger|storage|repo(?:sitory)?)$",
    re.IGNORECASE,
)
"""Names of dependencies that open something."""
_ROUTES = frozenset({"get", "post", "put", "patch", "delete", "route", "api_route", "websocket", "head", "options"})
_DEEPEST = 6


def injected(run: Run, closure: Closure, given: tuple[Value, ...], path: str, depth: int = 0) -> tuple[Value, ...]:
    """Arguments of a handler with its dependencies called first; ``given`` stands for what nothing injects."""
    out: list[Value] = []
    for n, parameter in enumerate(closure.function.parameters):
        value = _dependency(run, closure, parameter, depth)
        if value is None and isinstance(parameter.pattern, Name):
            name = parameter.pattern.id
            if f"[{name}]" in path or f"{{{name}" in path or f"<{name}" in path or f":{name}>" in path:
                value = request(f"path.{name}")
            elif _STORE.match(name):
                value = Chain("parameter", name)
        out.append(value if value is not None else given[n] if n < len(given) else UNKNOWN)
    return tuple(out)


def _dependency(run: Run, closure: Closure, parameter: Parameter, depth: int) -> Value | None:
    """The value that ``Depends(get_current_user)`` gives; None when the parameter is not injected."""
    if depth > _DEEPEST:
        return None
    if parameter.default is not None:
        default = run.evaluate(parameter.default, run.world.scope(closure.module))
        if isinstance(default, Chain) and default.name in DEPENDS and default.last is not None:
            given = default.last.arguments
            wanted = unwrapped(given[0]) if given else run.lookup(closure.module, parameter.annotation)
            return given_by(run, wanted, closure.module, _said(parameter.default), parameter_at(parameter), depth)
    if found := _INJECTED.search(parameter.annotation):
        wanted = run.lookup(closure.module, found[1])
        return given_by(run, wanted, closure.module, found[1], parameter_at(parameter), depth)
    if parameter.annotation.isidentifier():
        aliased = _aliased(run, closure.module, parameter.annotation)
        if aliased is not None:
            return given_by(run, aliased, closure.module, parameter.annotation, parameter_at(parameter), depth)
    return None


def given_by(run: Run, wanted: Value, module: str, said: str, at: int, depth: int = 0) -> Value | None:
    """What a dependency gives: a function, an object that can be called, or a class that is made anew for each request.

    One that is chosen at run time may well ask who is calling: that is noted by its name, and believed by nobody.

    Args:
        run: of the entry.
        wanted: what stands in ``Depends(...)``.
        module: where it stands.
        said: how it is spelled there.
        at: byte offset of the place.
        depth: how many dependencies are around it.
    """
    if isinstance(wanted, Blueprint):
        return _made(run, wanted, at, depth + 1)
    if isinstance(wanted, Shape) and isinstance(called := wanted.fields.get("__call__"), Closure):
        wanted = called
    if isinstance(wanted, Closure):
        return provided(run, wanted, depth + 1)
    if not isinstance(wanted, Chain):
        wanted = Chain("unresolved", said.rpartition(".")[2])
    grown = wanted.through((*wanted.steps, Step("", (), False, module, at, at)))
    known = run.asked(grown)
    if known is None and not package_of(wanted.source).startswith(_HARMLESS) and not _OPENS.search(said):
        chosen = wanted.source in {"global", "parameter"}
        run.ledger.lost(
            f"{said} is {'chosen at run time' if chosen else 'not in the repository'}", run.place(module, at)
        )
        run.wrappers.append(said)
    return known or grown


def _said(default: Expression) -> str:
    """``IdentityManager.verifier`` of ``Depends(IdentityManager.verifier(["read"]))``."""
    first = default.arguments[0] if isinstance(default, Call) and default.arguments else default
    return dotted(first.callee if isinstance(first, Call) else first) or "a dependency"


def _made(run: Run, klass: Blueprint, at: int, depth: int) -> Value | None:
    """A class as a dependency: its constructor is injected like a handler; None for a model of the query, whose fields the request fills."""
    start = next((one for one in klass.klass.methods if one.name == "__init__"), None)
    if start is None:
        return None
    begin = Closure(start, klass.module, klass.scope)
    own = tuple(request(f"query.{_name(one)}") for one in start.parameters)
    return run.aside(lambda: instance(run, klass, injected(run, begin, own, "", depth)[1:], klass.module, at))


def _aliased(run: Run, module: str, name: str) -> Value | None:
    """``CurrentUser = Annotated[User, Depends(get_current_user)]``: what a parameter of that type is given; None for a plain type."""
    found = run.world.program.meaning(module, name)
    declared = run.world.program.declaration(found)
    if found is None or not isinstance(declared, Declare) or declared.value is None:
        return None
    for node in nodes_of(declared.value):
        if isinstance(node, Call) and node.arguments and isinstance(node.callee, Name) and node.callee.id in DEPENDS:
            return unwrapped(run.evaluate(node.arguments[0], run.world.scope(found.module)))
    return None


def parameter_at(parameter: Parameter) -> int:
    """Where a parameter stands."""
    return int(parameter.pattern.at)


def provided(run: Run, closure: Closure, depth: int = 0) -> Value:
    """What a dependency gives: its return value, or what it yields."""
    arguments = injected(
        run, closure, tuple(request(f"argument.{_name(one)}") for one in closure.function.parameters), "", depth
    )
    yielded = _yields(closure)
    if yielded:
        return Chain("parameter", yielded)
    if closure.bound is not None:
        arguments = arguments[1:]
    return run.aside(lambda: run.settle(run.call(closure, arguments, closure.module, closure.function.at)))


def _name(parameter: Parameter) -> str:
    return parameter.pattern.id if isinstance(parameter.pattern, Name) else ""


def _yields(closure: Closure) -> str:
    """Name of what a generator hands out, empty when it is no generator of a store."""
    stack = list(closure.function.body)
    while stack:
        one = stack.pop()
        if isinstance(one, Do) and isinstance(one.expression, Name | Opaque):
            inner = one.expression
            if isinstance(inner, Name) and _STORE.match(inner.id):
                return inner.id
            if isinstance(inner, Opaque) and len(inner.children) == 1 and isinstance(inner.children[0], Name):
                return inner.children[0].id
        for part in ("body", "then", "otherwise", "handler", "last"):
            stack.extend(getattr(one, part, ()))
    return ""


def as_called(chain: Chain, module: str, at: int) -> Chain:
    """What a framework calls by itself, a class or a decorator, as if it were called with the request; ``permissions.IsAuthenticated`` by its own name."""
    if chain.steps and chain.source == "rest_framework" and all(step.arguments is None for step in chain.steps):
        path = ".".join((chain.source, chain.name, *(step.name for step in chain.steps[:-1])))
        chain = Chain(path, chain.steps[-1].name)
    return chain.through((*chain.steps, Step("", (Shape({}),), False, module, at, at)))


def gates_of(value: Value) -> Iterator[Chain]:
    """What stands before a view without being called there: ``LoginRequiredMixin``, ``permission_classes = [IsAuthenticated]``."""
    if isinstance(value, Listed):
        for one in value.items:
            yield from gates_of(unwrapped(one))
    elif isinstance(value, Chain):
        last = value.last
        if last is None or last.arguments is None:
            yield as_called(value, last.module if last else "", 0)
        elif last.name == "permission_classes" or (value.name == "permission_classes" and len(value.steps) == 1):
            for one in last.arguments:
                yield from gates_of(unwrapped(one))


def controller(run: Run, klass: Blueprint, at: int) -> Shape:
    """A class whose methods are endpoints, made for a request: its constructor and its fields are injected like parameters."""
    made = _made(run, klass, at, 0)
    own = made if isinstance(made, Shape) else run.aside(lambda: instance(run, klass, (), klass.module, at))
    fields: dict[str, Value] = {}
    made_for = Shape(fields, own.rest)
    for name, value in own.fields.items():
        last = value.last if isinstance(value, Chain) else None
        if isinstance(value, Chain) and value.name in DEPENDS and last is not None and last.arguments:
            given = given_by(run, unwrapped(last.arguments[0]), last.module, name, last.at)
            fields[name] = given if given is not None else value
        else:
            fields[name] = value.bound_to(made_for) if isinstance(value, Closure) else value
    return made_for


def decorated(run: Run, closure: Closure, own: Shape | None = None) -> Value:
    """The handler as its decorators leave it, and those that its class puts around each method; what libraries' check is noted."""
    value: Value = closure
    scope = run.world.scope(closure.module)
    around: list[tuple[Value, int]] = []
    for node in closure.function.decorators[::-1]:
        with contextlib.suppress(Stopped):
            around.append((unwrapped(run.evaluate(node, scope)), node.at))
    for name in ("method_decorators", "decorators"):
        listed = own.fields.get(name) if own is not None else None
        around += [(unwrapped(one), closure.function.at) for one in listed.items] if isinstance(listed, Listed) else []
    for decorator, at in around:
        if isinstance(decorator, Closure):
            wrapped = unwrapped(run.attempt(decorator, (value,), closure.module, closure.function.at))
            value = wrapped if isinstance(wrapped, Closure) else value
        elif isinstance(decorator, Chain):
            last = decorator.last
            if last is not None and last.name in _ROUTES:
                continue
            for gate in gates_of(decorator):
                if last is not None and last.arguments is not None:  # @permission_classes([IsAuthenticated])
                    run.asked(gate)
            run.asked(as_called(decorator, closure.module, at))
    return value
