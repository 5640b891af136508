"""Arguments of a function of Python: those in their order, those by name (one trailing record), and what is left for ``*args`` and ``**kwargs``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.attributes import attribute
from assistant.collect.code.follow.binding import bind
from assistant.collect.code.values import NOTHING, Constant, Listed, Shape, Value
from assistant.domain.syntax import Name


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.follow.scope import Scope
    from assistant.domain.syntax import Parameter


def named_arguments(run: Run, scope: Scope, parameters: tuple[Parameter, ...], arguments: tuple[Value, ...]) -> None:
    """Give the parameters their values."""
    by_name = _by_name(parameters, arguments)
    placed = arguments[:-1] if by_name is not None else arguments
    taken: set[str] = set()
    for n, parameter in enumerate(parameters):
        name = parameter.pattern.id if isinstance(parameter.pattern, Name) else ""
        if not parameter.rest:
            taken.add(name)
            bind(run, scope, parameter.pattern, _given(run, scope, parameter, placed[n : n + 1], by_name, name))
        elif not parameter.annotation.startswith("**"):
            bind(run, scope, parameter.pattern, Listed(placed[n:]))
        elif by_name is not None:
            left = {key: value for key, value in by_name.fields.items() if key not in taken}
            bind(run, scope, parameter.pattern, Shape(left, by_name.rest))
        else:
            bind(run, scope, parameter.pattern, placed[n] if n < len(placed) else Shape({}))


def _by_name(parameters: tuple[Parameter, ...], arguments: tuple[Value, ...]) -> Shape | None:
    """The record of arguments by name; None when the last argument is a value like the others."""
    last = arguments[-1] if arguments else None
    if not isinstance(last, Shape) or not (last.fields or last.rest):
        return None
    if any(parameter.annotation.startswith("**") for parameter in parameters if parameter.rest):
        return last
    names = {parameter.pattern.id for parameter in parameters if isinstance(parameter.pattern, Name)}
    return last if last.fields and names.issuperset(last.fields) else None


def _given(
    run: Run, scope: Scope, parameter: Parameter, placed: tuple[Value, ...], by_name: Shape | None, name: str
) -> Value:
    given: Value | None = placed[0] if placed else None
    if given is None and by_name is not None:
        given = by_name.fields.get(name)
        if given is None and by_name.rest and parameter.default is None:
            given = attribute(run, by_name, name, scope.module, 0, 0)
    return or_default(run, scope, parameter, given)


def or_default(run: Run, scope: Scope, parameter: Parameter, given: Value | None) -> Value:
    """The argument, or what a parameter is where it is not given."""
    if given is None or (isinstance(given, Constant) and given.value is None and parameter.default is not None):
        return run.evaluate(parameter.default, scope) if parameter.default is not None else NOTHING
    return given
