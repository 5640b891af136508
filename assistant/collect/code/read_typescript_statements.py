"""Statements of TypeScript: one small function for each kind of node, which appends what the node says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.collect.code.read_typescript_functions import class_of, function_of
from assistant.collect.code.read_typescript_loading import loaded
from assistant.collect.code.read_typescript_patterns import pattern_of
from assistant.collect.code.read_typescript_text import annotation_of, cut, string_of
from assistant.domain.syntax import (
    Assign,
    Await,
    Case,
    Declare,
    Define,
    DefineClass,
    Do,
    Field,
    If,
    Jump,
    Literal,
    Loop,
    Name,
    Record,
    Return,
    Switch,
    Throw,
    Try,
)


if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

    from assistant.collect.code.read_typescript_state import Reading, StatementReader
    from assistant.domain.syntax import Expression, Pattern, Statement


def _expression(reading: Reading, node: Node, into: list[Statement]) -> None:
    inner = reading.named(node)
    if not inner:
        return
    kind = reading.kind(inner[0])
    if kind in {"internal_module", "module"}:
        return
    parts = reading.named(inner[0]) if kind == "sequence_expression" else inner[:1]
    for part in parts:
        if reading.kind(part) == "yield_expression" and not reading.named(part):
            continue
        found = reading.expression(part)
        into.append(_resource(reading, node, found) or Do(found, node.start_byte, node.end_byte))


def _resource(reading: Reading, node: Node, found: Expression) -> Declare | None:
    """``using x = f()`` and ``await using x = f()``, which the grammar takes for assignments."""
    inner = found.operand if isinstance(found, Await) else found
    if isinstance(inner, Assign) and isinstance(inner.target, Name):
        before = cut(reading.source, node.start_byte, inner.target.at).split()
        if before in ([b"using"], [b"await", b"using"]):
            return Declare(inner.target, inner.value, "", node.start_byte, node.end_byte)
    return None


def _block(reading: Reading, node: Node, into: list[Statement]) -> None:
    for child in reading.named(node):
        reading.statement(child, into)


def _declaration(reading: Reading, node: Node, into: list[Statement]) -> None:
    declarators = [child for child in reading.named(node) if reading.kind(child) == "variable_declarator"]
    for declarator in declarators:
        whole = node if len(declarators) == 1 else declarator
        name, value = declarator.child_by_field_name("name"), declarator.child_by_field_name("value")
        if name is None:
            continue
        pattern = pattern_of(reading, name)
        hint = pattern.id if isinstance(pattern, Name) else ""
        if value is not None and reading.kind(value) == "class":
            into.append(DefineClass(class_of(reading, value, hint), whole.start_byte, whole.end_byte))
            continue
        read = reading.expression(value, hint) if value is not None else None
        if read is not None and loaded(reading, pattern, read):
            continue
        annotation = annotation_of(reading, declarator.child_by_field_name("type"))
        into.append(Declare(pattern, read, annotation, whole.start_byte, whole.end_byte))


def _if(reading: Reading, node: Node, into: list[Statement]) -> None:
    test = node.child_by_field_name("condition")
    otherwise = node.child_by_field_name("alternative")
    if test is None:
        return
    into.append(
        If(
            reading.expression(test),
            reading.block(node.child_by_field_name("consequence")),
            reading.block(otherwise),
            node.start_byte,
            node.end_byte,
        )
    )


def _for_in(reading: Reading, node: Node, into: list[Statement]) -> None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    pattern: Pattern | None = None
    if left is not None and reading.kind(left) in {"identifier", "object_pattern", "array_pattern"}:
        pattern = pattern_of(reading, left)
    over = reading.expression(right) if right is not None else None
    body = reading.block(node.child_by_field_name("body"))
    into.append(Loop(pattern, over, None, body, node.start_byte, node.end_byte))


def _for(reading: Reading, node: Node, into: list[Statement]) -> None:
    start = node.child_by_field_name("initializer")
    if start is not None:
        if start.kind_id in reading.grammar.statements:
            reading.statement(start, into)
        elif start.kind_id not in reading.grammar.silent:
            into.append(Do(reading.expression(start), start.start_byte, start.end_byte))
    test, step = node.child_by_field_name("condition"), node.child_by_field_name("increment")
    over = reading.expression(test) if test is not None and reading.kind(test) != "empty_statement" else None
    body = reading.block(node.child_by_field_name("body"))
    if step is not None:
        body = (*body, Do(reading.expression(step), step.start_byte, step.end_byte))
    into.append(Loop(None, None, over, body, node.start_byte, node.end_byte))


def _while(reading: Reading, node: Node, into: list[Statement]) -> None:
    test = node.child_by_field_name("condition")
    read = reading.expression(test) if test is not None else None
    into.append(Loop(None, None, read, reading.block(node.child_by_field_name("body")), node.start_byte, node.end_byte))


def _held(reading: Reading, node: Node, into: list[Statement]) -> None:
    """A label, ``with``, ``else`` or ``finally``: the statement inside."""
    inner = reading.named(node)
    if inner:
        reading.statement(inner[-1], into)


def _switch(reading: Reading, node: Node, into: list[Statement]) -> None:
    subject, body = node.child_by_field_name("value"), node.child_by_field_name("body")
    if subject is None or body is None:
        return
    cases: list[Case] = []
    for child in reading.named(body):
        test = child.child_by_field_name("value")
        inside: list[Statement] = []
        for statement in child.children_by_field_name("body"):
            reading.statement(statement, inside)
        cases.append(Case(reading.expression(test) if test is not None else None, tuple(inside)))
    into.append(Switch(reading.expression(subject), tuple(cases), node.start_byte, node.end_byte))


def _try(reading: Reading, node: Node, into: list[Statement]) -> None:
    handler = node.child_by_field_name("handler")
    caught: Pattern | None = None
    handled: tuple[Statement, ...] = ()
    if handler is not None:
        parameter = handler.child_by_field_name("parameter")
        caught = pattern_of(reading, parameter) if parameter is not None else None
        nothing = Do(Literal(None, handler.start_byte, handler.end_byte), handler.start_byte, handler.end_byte)
        handled = reading.block(handler.child_by_field_name("body")) or (nothing,)  # ``catch {}`` swallows as well
    body = reading.block(node.child_by_field_name("body"))
    last = reading.block(node.child_by_field_name("finalizer"))
    into.append(Try(body, caught, handled, last, node.start_byte, node.end_byte))


def _return(reading: Reading, node: Node, into: list[Statement]) -> None:
    inner = reading.named(node)
    into.append(Return(reading.expression(inner[0]) if inner else None, node.start_byte, node.end_byte))


def _throw(reading: Reading, node: Node, into: list[Statement]) -> None:
    inner = reading.named(node)
    into.append(Throw(reading.expression(inner[0]) if inner else None, node.start_byte, node.end_byte))


def _break(_reading: Reading, node: Node, into: list[Statement]) -> None:
    into.append(Jump("break", node.start_byte, node.end_byte))


def _continue(_reading: Reading, node: Node, into: list[Statement]) -> None:
    into.append(Jump("continue", node.start_byte, node.end_byte))


def _function(reading: Reading, node: Node, into: list[Statement]) -> None:
    into.append(Define(function_of(reading, node, ""), node.start_byte, node.end_byte))


def _class(reading: Reading, node: Node, into: list[Statement]) -> None:
    into.append(DefineClass(class_of(reading, node, ""), node.start_byte, node.end_byte))


def _enum(reading: Reading, node: Node, into: list[Statement]) -> None:
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None:
        return
    entries: list[Field] = []
    following: int | None = 0
    for child in reading.named(body):
        key = child.child_by_field_name("name") or child
        given = child.child_by_field_name("value")
        value: Expression = Literal(following, child.start_byte, child.end_byte)
        value = value if given is None else reading.expression(given)
        known = value.value if isinstance(value, Literal) else None
        following = known + 1 if isinstance(known, int) else None
        text = string_of(reading, key) if reading.kind(key) == "string" else reading.text(key)
        entries.append(Field(text, value, spread=False))
    record = Record(tuple(entries), body.start_byte, body.end_byte)
    bound = Name(reading.text(name), name.start_byte, name.end_byte)
    into.append(Declare(bound, record, "", node.start_byte, node.end_byte))


STATEMENTS: Final[Mapping[str, StatementReader]] = {
    "expression_statement": _expression,
    "statement_block": _block,
    "lexical_declaration": _declaration,
    "variable_declaration": _declaration,
    "if_statement": _if,
    "else_clause": _held,
    "for_in_statement": _for_in,
    "for_statement": _for,
    "while_statement": _while,
    "do_statement": _while,
    "labeled_statement": _held,
    "with_statement": _held,
    "finally_clause": _held,
    "switch_statement": _switch,
    "try_statement": _try,
    "return_statement": _return,
    "throw_statement": _throw,
    "break_statement": _break,
    "continue_statement": _continue,
    "function_declaration": _function,
    "generator_function_declaration": _function,
    "class_declaration": _class,
    "abstract_class_declaration": _class,
    "enum_declaration": _enum,
}
