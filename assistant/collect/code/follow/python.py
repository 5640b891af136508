"""What Python's frameworks do around a handler: dependencies that are injected, decorators that check first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.follow.stop import Stopped
from assistant.collect.code.values import (
    UNKNOWN,
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
    from assistant.domain.syntax import Parameter

_INJECTED = re.compile(r"(?:Depends|Security)\(\s*(\w+)")
_STORE = re.compile(r"^(?:db|session|conn|connection|cursor|database|engine|uow|repo\w*|async_session)$", re.IGNORECASE)
_DEPENDS = frozenset({"Depends", "Security"})
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
    wanted: Value | None = None
    if parameter.default is not None:
        default = run.evaluate(parameter.default, run.world.scope(closure.module))
        last = default.last if isinstance(default, Chain) else None
        if isinstance(default, Chain) and default.name in _DEPENDS and last is not None:
            wanted = unwrapped(last.arguments[0]) if last.arguments else None
    if wanted is None and (found := _INJECTED.search(parameter.annotation)):
        wanted = run.lookup(closure.module, found[1])
    if wanted is None and parameter.annotation.isidentifier():
        wanted = _aliased(run, closure.module, parameter.annotation)
    if isinstance(wanted, Closure):
        return provided(run, wanted, depth + 1)
    if isinstance(wanted, Chain):
        grown = wanted.through(
            (*wanted.steps, Step("", (), False, closure.module, parameter_at(parameter), parameter_at(parameter)))
        )
        return run.asked(grown) or grown
    return None


def _aliased(run: Run, module: str, name: str) -> Value | None:
    """``CurrentUser = Annotated[User, Depends(get_current_user)]``: what a parameter of that type is given; None for a plain type."""
    found = run.world.program.meaning(module, name)
    declared = run.world.program.declaration(found)
    if found is None or not isinstance(declared, Declare) or declared.value is None:
        return None
    for node in nodes_of(declared.value):
        if isinstance(node, Call) and node.arguments and isinstance(node.callee, Name) and node.callee.id in _DEPENDS:
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
    """What a framework calls by itself, a class or a decorator, as if it were called with the request."""
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


def decorated(run: Run, closure: Closure) -> Value:
    """The handler as its decorators leave it; what libraries' decorators check is noted."""
    value: Value = closure
    scope = run.world.scope(closure.module)
    for node in closure.function.decorators[::-1]:
        try:
            decorator = unwrapped(run.evaluate(node, scope))
        except Stopped:
            continue
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
            run.asked(as_called(decorator, closure.module, node.at))
    return value
