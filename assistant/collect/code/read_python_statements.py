"""Statements of Python in the words of the intermediate form."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from assistant.collect.code.read_python_expressions import (
    annotation_of,
    expression_of,
    operator_of,
    parameters_of,
    pattern_of,
)
from assistant.collect.code.read_python_modules import read_import
from assistant.collect.code.read_python_state import DEEPEST
from assistant.domain.syntax import (
    Assign,
    Attribute,
    Case,
    Class,
    Declare,
    Define,
    DefineClass,
    Do,
    Function,
    If,
    Index,
    Jump,
    Literal,
    Loop,
    Name,
    Opaque,
    Return,
    Switch,
    Throw,
    Try,
    Unary,
)


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.collect.code.read_python_state import PythonReading
    from assistant.domain.syntax import Expression, Statement


def statements_of(reading: PythonReading, nodes: Sequence[ast.stmt]) -> tuple[Statement, ...]:
    """The statements of a block; what nests too deeply is cut off and noted."""
    into: list[Statement] = []
    if reading.depth >= DEEPEST:
        reading.nested.extend(node.lineno for node in nodes[:1])
        return ()
    reading.depth += 1
    for node in nodes:
        reader = _READERS.get(type(node))
        if reader is not None:
            reader(reading, node, into)
    reading.depth -= 1
    return tuple(into)


def _expression(reading: PythonReading, node: ast.Expr, into: list[Statement]) -> None:
    value = node.value
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return  # documentation
    if isinstance(value, ast.Yield | ast.YieldFrom):
        if value.value is None:
            return
        value = value.value
    into.append(Do(expression_of(reading, value), reading.at(node), reading.end(node)))


def _assign(reading: PythonReading, node: ast.Assign, into: list[Statement]) -> None:
    value = expression_of(reading, node.value)
    for target in node.targets:
        _bind(reading, target, value, "", node, into)


def _annotated(reading: PythonReading, node: ast.AnnAssign, into: list[Statement]) -> None:
    value = expression_of(reading, node.value) if node.value is not None else None
    if value is not None or isinstance(node.target, ast.Name):
        _bind(reading, node.target, value, annotation_of(reading, node.annotation), node, into)


def _bind(
    reading: PythonReading,
    target: ast.expr,
    value: Expression | None,
    annotation: str,
    node: ast.stmt,
    into: list[Statement],
) -> None:
    at, end = reading.at(node), reading.end(node)
    pattern = pattern_of(reading, target)
    if isinstance(pattern, Name) and pattern.id in reading.globals:
        if value is not None:
            into.append(Do(Assign(pattern, "=", value, at, end), at, end))
    elif pattern is not None:
        into.append(Declare(pattern, value, annotation, at, end))
    elif value is not None:
        place = expression_of(reading, target)
        if isinstance(place, Attribute | Index):
            into.append(Do(Assign(place, "=", value, at, end), at, end))


def _augmented(reading: PythonReading, node: ast.AugAssign, into: list[Statement]) -> None:
    at, end = reading.at(node), reading.end(node)
    target = expression_of(reading, node.target)
    if isinstance(target, Name | Attribute | Index):
        value = expression_of(reading, node.value)
        into.append(Do(Assign(target, f"{operator_of(node.op)}=", value, at, end), at, end))


def _function(reading: PythonReading, node: ast.FunctionDef | ast.AsyncFunctionDef, into: list[Statement]) -> None:
    into.append(Define(_read_function(reading, node), reading.at(node), reading.end(node)))


def _read_function(reading: PythonReading, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
    outer = reading.globals
    said = [one for one in ast.walk(node) if isinstance(one, ast.Global)] if b"global " in reading.source else []
    reading.globals = frozenset(name for one in said for name in one.names)
    body = statements_of(reading, node.body)
    reading.globals = outer
    return Function(
        node.name,
        parameters_of(reading, node.args),
        body,
        isinstance(node, ast.AsyncFunctionDef),
        (),
        tuple([expression_of(reading, decorator) for decorator in node.decorator_list]),
        reading.at(node),
        reading.end(node),
    )


def _class(reading: PythonReading, node: ast.ClassDef, into: list[Statement]) -> None:
    methods = [
        _read_function(reading, item) for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    others = statements_of(
        reading, [item for item in node.body if not isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)]
    )
    fields = [item for item in others if isinstance(item, Declare)]
    bases = [expression_of(reading, base) for base in (*node.bases, *(word.value for word in node.keywords))]
    decorators = [expression_of(reading, item) for item in node.decorator_list]
    at, end = reading.at(node), reading.end(node)
    klass = Class(node.name, tuple(bases), tuple(methods), tuple(fields), tuple(decorators), at, end)
    into.append(DefineClass(klass, at, end))
    into.extend(item for item in others if isinstance(item, DefineClass))


def _if(reading: PythonReading, node: ast.If, into: list[Statement]) -> None:
    test = expression_of(reading, node.test)
    then, otherwise = statements_of(reading, node.body), statements_of(reading, node.orelse)
    into.append(If(test, then, otherwise, reading.at(node), reading.end(node)))


def _return(reading: PythonReading, node: ast.Return, into: list[Statement]) -> None:
    value = expression_of(reading, node.value) if node.value is not None else None
    into.append(Return(value, reading.at(node), reading.end(node)))


def _raise(reading: PythonReading, node: ast.Raise, into: list[Statement]) -> None:
    value = expression_of(reading, node.exc) if node.exc is not None else None
    into.append(Throw(value, reading.at(node), reading.end(node)))


def _try(reading: PythonReading, node: ast.Try | ast.TryStar, into: list[Statement]) -> None:
    body = statements_of(reading, [*node.body, *node.orelse])
    handled: list[Statement] = []
    caught: Name | None = None
    for handler in node.handlers:
        if handler.name and caught is None:
            caught = Name(handler.name, reading.at(handler), reading.at(handler))
        handled.extend(statements_of(reading, handler.body))
    if node.handlers and not handled:  # ``except KeyError: pass`` swallows as well
        start, end = reading.at(node.handlers[0]), reading.end(node.handlers[0])
        handled.append(Do(Literal(None, start, end), start, end))
    last = statements_of(reading, node.finalbody)
    into.append(Try(body, caught, tuple(handled), last, reading.at(node), reading.end(node)))


def _for(reading: PythonReading, node: ast.For | ast.AsyncFor, into: list[Statement]) -> None:
    over = expression_of(reading, node.iter)
    body = statements_of(reading, node.body)
    into.append(Loop(pattern_of(reading, node.target), over, None, body, reading.at(node), reading.end(node)))
    into.extend(statements_of(reading, node.orelse))


def _while(reading: PythonReading, node: ast.While, into: list[Statement]) -> None:
    test = expression_of(reading, node.test)
    into.append(Loop(None, None, test, statements_of(reading, node.body), reading.at(node), reading.end(node)))
    into.extend(statements_of(reading, node.orelse))


def _with(reading: PythonReading, node: ast.With | ast.AsyncWith, into: list[Statement]) -> None:
    for item in node.items:
        value = expression_of(reading, item.context_expr)
        pattern = pattern_of(reading, item.optional_vars) if item.optional_vars is not None else None
        if pattern is not None:
            into.append(Declare(pattern, value, "", value.at, value.end))
        else:
            into.append(Do(value, value.at, value.end))
    into.extend(statements_of(reading, node.body))


def _match(reading: PythonReading, node: ast.Match, into: list[Statement]) -> None:
    cases: list[Case] = []
    for case in node.cases:
        is_default = isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None and case.guard is None
        test = None if is_default else Opaque(_tests(reading, case), reading.at(node), reading.end(node))
        cases.append(Case(test, statements_of(reading, case.body)))
    into.append(Switch(expression_of(reading, node.subject), tuple(cases), reading.at(node), reading.end(node)))


def _tests(reading: PythonReading, case: ast.match_case) -> tuple[Expression, ...]:
    found = [part.value for part in ast.walk(case.pattern) if isinstance(part, ast.MatchValue)]
    return tuple([expression_of(reading, part) for part in (*found, *([case.guard] if case.guard is not None else []))])


def _assert(reading: PythonReading, node: ast.Assert, into: list[Statement]) -> None:
    """``assert x`` is ``if (!x) throw``."""
    at, end = reading.at(node), reading.end(node)
    test = Unary("!", expression_of(reading, node.test), at, end)
    into.append(If(test, (Throw(Literal("AssertionError", at, end), at, end),), (), at, end))


def _delete(reading: PythonReading, node: ast.Delete, into: list[Statement]) -> None:
    at, end = reading.at(node), reading.end(node)
    into.extend(Do(Unary("delete", expression_of(reading, target), at, end), at, end) for target in node.targets)


def _import(reading: PythonReading, node: ast.Import | ast.ImportFrom, _into: list[Statement]) -> None:
    read_import(reading, node)


def _jump(reading: PythonReading, node: ast.Break | ast.Continue, into: list[Statement]) -> None:
    into.append(Jump("break" if isinstance(node, ast.Break) else "continue", reading.at(node), reading.end(node)))


_READERS: Final[
    dict[type[ast.stmt], Callable[[PythonReading, ast.stmt, list[Statement]], None]]
] = {  # each takes its kind
    ast.Expr: _expression,  # type: ignore[dict-item]
    ast.Assign: _assign,  # type: ignore[dict-item]
    ast.AnnAssign: _annotated,  # type: ignore[dict-item]
    ast.AugAssign: _augmented,  # type: ignore[dict-item]
    ast.FunctionDef: _function,  # type: ignore[dict-item]
    ast.AsyncFunctionDef: _function,  # type: ignore[dict-item]
    ast.ClassDef: _class,  # type: ignore[dict-item]
    ast.If: _if,  # type: ignore[dict-item]
    ast.Return: _return,  # type: ignore[dict-item]
    ast.Raise: _raise,  # type: ignore[dict-item]
    ast.Try: _try,  # type: ignore[dict-item]
    ast.TryStar: _try,  # type: ignore[dict-item]
    ast.For: _for,  # type: ignore[dict-item]
    ast.AsyncFor: _for,  # type: ignore[dict-item]
    ast.While: _while,  # type: ignore[dict-item]
    ast.With: _with,  # type: ignore[dict-item]
    ast.AsyncWith: _with,  # type: ignore[dict-item]
    ast.Match: _match,  # type: ignore[dict-item]
    ast.Assert: _assert,  # type: ignore[dict-item]
    ast.Delete: _delete,  # type: ignore[dict-item]
    ast.Import: _import,  # type: ignore[dict-item]
    ast.ImportFrom: _import,  # type: ignore[dict-item]
    ast.Break: _jump,  # type: ignore[dict-item]
    ast.Continue: _jump,  # type: ignore[dict-item]
}
