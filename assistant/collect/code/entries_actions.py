"""Server actions: exports of ``use server`` files, functions with the directive inside other functions, and builder chains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.entries_look import functions_in
from assistant.collect.code.entries_point import EntryPoint, Spot, point, settings_of, spot_of
from assistant.domain.code import EntryKind
from assistant.domain.syntax import (
    Attribute,
    Call,
    Declare,
    Function,
    Lambda,
    Literal,
    Name,
    Record,
    Sequence,
    Template,
)


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Expression, Module


BUILDERS = frozenset({"action", "stateAction", "handler", "mutation", "query", "formAction"})
"""Last calls of next-safe-action, zsa and their likes."""


def action_entries(program: Program) -> Iterator[EntryPoint]:
    """Every function that a browser may call as a server action."""
    for module in program.modules.values():
        if module.language == "py":
            continue
        if "use server" in module.directives:
            yield from _exports(program, module)
        elif module.says_use_server and "use client" not in module.directives:
            yield from _inline(program, module)


def action_id(path: str, name: str) -> str:
    """See ``Entry.id``."""
    return f"action {path}#{name}"


def _exports(program: Program, module: Module) -> Iterator[EntryPoint]:
    settings = settings_of(module)
    for name in program.export_names(module.path):
        spot = spot_of(program, module.path, name)
        if spot is None or not _callable(program, spot):
            continue
        yield point(
            program,
            spot,
            id=action_id(module.path, name),
            kind=EntryKind.ACTION,
            inputs=_inputs(program, spot),
            symbol="" if name == "default" else name,
            settings=settings,
            exported=name,
        )


def _callable(program: Program, spot: Spot) -> bool:
    """False for constants, records and classes, which are no actions."""
    if not isinstance(spot.expression, Name):
        return True
    declaration = program.declared(spot.module).get(spot.expression.id)
    if isinstance(declaration, Function):
        return True
    if not isinstance(declaration, Declare):
        return False
    return declaration.value is not None and not isinstance(declaration.value, Literal | Record | Sequence | Template)


def _inputs(program: Program, spot: Spot) -> str:
    value: Expression | None = spot.expression
    module = spot.module
    for _ in range(4):
        if not isinstance(value, Name):
            break
        found = program.meaning(module, value.id)
        declaration = program.declaration(found)
        if found is None or not isinstance(declaration, Declare):
            return "action"
        module, value = found.module, declaration.value
    return "safe-action" if is_builder(value) else "action"


def is_builder(value: Expression | None) -> bool:
    """True for ``client.schema(z).action(fn)`` and the like."""
    return isinstance(value, Call) and isinstance(value.callee, Attribute) and value.callee.name in BUILDERS


def _inline(program: Program, module: Module) -> Iterator[EntryPoint]:
    settings: dict[str, str] | None = None
    for function, within in functions_in(module.body):
        if "use server" not in function.directives:
            continue
        settings = settings_of(module) if settings is None else settings
        name = function.name or (within[-1].name if within else "")
        expression: Expression = Lambda(function, function.at, function.end)
        if not within and function.name in program.declared(module.path):
            expression = Name(function.name, function.at, function.end)
        yield point(
            program,
            Spot(module.path, expression, function.at, within),
            id=action_id(module.path, name),
            kind=EntryKind.ACTION,
            inputs="action",
            symbol=name,
            settings=settings,
            exported=function.name,
        )
