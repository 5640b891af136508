"""Classes of the repository: what an instance holds, and what belongs to the class itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.scope import Scope
from assistant.collect.code.values import Blueprint, Chain, Closure, Shape, Step, Value


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run


def instance(run: Run, blueprint: Blueprint, arguments: tuple[Value, ...], module: str, at: int) -> Shape:
    """What ``new`` makes: fields and methods, with the constructor run."""
    fields: dict[str, Value] = {}
    rest: tuple[Value, ...] = ()
    made = Shape(fields, rest)
    scope = Scope(blueprint.module, blueprint.scope)
    scope.declare("this", made, 0)
    for base in blueprint.klass.bases[:2]:
        parent = run.evaluate(base, scope)
        if isinstance(parent, Blueprint):
            fields.update(instance(run, parent, arguments, module, at).fields)
        elif isinstance(parent, Chain):
            made = Shape(fields, (parent,))
    for one in blueprint.klass.methods:
        fields[one.name] = Closure(one, blueprint.module, blueprint.scope, made)
    for declared in blueprint.klass.fields:
        if declared.value is not None:
            name = getattr(declared.pattern, "id", "")
            fields[name] = run.evaluate(declared.value, scope)
    start = fields.get("constructor") or fields.get("__init__")
    if isinstance(start, Closure):
        for n, parameter in enumerate(start.function.parameters):  # parameter properties of TypeScript
            name = getattr(parameter.pattern, "id", "")
            if name and n < len(arguments) and name != "self":
                fields.setdefault(name, arguments[n])
        run.attempt(start, arguments, module, at)
    return made


def static(run: Run, value: Blueprint, name: str) -> Value:
    """A static method or field."""
    for one in value.klass.methods:
        if one.name == name:
            return Closure(one, value.module, value.scope, value)
    for declared in value.klass.fields:
        if getattr(declared.pattern, "id", "") == name and declared.value is not None:
            return run.evaluate(declared.value, Scope(value.module, value.scope))
    return Chain("unresolved", value.klass.name, (Step(name, None, False, value.module, 0, 0),))
