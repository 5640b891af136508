"""What names mean in the functions around a handler: those that register routes, make a router, hand a tool to a model.

They ran once, when the server started, and for nobody: what they made there (a service, a client, a helper) is the same for every request.
Whatever they learned of a caller or read as a row is not known to the handler.
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from assistant.collect.code.entries_handed import SERVER_NAMES
from assistant.collect.code.follow.binding import bind
from assistant.collect.code.follow.container import Container
from assistant.collect.code.follow.inputs import LIBRARY
from assistant.collect.code.follow.scope import Scope
from assistant.collect.code.follow.stop import Exhausted, Stopped
from assistant.collect.code.origins import origins_of
from assistant.collect.code.values import UNKNOWN, Blueprint, Chain, Closure, Either, Shape, Value, unwrapped
from assistant.domain.code import EntryKind, OriginKind
from assistant.domain.syntax import Declare, Define, DefineClass, Name, Record, RecordPattern


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run
    from assistant.domain.syntax import Expression, Function, Pattern

_STEPS = 6_000
"""What the declarations of one such function may cost."""
_TOOL = re.compile(r"^(?:auth|clerk|lucia|passport|jwt)$|(?:[cC]lient|Services?|Repository|Repo|Sdk|Db|Auth)$")
_OF_NOBODY = frozenset({OriginKind.CONSTANT, OriginKind.ENVIRONMENT, OriginKind.GENERATED, OriginKind.UNKNOWN})


def around(run: Run, module: str, within: tuple[Function, ...], kind: EntryKind) -> Scope:
    """The scope inside some functions of a module, outermost first; the same one each time in a run."""
    scope = run.world.scope(module)
    for depth, function in enumerate(within):
        key: tuple[str | int, ...] = (module, *(one.at for one in within[: depth + 1]))
        known = run.enclosing.get(key)
        if known is None:
            known = run.enclosing[key] = Scope(module, scope)
            _object(run, known, function)
            given = _given(run, module, function, kind) if depth == 0 else {}
            for number, parameter in enumerate(function.parameters):
                _parameter(run, known, parameter.pattern, given.get(number))
            _declarations(run, known, function, of_caller=kind is EntryKind.TOOL)
        scope = known
    return scope


def _object(run: Run, scope: Scope, function: Function) -> None:
    """``this`` in a method: the object that a class of the module makes once, when it belongs to nobody."""
    found = run.world.program.module(scope.module)
    classes = (one.klass for one in (found.body if found else ()) if isinstance(one, DefineClass))
    klass = next((one for one in classes if function in one.methods), None)
    if klass is None:
        return
    aside = run.world.aside()
    aside.left = _STEPS
    made: Value = UNKNOWN
    with contextlib.suppress(Stopped, Exhausted, RecursionError):
        # what the method itself registers is what is being followed: its constructor need not run it once more
        rest = tuple(one for one in klass.methods if one is not function or one.name == "constructor")
        blueprint = Blueprint(klass._replace(methods=rest), scope.module, run.world.scope(scope.module))
        made = Container(aside, UNKNOWN).object_of(blueprint)
    kinds = {origin.kind for origin in origins_of(made)}
    scope.declare("this", made if kinds <= _OF_NOBODY else UNKNOWN, 0)


def _given(run: Run, module: str, function: Function, kind: EntryKind) -> dict[int, Value]:
    """What the function is handed where it is called, by the number of the parameter: objects that belong to nobody."""
    found: dict[int, Value] = {}
    for site in run.world.callers.of(module, function) if function.parameters else ():
        scope = around(run, site.module, site.within, kind)
        for number, node in enumerate(site.arguments[: len(function.parameters)]):
            value = _handed(run, node, scope) if node is not None and number not in found else None
            if value is not None:
                found[number] = value
    return found


def _handed(run: Run, node: Expression, scope: Scope) -> Value | None:
    """A service, or an object of services; what is no such thing is left out of it."""
    aside = run.world.aside()
    aside.left = _STEPS
    value: Value = UNKNOWN
    with contextlib.suppress(Stopped, Exhausted, RecursionError):
        value = unwrapped(aside.settle(aside.evaluate(node, scope)))
    if isinstance(node, Record) and isinstance(value, Shape):
        fields = {name: one for name, one in value.fields.items() if _is_nobodys(one) and _is_thing(one)}
        return Shape(fields, (UNKNOWN,)) if fields else None
    return value if isinstance(value, Shape | Closure) and _is_nobodys(value) else None


def _decorated(run: Run) -> dict[str, Value]:
    """``app.decorate("store", new Store(pool))``: what every plugin finds on the server that it is given."""
    return {
        name: value
        for name, value in run.world.decorated().items()
        if isinstance(unwrapped(value), Shape) and _is_nobodys(value)
    }


def _is_nobodys(value: Value) -> bool:
    return {origin.kind for origin in origins_of(value)} <= _OF_NOBODY


def _parameter(run: Run, scope: Scope, pattern: Pattern, given: Value | None = None) -> None:
    """What is handed over; where nobody was seen to do that, a client by its name, and anything else is not known."""
    if isinstance(pattern, Name):
        if given is not None:
            bind(run, scope, pattern, given)
        elif _is_tool(pattern.id):
            bind(run, scope, pattern, Chain("parameter", pattern.id))
        elif pattern.id in SERVER_NAMES and (added := _decorated(run)):
            bind(run, scope, pattern, Shape(added, (UNKNOWN,)))
        else:
            run.bind_unknown(scope, pattern)
    elif isinstance(pattern, RecordPattern) and not pattern.rest:
        fields = given.fields if isinstance(given, Shape) else {}
        for part in pattern.parts:
            if part.key in fields:
                bind(run, scope, part.pattern, fields[part.key])
            elif _is_tool(part.key):
                bind(run, scope, part.pattern, Chain("parameter", part.key))
            else:
                run.bind_unknown(scope, part.pattern)
    else:
        run.bind_unknown(scope, pattern)


def _is_tool(name: str) -> bool:
    """A name that is given to clients and services: what is called on it speaks for itself."""
    return bool(LIBRARY.match(name) or _TOOL.search(name))


def _declarations(run: Run, scope: Scope, function: Function, *, of_caller: bool) -> None:
    aside = run.world.aside()
    aside.left = _STEPS
    for statement in function.body:
        if isinstance(statement, Define):
            scope.declare(statement.function.name, Closure(statement.function, scope.module, scope), 0)
        elif isinstance(statement, Declare):
            found = _made(aside, statement, scope, of_caller=of_caller)
            if found is None:
                run.bind_unknown(scope, statement.pattern)
            else:
                bind(run, scope, statement.pattern, found)


def _made(aside: Run, statement: Declare, scope: Scope, *, of_caller: bool) -> Value | None:
    """What a declaration came to; None when that is nobody's business.

    A tool closes over the caller when the function that hands it to a model has asked: ``of_caller``.
    """
    if statement.value is None:
        return None
    with contextlib.suppress(Stopped, Exhausted, RecursionError):
        value = aside.settle(aside.evaluate(statement.value, scope))
        kinds = {origin.kind for origin in origins_of(value)}
        if of_caller and OriginKind.CALLER in kinds and OriginKind.ROW not in kinds:
            return value
        return value if kinds <= _OF_NOBODY and _is_thing(value) else None
    return None


def _is_thing(value: Value) -> bool:
    """A function, an object, a class or something of a library: no mere value, which may differ at the next start."""
    inner = unwrapped(value)
    if isinstance(inner, Either):
        return all(_is_thing(one) for one in inner.values)
    return isinstance(inner, Closure | Shape | Chain | Blueprint)
