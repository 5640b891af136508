"""Expressions of TypeScript: one small function for each kind of node.

Parentheses, type assertions, ``satisfies``, ``!`` and ``?.`` leave no trace. What the grammar groups wrongly is put right on the way
(``read_typescript_regrouped``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.collect.code.read_typescript_functions import class_value, function_value, method_of
from assistant.collect.code.read_typescript_patterns import pattern_of
from assistant.collect.code.read_typescript_regrouped import TAKEN, joined, outside
from assistant.collect.code.read_typescript_text import cut, fragment, number_of, string_of
from assistant.domain.syntax import (
    Assign,
    Attribute,
    Await,
    Call,
    Conditional,
    Field,
    Index,
    Lambda,
    Literal,
    Name,
    Opaque,
    Record,
    Sequence,
    Spread,
    Template,
    Unary,
)


if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

    from assistant.collect.code.read_typescript_state import ExpressionReader, Reading
    from assistant.domain.syntax import Expression, Pattern


_LONGEST_TABLE: Final = 200
"""Arrays with more items are tables of constants: nobody follows a value through them."""
_LONGEST_CHAIN: Final = 60
"""Operators in a row; more are kept as their operands alone, so that the form stays shallow."""


def _name(reading: Reading, node: Node, _name: str) -> Expression:
    return Name(reading.text(node).lstrip("#"), node.start_byte, node.end_byte)


def _undefined(_reading: Reading, node: Node, _name: str) -> Expression:
    return Literal(None, node.start_byte, node.end_byte)


def _true(_reading: Reading, node: Node, _name: str) -> Expression:
    return Literal(value=True, at=node.start_byte, end=node.end_byte)


def _false(_reading: Reading, node: Node, _name: str) -> Expression:
    return Literal(value=False, at=node.start_byte, end=node.end_byte)


def _string(reading: Reading, node: Node, _name: str) -> Expression:
    return Literal(string_of(reading, node), node.start_byte, node.end_byte)


def _number(reading: Reading, node: Node, _name: str) -> Expression:
    return Literal(number_of(reading.text(node)), node.start_byte, node.end_byte)


def _regex(reading: Reading, node: Node, _name: str) -> Expression:
    return Literal(reading.text(node), node.start_byte, node.end_byte)


def _template(reading: Reading, node: Node, _name: str) -> Expression:
    texts, values = _pieces(reading, node)
    if not values:
        return Literal(texts[0], node.start_byte, node.end_byte)
    return Template(None, texts, values, node.start_byte, node.end_byte)


def _pieces(reading: Reading, node: Node) -> tuple[tuple[str, ...], tuple[Expression, ...]]:
    texts: list[str] = []
    values: list[Expression] = []
    start = node.start_byte + 1
    for child in node.children:
        if reading.kind(child) == "template_substitution":
            texts.append(fragment(cut(reading.source, start, child.start_byte)))
            inner = reading.named(child)
            values.append(reading.expression(inner[0]) if inner else Opaque((), child.start_byte, child.end_byte))
            start = child.end_byte
    texts.append(fragment(cut(reading.source, start, node.end_byte - 1)))
    return tuple(texts), tuple(values)


def _object(reading: Reading, node: Node, _name: str) -> Expression:
    entries: list[Field] = []
    for child in reading.named(node):
        kind = reading.kind(child)
        if kind == "pair":
            key = child.child_by_field_name("key")
            value = child.child_by_field_name("value")
            if key is not None and value is not None:
                name = key_of(reading, key)
                chosen = _chosen_key(reading, key) if name is None else None
                entries.append(Field(name, reading.expression(value, name or ""), spread=False, computed=chosen))
        elif kind == "shorthand_property_identifier":
            name = reading.text(child)
            entries.append(Field(name, Name(name, child.start_byte, child.end_byte), spread=False))
        elif kind == "spread_element":
            inner = reading.named(child)
            if inner:
                entries.append(Field(None, reading.expression(inner[0]), spread=True))
        elif kind == "method_definition":
            function = method_of(reading, child, ())
            entries.append(Field(function.name or None, Lambda(function, function.at, function.end), spread=False))
    return Record(tuple(entries), node.start_byte, node.end_byte)


def _chosen_key(reading: Reading, key: Node) -> Expression | None:
    """``[Role.ADMIN]``: a name or a member of one that stands for a key."""
    inner = reading.named(key)
    found = reading.expression(inner[0]) if inner else None
    return found if isinstance(found, Name | Attribute) else None


def key_of(reading: Reading, node: Node) -> str | None:
    """The name of a property as written in an object or class; None for one that is computed."""
    kind = reading.kind(node)
    if kind == "string":
        return string_of(reading, node)
    if kind == "computed_property_name":
        inner = reading.named(node)
        found = reading.expression(inner[0]) if inner else None
        return found.value if isinstance(found, Literal) and isinstance(found.value, str) else None
    return reading.text(node).lstrip("#")


def _array(reading: Reading, node: Node, _name: str) -> Expression:
    items = reading.named(node)
    if len(items) > _LONGEST_TABLE:
        return Opaque((), node.start_byte, node.end_byte)
    return Sequence(tuple([reading.expression(item) for item in items]), node.start_byte, node.end_byte)


def _spread(reading: Reading, node: Node, _name: str) -> Expression:
    inner = reading.named(node)
    return Spread(reading.expression(inner[0]), node.start_byte, node.end_byte) if inner else reading.opaque(node)


def _inner(reading: Reading, node: Node, name: str) -> Expression:
    """Parentheses, ``as``, ``satisfies``, ``!``, ``<T>x``, ``f<T>``: the expression they hold."""
    inner = reading.named(node)
    return reading.expression(inner[0], name) if inner else reading.opaque(node)


def _assertion(reading: Reading, node: Node, name: str) -> Expression:
    inner = reading.named(node)
    return reading.expression(inner[-1], name) if inner else reading.opaque(node)


def _call(reading: Reading, node: Node, _name: str) -> Expression:
    children = reading.named(node)
    if not children:
        return reading.opaque(node)
    first = children[0]
    callee = reading.expression(first)
    last = children[-1]
    kind = reading.kind(last)
    end = node.end_byte
    if kind == "template_string":
        texts, values = _pieces(reading, last)
        return outside(callee, first.start_byte, end, lambda of: Template(of, texts, values, of.at, end))
    arguments = tuple([reading.expression(child) for child in reading.named(last)]) if kind == "arguments" else ()
    if isinstance(callee, Name) and callee.id in {"import", "require"} and arguments:
        _note_lazy(reading, arguments[0])
    if callee.__class__ in TAKEN:
        return outside(callee, first.start_byte, end, lambda of: Call(of, arguments, new=False, at=of.at, end=end))
    return Call(callee, arguments, new=False, at=node.start_byte, end=end)


def _note_lazy(reading: Reading, argument: Expression) -> None:
    if isinstance(argument, Literal) and isinstance(argument.value, str) and argument.value not in reading.lazy:
        reading.lazy.append(argument.value)


def _new(reading: Reading, node: Node, _name: str) -> Expression:
    constructor = node.child_by_field_name("constructor")
    if constructor is None:
        return reading.opaque(node)
    arguments = node.child_by_field_name("arguments")
    read = tuple([reading.expression(child) for child in reading.named(arguments)]) if arguments is not None else ()
    return Call(reading.expression(constructor), read, new=True, at=node.start_byte, end=node.end_byte)


def _member(reading: Reading, node: Node, _name: str) -> Expression:
    children = node.children
    of = reading.expression(children[0])
    name = reading.text(children[-1]).lstrip("#")
    end = node.end_byte
    if of.__class__ in TAKEN:
        return outside(of, children[0].start_byte, end, lambda inner: Attribute(inner, name, inner.at, end))
    return Attribute(of, name, node.start_byte, end, optional=children[1].type == "optional_chain")


def _subscript(reading: Reading, node: Node, _name: str) -> Expression:
    first, key = node.child_by_field_name("object"), node.child_by_field_name("index")
    if first is None or key is None:
        return reading.opaque(node)
    of, index, end = reading.expression(first), reading.expression(key), node.end_byte
    if isinstance(index, Literal) and isinstance(index.value, str):
        name = index.value
        return outside(of, first.start_byte, end, lambda inner: Attribute(inner, name, inner.at, end))
    return outside(of, first.start_byte, end, lambda inner: Index(inner, index, inner.at, end))


def _assign(reading: Reading, node: Node, _name: str) -> Expression:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    if left is None or right is None:
        return reading.opaque(node)
    target = target_of(reading, left)
    hint = target.id if isinstance(target, Name) else target.name if isinstance(target, Attribute) else ""
    value = reading.expression(right, hint)
    if target is None:
        return Opaque((value,), node.start_byte, node.end_byte)
    return Assign(
        target, reading.text(operator) if operator is not None else "=", value, node.start_byte, node.end_byte
    )


def target_of(reading: Reading, node: Node) -> Pattern | Attribute | Index | None:
    """What stands left of ``=``; None for what cannot be assigned to."""
    if reading.kind(node) in {"object_pattern", "array_pattern"}:
        return pattern_of(reading, node)
    found = reading.expression(node)
    return found if isinstance(found, (Name, Attribute, Index)) else None


def _update(reading: Reading, node: Node, _name: str) -> Expression:
    inner = node.child_by_field_name("argument")
    target = target_of(reading, inner) if inner is not None else None
    if target is None:
        return reading.opaque(node)
    sign = "-=" if b"--" in reading.source[node.start_byte : node.end_byte] else "+="
    return Assign(target, sign, Literal(1, node.start_byte, node.end_byte), node.start_byte, node.end_byte)


def _binary(reading: Reading, node: Node, _name: str) -> Expression:
    """A chain of operators is walked, not recursed into: texts of a thousand pieces are joined with ``+``."""
    first: Node | None = node
    links: list[tuple[Node, Node, Node]] = []
    while first is not None and first.kind_id == node.kind_id:
        operator, right = first.child_by_field_name("operator"), first.child_by_field_name("right")
        if operator is None or right is None:
            return reading.opaque(node)
        links.append((first, operator, right))
        first = first.child_by_field_name("left")
    if first is None:
        return reading.opaque(node)
    found = reading.expression(first)
    written = 0
    operands = [found]
    for link, operator, right in links[::-1]:
        sign, second = reading.text(operator), reading.expression(right)
        operands.append(second)
        if sign == "+" and isinstance(found, Literal) and isinstance(second, Literal):
            text = _joined(found.value, second.value)
            if text is not None:
                found = Literal(text, link.start_byte, link.end_byte)
                continue
        found = joined(sign, found, second, link.start_byte, link.end_byte)
        written += 1
    return found if written <= _LONGEST_CHAIN else Opaque(tuple(operands), node.start_byte, node.end_byte)


def _joined(first: object, second: object) -> str | None:
    return first + second if isinstance(first, str) and isinstance(second, str) else None


def _unary(reading: Reading, node: Node, _name: str) -> Expression:
    operator, argument = node.child_by_field_name("operator"), node.child_by_field_name("argument")
    if operator is None or argument is None:
        return reading.opaque(node)
    sign, operand = reading.text(operator), reading.expression(argument)
    if sign == "-" and isinstance(operand, Literal) and type(operand.value) in {int, float}:
        return Literal(-operand.value, node.start_byte, node.end_byte)  # type: ignore[operator]
    return Unary(sign, operand, node.start_byte, node.end_byte)


def _await(reading: Reading, node: Node, _name: str) -> Expression:
    inner = reading.named(node)
    return Await(reading.expression(inner[0]), node.start_byte, node.end_byte) if inner else reading.opaque(node)


def _yield(reading: Reading, node: Node, _name: str) -> Expression:
    inner = reading.named(node)
    return (
        Unary("yield", reading.expression(inner[0]), node.start_byte, node.end_byte) if inner else reading.opaque(node)
    )


def _ternary(reading: Reading, node: Node, name: str) -> Expression:
    inner = reading.named(node)
    if len(inner) != 3:  # noqa: PLR2004 - a test and two branches, unless there is a syntax error
        return reading.opaque(node)
    test, yes, no = inner
    return Conditional(
        reading.expression(test),
        reading.expression(yes, name),
        reading.expression(no, name),
        node.start_byte,
        node.end_byte,
    )


def _comma(reading: Reading, node: Node, _name: str) -> Expression:
    read = reading.opaque(node)
    *before, last = read.children or (read,)
    return last if all(isinstance(item, Literal) for item in before) else read


def _meta(reading: Reading, node: Node, _name: str) -> Expression:
    text = re.sub(r"\s", "", reading.text(node))
    of, _, name = text.partition(".")
    return Attribute(Name(of, node.start_byte, node.start_byte + len(of)), name, node.start_byte, node.end_byte)


EXPRESSIONS: Final[Mapping[str, ExpressionReader]] = {
    "identifier": _name,
    "nested_identifier": _member,
    "property_identifier": _name,
    "private_property_identifier": _name,
    "shorthand_property_identifier": _name,
    "this": _name,
    "super": _name,
    "import": _name,
    "undefined": _undefined,
    "null": _undefined,
    "true": _true,
    "false": _false,
    "string": _string,
    "number": _number,
    "regex": _regex,
    "template_string": _template,
    "object": _object,
    "array": _array,
    "spread_element": _spread,
    "parenthesized_expression": _inner,
    "as_expression": _inner,
    "satisfies_expression": _inner,
    "non_null_expression": _inner,
    "instantiation_expression": _inner,
    "type_assertion": _assertion,
    "call_expression": _call,
    "new_expression": _new,
    "member_expression": _member,
    "subscript_expression": _subscript,
    "assignment_expression": _assign,
    "augmented_assignment_expression": _assign,
    "update_expression": _update,
    "binary_expression": _binary,
    "unary_expression": _unary,
    "await_expression": _await,
    "yield_expression": _yield,
    "ternary_expression": _ternary,
    "sequence_expression": _comma,
    "meta_property": _meta,
    "arrow_function": function_value,
    "function_expression": function_value,
    "generator_function": function_value,
    "class": class_value,
}
