"""Class-based views of Django and its REST framework: the object made for a request, what is permitted first, decorated methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow import guards
from assistant.collect.code.follow.classes import instance
from assistant.collect.code.follow.learn import learn
from assistant.collect.code.follow.ledger import Earned
from assistant.collect.code.follow.python import as_called
from assistant.collect.code.follow.stop import Stopped
from assistant.collect.code.values import (
    UNKNOWN,
    Blueprint,
    Chain,
    Closure,
    Constant,
    Listed,
    Shape,
    Value,
    request,
    unwrapped,
)
from assistant.domain.syntax import Name


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run

_ASKS = "has_permission"
_LISTS = "get_permissions"


def view_object(run: Run, view: Blueprint, closure: Closure) -> Shape:
    """What Django makes of a class for each request: ``self.request``, ``self.kwargs["pk"]``, ``self.action``."""
    made = instance(run, view, (), closure.module, closure.function.at)
    own = Shape(
        {
            "request": request("request"),
            "kwargs": request("path"),
            "args": request("path"),
            "action": Constant(closure.function.name),
        },
        made.rest,
    )
    for name, value in dict(made.fields).items():
        own.fields[name] = value.bound_to(own) if isinstance(value, Closure) else value  # type: ignore[index]
    return own


def named_class(run: Run, module: str, said: str) -> Value:
    """A class that settings name by text: ``rest_framework.permissions.IsAuthenticated``."""
    source, _, name = said.rpartition(".")
    target = run.world.program.target(module, source)
    return run.lookup(target, name) if target is not None else Chain(source, name)


def permit(run: Run, value: Value, own: Shape) -> bool:
    """What the permission classes of a view ask, in their order; True when there was one that could be looked at."""
    value = unwrapped(value)
    if isinstance(value, Listed):
        looked_at = [permit(run, one, own) for one in value.items]  # each of them asks
        return any(looked_at)
    if isinstance(value, Blueprint):
        value = instance(run, value, (), value.module, value.klass.at)
    last = value.last if isinstance(value, Chain) else None
    made = last is not None and last.arguments == () and not last.name
    if isinstance(value, Chain) and (made or last is None or last.arguments is None):
        run.asked(as_called(value.through(value.steps[:-1]) if made else value, "", 0))
        return True
    asks = value.fields.get(_ASKS) if isinstance(value, Shape) else None
    if not isinstance(asks, Closure):
        return False
    try:
        answer = run.aside(lambda: run.settle(run.call(asks, (request("request"), own), asks.module, asks.function.at)))
    except Stopped:
        return True
    learned = learn(run, answer, True)
    run.facts = run.facts | learned.facts
    run.ledger.earned.append(Earned(learned.facts, run.stack()))
    for lesson in learned.lessons:
        guards.note(run, lesson, asks.module, asks.function.at)
    return True


def chosen(run: Run, own: Shape) -> Value | None:
    """What ``get_permissions`` of a view gives for its action; None where there is none, or nothing that can be read."""
    lists = own.fields.get(_LISTS)
    if not isinstance(lists, Closure):
        return None
    value = unwrapped(run.aside(lambda: run.settle(run.attempt(lists, (), lists.module, lists.function.at))))
    return value if isinstance(value, Listed) and value.items else None


def call_decorated(closure: Closure, own: Shape, names: tuple[str, ...]) -> tuple[Value, ...]:
    """Arguments of what a decorator made of a method: the view, the request, and the parts of the path by name."""
    path = Shape({name: request(f"path.{name}") for name in names}, (request("path"),))
    plain = [one for one in closure.function.parameters if not one.rest]
    given: list[Value] = [own, request("request")]
    for parameter in plain[2:]:
        name = parameter.pattern.id if isinstance(parameter.pattern, Name) else ""
        given.append(request(f"path.{name}") if name in names else UNKNOWN)
    return (*given, path)
