"""Functions, methods and classes of TypeScript, wherever they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.read_typescript_patterns import pattern_of
from assistant.collect.code.read_typescript_text import annotation_of, string_of
from assistant.domain.syntax import Class, Declare, Function, Lambda, Name, Opaque, Parameter, Return


if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.collect.code.read_typescript_state import Reading
    from assistant.domain.syntax import Expression, Statement


def function_of(reading: Reading, node: Node, name: str, decorators: tuple[Expression, ...] = ()) -> Function:
    """A function of any spelling; its own name wins over the one it is assigned to."""
    own = node.child_by_field_name("name")
    body = node.child_by_field_name("body")
    directives: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()
    if body is not None and reading.kind(body) == "statement_block":
        directives, statements = body_of(reading, body)
    elif body is not None:
        statements = (Return(reading.expression(body), body.start_byte, body.end_byte),)
    first = node.children[0]
    return Function(
        reading.text(own) if own is not None else name,
        _parameters(reading, node),
        statements,
        first.type == "async",
        directives,
        decorators,
        node.start_byte,
        node.end_byte,
    )


def body_of(reading: Reading, block: Node) -> tuple[tuple[str, ...], tuple[Statement, ...]]:
    """The directives and the statements of a function body or of a whole file."""
    directives: list[str] = []
    statements: list[Statement] = []
    at_the_top = True
    for child in reading.named(block):
        if at_the_top:
            directive = _directive(reading, child)
            if directive is not None:
                directives.append(directive)
                continue
            at_the_top = reading.kind(child) == "hash_bang_line"
        reading.statement(child, statements)
    return tuple(directives), tuple(statements)


def _directive(reading: Reading, node: Node) -> str | None:
    if reading.kind(node) != "expression_statement":
        return None
    inner = node.children[0]
    return string_of(reading, inner) if reading.kind(inner) == "string" else None


def _parameters(reading: Reading, node: Node) -> tuple[Parameter, ...]:
    single = node.child_by_field_name("parameter")
    if single is not None:
        return (Parameter(pattern_of(reading, single), None, "", rest=False),)
    holder = node.child_by_field_name("parameters")
    if holder is None:
        return ()
    found: list[Parameter] = []
    for child in reading.named(holder):
        parameter = _parameter(reading, child)
        if parameter is not None:
            found.append(parameter)
    return tuple(found)


def _parameter(reading: Reading, node: Node) -> Parameter | None:
    pattern = node.child_by_field_name("pattern")
    if pattern is None or reading.kind(pattern) == "this":
        return None
    value = node.child_by_field_name("value")
    annotation = annotation_of(reading, node.child_by_field_name("type"))
    is_rest = reading.kind(pattern) == "rest_pattern"
    if is_rest:
        inner = reading.named(pattern)
        pattern = inner[0] if inner else pattern
    return Parameter(
        pattern_of(reading, pattern),
        reading.expression(value) if value is not None else None,
        annotation,
        is_rest,
        tuple(decorator_of(reading, one) for one in node.children_by_field_name("decorator")),
    )


def function_value(reading: Reading, node: Node, name: str) -> Expression:
    """A function used as a value."""
    return Lambda(function_of(reading, node, name), node.start_byte, node.end_byte)


def method_of(reading: Reading, node: Node, decorators: tuple[Expression, ...]) -> Function:
    """A method of a class or of an object; a computed name is empty unless it is a literal.

    A getter is marked as Python marks one.
    """
    from assistant.collect.code.read_typescript_expressions import key_of

    key = node.child_by_field_name("name")
    name = (key_of(reading, key) or "") if key is not None else ""
    words = {child.type for child in node.children[:6]}
    if "get" in words and key is not None:
        decorators = (*decorators, Name("property", key.start_byte, key.end_byte))
    return function_of(reading, node, name, decorators)._replace(name=name, is_async="async" in words)


def class_of(reading: Reading, node: Node, name: str, decorators: tuple[Expression, ...] = ()) -> Class:
    """A class with its methods and the fields that have a value; a static block is a method called ``static``."""
    own = node.child_by_field_name("name")
    bases: tuple[Expression, ...] = ()
    mine = list(decorators)
    methods: list[Function] = []
    fields: list[Declare] = []
    for child in node.children:
        kind = reading.kind(child)
        if kind == "class_heritage":
            bases = _bases(reading, child)
        elif kind == "decorator":
            mine.append(decorator_of(reading, child))
        elif kind == "class_body":
            _members(reading, child, methods, fields)
    return Class(
        reading.text(own) if own is not None else name,
        bases,
        tuple(methods),
        tuple(fields),
        tuple(mine),
        node.start_byte,
        node.end_byte,
    )


def _bases(reading: Reading, node: Node) -> tuple[Expression, ...]:
    found: list[Expression] = []
    for child in reading.named(node):
        inner = reading.named(child) if reading.kind(child) == "extends_clause" else [child]
        found.extend(reading.expression(item) for item in inner)
    return tuple(found)


def decorator_of(reading: Reading, node: Node) -> Expression:
    """The expression of a decorator, without its sign."""
    inner = reading.named(node)
    return reading.expression(inner[0]) if inner else reading.opaque(node)


def _members(reading: Reading, body: Node, methods: list[Function], fields: list[Declare]) -> None:
    waiting: list[Expression] = []
    for child in reading.named(body):
        kind = reading.kind(child)
        if kind == "decorator":
            waiting.append(decorator_of(reading, child))
            continue
        if kind == "method_definition":
            methods.append(method_of(reading, child, tuple(waiting)))
        elif kind == "class_static_block":
            inside = child.child_by_field_name("body")
            _, statements = body_of(reading, inside) if inside is not None else ((), ())
            methods.append(
                Function(
                    "static",
                    (),
                    statements,
                    is_async=False,
                    directives=(),
                    decorators=(),
                    at=child.start_byte,
                    end=child.end_byte,
                )
            )
        elif kind == "public_field_definition":
            field = _field(reading, child)
            if field is not None:
                fields.append(field)
        waiting = []


def _field(reading: Reading, node: Node) -> Declare | None:
    key, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if key is None or value is None:
        return None
    name = reading.text(key).lstrip("#").strip("\"'")
    read = reading.expression(value, name)
    annotation = annotation_of(reading, node.child_by_field_name("type"))
    return Declare(Name(name, key.start_byte, key.end_byte), read, annotation, node.start_byte, node.end_byte)


def class_value(reading: Reading, node: Node, name: str) -> Expression:
    """A class in the middle of an expression: its methods, so that what they do is seen."""
    klass = class_of(reading, node, name)
    methods: list[Expression] = [Lambda(method, method.at, method.end) for method in klass.methods]
    values: list[Expression] = [field.value for field in klass.fields if field.value is not None]
    return Opaque((*klass.bases, *methods, *values), node.start_byte, node.end_byte)
