"""Looking at expressions: call chains from their root, and the function inside wrappers and builders."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from assistant.collect.code.walking import children_of
from assistant.domain.syntax import (
    Assign,
    Attribute,
    Await,
    Call,
    Conditional,
    Declare,
    Define,
    Function,
    Lambda,
    Literal,
    Name,
    Record,
    Return,
)


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.program import Found, Program
    from assistant.domain.syntax import Expression, Field, Statement


_DEEPEST = 8


class Link(NamedTuple):
    """One attribute or call of a chain."""

    name: str
    """Attribute; empty when the value itself is called."""
    arguments: tuple[Expression, ...] | None
    """None when it is only read."""
    at: int
    """Byte offset at which the whole expression starts."""
    end: int


class Handler(NamedTuple):
    """A handler with its function."""

    module: str
    """Module in whose scope ``expression`` stands."""
    expression: Expression
    """The handler, aliases followed, wrappers kept."""
    function: Function | None
    """Its function when it stands in ``module``."""
    direct: bool
    """True when the expression is the function itself, without a wrapper."""
    name: str
    """The function's own name when it has one."""
    key: int | None
    """Offset of the declaration that an alias led to; None when there was no alias."""


def spine(expression: Expression | None) -> tuple[Expression | None, tuple[Link, ...]]:
    """``a.b(x).c`` as its root ``a`` and the links ``b(x)``, ``c``; awaits are passed."""
    links: list[Link] = []
    while True:
        if isinstance(expression, Await):
            expression = expression.operand
        elif isinstance(expression, Attribute):
            links.append(Link(expression.name, None, expression.at, expression.end))
            expression = expression.of
        elif isinstance(expression, Call):
            callee = expression.callee
            if isinstance(callee, Attribute):
                links.append(Link(callee.name, expression.arguments, expression.at, expression.end))
                expression = callee.of
            else:
                links.append(Link("", expression.arguments, expression.at, expression.end))
                expression = callee
        else:
            links.reverse()
            return expression, tuple(links)


def callee_of(expression: Expression | None) -> str:
    """Dotted name of what is called, without arguments: ``app.get``; empty when it is no plain name."""
    if not isinstance(expression, Call):
        return ""
    return dotted(expression.callee)


def dotted(expression: Expression | None) -> str:
    """``a.b.c`` of names and attributes; empty for anything else."""
    parts: list[str] = []
    while isinstance(expression, Attribute):
        parts.append(expression.name)
        expression = expression.of
    if not isinstance(expression, Name):
        return ""
    parts.append(expression.id)
    return ".".join(parts[::-1])


def text(expression: Expression | None) -> str | None:
    """A literal string."""
    return expression.value if isinstance(expression, Literal) and isinstance(expression.value, str) else None


def entry_of(record: Expression | None, *keys: str) -> Field | None:
    """The first of the keys that an object literal has."""
    if isinstance(record, Record):
        for entry in record.entries:
            if entry.key in keys and not entry.spread:
                return entry
    return None


def value_of(record: Expression | None, *keys: str) -> Expression | None:
    """Its value."""
    entry = entry_of(record, *keys)
    return entry.value if entry else None


def returned_by(value: Expression | None) -> Expression | None:
    """What a function that is written as a value gives back at its top level first: ``() => flows.id``."""
    body = value.function.body if isinstance(value, Lambda) else ()
    return next((one.value for one in body if isinstance(one, Return)), None)


def function_in(declaration: object) -> Function | None:
    """The function that a declaration is, or that a name was given."""
    if isinstance(declaration, Declare) and isinstance(declaration.value, Lambda):
        return declaration.value.function
    return declaration if isinstance(declaration, Function) else None


def loaded(program: Program, path: str, source: str) -> Found | None:
    """What ``require("./x")`` gives: the default export, or else the first."""
    target = program.target(path, source)
    if not target:
        return None
    names = ("default", *program.export_names(target))
    return next((one for name in names if (one := program.exported(target, name)) is not None), None)


def named(program: Program, path: str, expression: Expression | None) -> Found | None:
    """Where the thing is declared that ``thing`` or ``module.thing`` names in a module; None for anything else."""
    if isinstance(expression, Name):
        return program.meaning(path, expression.id)
    if isinstance(expression, Attribute) and isinstance(expression.of, Name):
        found = program.meaning(path, expression.of.id)
        return program.exported(found.module, expression.name) if found and found.local == "*" else None
    return None


def local_of(within: tuple[Function, ...], name: str) -> Function | Declare | None:
    """A name declared in the functions around an expression, innermost first; blocks below them are not searched."""
    for function in within[::-1]:
        for statement in function.body:
            if isinstance(statement, Define) and statement.function.name == name:
                return statement.function
            if isinstance(statement, Declare) and isinstance(statement.pattern, Name) and statement.pattern.id == name:
                return statement
    return None


def handler_of(program: Program, module: str, expression: Expression, within: tuple[Function, ...] = ()) -> Handler:
    """The handler that an expression is: aliases are followed to where it is declared, then the function inside wrappers is looked for."""
    key: int | None = None
    for _ in range(_DEEPEST):
        if not isinstance(expression, Name):
            break
        inner = local_of(within, expression.id)
        if inner is not None:
            declaration: object = inner
        else:
            found = program.meaning(module, expression.id)
            if found is None or found.local == "*":
                break
            if found.module != module:
                module, within = found.module, ()
            expression = Name(found.local, expression.at, expression.end)
            declaration = program.declaration(found)
        if isinstance(declaration, Function):
            return Handler(module, expression, declaration, direct=True, name=declaration.name, key=declaration.at)
        if (
            not isinstance(declaration, Declare)
            or not isinstance(declaration.pattern, Name)
            or declaration.value is None
        ):
            key = getattr(declaration, "at", key)
            break
        key = declaration.at
        value = declaration.value
        if isinstance(value, Name) and value.id != expression.id:
            expression = value
            continue
        if isinstance(value, Lambda):
            return Handler(
                module, expression, value.function, direct=True, name=value.function.name or expression.id, key=key
            )
        function = _inside(program, module, value, within, 0)
        return Handler(module, expression, function, direct=False, name=function.name if function else "", key=key)
    if isinstance(expression, Lambda):
        return Handler(module, expression, expression.function, direct=True, name=expression.function.name, key=key)
    function = _inside(program, module, expression, within, 0)
    return Handler(module, expression, function, direct=False, name=function.name if function else "", key=key)


def _inside(
    program: Program, module: str, value: Expression | None, within: tuple[Function, ...], depth: int
) -> Function | None:
    """The function of this module that a wrapper or builder call runs in the end."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, Lambda):
        return value.function
    if isinstance(value, Name):
        inner = local_of(within, value.id) or program.declared(module).get(value.id)
        if isinstance(inner, Function):
            return inner
        return _inside(program, module, inner.value, within, depth + 1) if isinstance(inner, Declare) else None
    if isinstance(value, Await):
        return _inside(program, module, value.operand, within, depth + 1)
    if isinstance(value, Conditional):
        return _inside(program, module, value.yes, within, depth + 1) or _inside(
            program, module, value.no, within, depth + 1
        )
    if isinstance(value, Assign):
        return _inside(program, module, value.value, within, depth + 1)
    if isinstance(value, Record):
        for entry in value.entries:
            if entry.key in {"handler", "execute", "run", "fetch", "resolve"} and (
                function := _inside(program, module, entry.value, within, depth + 1)
            ):
                return function
        return None
    return _argument(program, module, value, within, depth) if isinstance(value, Call) else None


def _argument(program: Program, module: str, call: Call, within: tuple[Function, ...], depth: int) -> Function | None:
    """The function among the arguments of a wrapper: written there first, then named there, then inside what is called."""
    for argument in call.arguments[::-1]:
        if isinstance(argument, Lambda):
            return argument.function
    for argument in call.arguments:
        if isinstance(argument, Name | Call | Record) and (
            function := _inside(program, module, argument, within, depth + 1)
        ):
            return function
    callee = call.callee
    if isinstance(callee, Call):
        return _argument(program, module, callee, within, depth + 1)
    if isinstance(callee, Attribute) and isinstance(callee.of, Call):
        return _argument(program, module, callee.of, within, depth + 1)
    return None


def statements_in(body: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Statements of a body and of the blocks in it, functions not entered, in source order."""
    out: list[Statement] = []
    waiting = list(body[::-1])
    while waiting:
        statement = waiting.pop()
        out.append(statement)
        for name in ("last", "handler", "otherwise", "then", "body"):
            if not isinstance(statement, Define) and (inner := getattr(statement, name, None)):
                waiting.extend(inner[::-1])
    return tuple(out)


def functions_in(node: object) -> Iterator[tuple[Function, tuple[Function, ...]]]:
    """Every function below a node with the functions around it, outermost first."""
    waiting: list[tuple[object, tuple[Function, ...]]] = [(node, ())]
    while waiting:
        one, within = waiting.pop()
        if isinstance(one, Function):
            yield one, within
            within = (*within, one)
        waiting.extend([(item, within) for item in children_of(one)])


def nodes_within(node: object, *kinds: type) -> Iterator[tuple[object, tuple[Function, ...]]]:
    """Every node of some kinds below a node with the functions around it, in source order."""
    waiting: list[tuple[object, tuple[Function, ...]]] = [(node, ())]
    while waiting:
        one, within = waiting.pop()
        if isinstance(one, kinds):
            yield one, within
        if isinstance(one, Function):
            within = (*within, one)
        waiting.extend([(item, within) for item in children_of(one)])
