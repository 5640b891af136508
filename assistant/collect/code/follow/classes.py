"""Classes of the repository: what an instance holds, and what belongs to the class itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.attributes import is_property
from assistant.collect.code.follow.binding import bind
from assistant.collect.code.follow.gathered import lasting
from assistant.collect.code.follow.named import or_default
from assistant.collect.code.follow.scope import Scope
from assistant.collect.code.values import NOTHING, Blueprint, Chain, Closure, Native, Shape, Step, Value
from assistant.collect.code.walking import expressions_of
from assistant.domain.syntax import Call, Literal, Name


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run


def instance(run: Run, blueprint: Blueprint, arguments: tuple[Value, ...], module: str, at: int) -> Shape:
    """What ``new`` makes: fields and methods, with the constructor run; what functions give back meanwhile answers no request."""
    frame = run.frame
    answers, frame.handler = frame.handler, False
    try:
        return _made(run, blueprint, arguments, module, at)
    finally:
        frame.handler = answers


def _made(run: Run, blueprint: Blueprint, arguments: tuple[Value, ...], module: str, at: int) -> Shape:
    fields: dict[str, Value] = {}
    rest: tuple[Value, ...] = ()
    made = _begun(run, fields, rest)
    scope = Scope(blueprint.module, blueprint.scope)
    scope.declare("this", made, 0)
    own = blueprint.scope
    for base in blueprint.klass.bases[:2]:
        parent = run.evaluate(base, scope)
        if isinstance(parent, Blueprint):
            above = instance(run, parent, _handed_up(run, blueprint, arguments), module, at)
            inherited = {name: _of(one, above, made) for name, one in above.fields.items()}
            own = Scope(blueprint.module, blueprint.scope)
            own.declare("super", Shape(inherited), 0)  # what ``super.remove(id)`` of a method means
            fields.update(inherited)
        elif isinstance(parent, Chain):
            made = Shape(fields, (parent,))
    _add_methods(blueprint, fields, made, own)
    for declared in blueprint.klass.fields:
        if declared.value is not None:
            name = getattr(declared.pattern, "id", "")
            fields[name] = run.evaluate(declared.value, scope)
    start = fields.get("constructor") or fields.get("__init__")
    if isinstance(start, Closure):
        for n, parameter in enumerate(start.function.parameters):  # parameter properties of TypeScript
            name = getattr(parameter.pattern, "id", "")
            if n < len(arguments) or parameter.default is not None:
                given = arguments[n] if n < len(arguments) else None
                if name and name != "self":
                    fields.setdefault(name, or_default(run, scope, parameter, given))
        run.attempt(start, arguments, module, at)
    elif blueprint.module.endswith(".py") and arguments and isinstance(arguments[-1], Shape):
        return _filled(made, fields, arguments[-1])
    return made


def _add_methods(blueprint: Blueprint, fields: dict[str, Value], made: Shape, scope: Scope) -> None:
    getters = {one.name for one in blueprint.klass.methods if is_property(one)}
    for one in blueprint.klass.methods:
        if one.name not in getters or is_property(one):  # a setter takes no getter's place
            fields[one.name] = Closure(one, blueprint.module, scope, made)


def _begun(run: Run, fields: dict[str, Value], rest: tuple[Value, ...]) -> Shape:
    """The object itself; one that a module makes outlives the request."""
    made = Shape(fields, rest)
    if run.quiet:
        run.world.made_once[id(made)] = made
    return made


def _filled(made: Shape, fields: dict[str, Value], given: Shape) -> Shape:
    """A model or a dataclass of Python: its fields are what it is given by name."""
    if given.rest:  # Model(**payload): what has a default came with the payload all the same
        for name in [name for name, value in fields.items() if not isinstance(value, Closure)]:
            del fields[name]
    fields.update(given.fields)
    return Shape(fields, given.rest or made.rest)


def _of(value: Value, parent: Shape, made: Shape) -> Value:
    """A method that was inherited runs on what was made, where its abstract ones are filled in."""
    return value.bound_to(made) if isinstance(value, Closure) and value.bound is parent else value


def _handed_up(run: Run, blueprint: Blueprint, arguments: tuple[Value, ...]) -> tuple[Value, ...]:
    """What ``super(...)`` of the constructor gets; a class without one hands on its own arguments."""
    start = next((one for one in blueprint.klass.methods if one.name == "constructor"), None)
    if start is None:
        return arguments
    for node in expressions_of(start.body):
        if isinstance(node, Call) and isinstance(node.callee, Name) and node.callee.id == "super":
            scope = Scope(blueprint.module, blueprint.scope)
            for number, parameter in enumerate(start.parameters):
                given = arguments[number] if number < len(arguments) else NOTHING
                bind(run, scope, parameter.pattern, given)
            return tuple(run.evaluate(one, scope) for one in node.arguments)
    return arguments


def static(run: Run, value: Blueprint, name: str) -> Value:
    """A static method or field."""
    for one in value.klass.methods:
        if one.name == name:
            return Closure(one, value.module, value.scope, value)
    for declared in value.klass.fields:
        if getattr(declared.pattern, "id", "") != name or declared.value is None:
            continue
        if not (isinstance(declared.value, Literal) and declared.value.value is None):
            return lasting(run.evaluate(declared.value, Scope(value.module, value.scope)))
    later = run.world.static(value, name)
    if later is not None:
        return later
    if name == "init" and _of_sequelize(run, value):
        return Native(name, lambda _: value)  # ``Letter.init({ … }, { sequelize })`` answers the class itself
    return Chain("unresolved", value.klass.name, (Step(name, None, False, value.module, 0, 0),))


def _of_sequelize(run: Run, value: Blueprint) -> bool:
    """The class stands for a table: ``class Letter extends Model``."""
    bases = (run.evaluate(base, Scope(value.module, value.scope)) for base in value.klass.bases[:1])
    return any(isinstance(base, Chain) and base.source.startswith(("sequelize", "@sequelize/")) for base in bases)
