"""Expressions of Python in the words of the intermediate form."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from assistant.collect.code.read_python_state import DEEPEST
from assistant.domain.syntax import (
    Assign,
    Attribute,
    Await,
    Binary,
    Call,
    Conditional,
    Field,
    Function,
    Index,
    Lambda,
    Literal,
    Name,
    Opaque,
    Parameter,
    Record,
    Return,
    Sequence,
    SequencePattern,
    Spread,
    Template,
    Unary,
)


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assistant.collect.code.read_python_state import PythonReading
    from assistant.domain.syntax import Expression, Pattern


_LONGEST_TABLE: Final = 200
_LONGEST_ANNOTATION: Final = 200
_OPERATORS: Final[dict[type[ast.AST], str]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.MatMult: "@",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitOr: "|",
    ast.BitAnd: "&",
    ast.BitXor: "^",
    ast.Eq: "===",
    ast.Is: "===",
    ast.NotEq: "!==",
    ast.IsNot: "!==",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.And: "&&",
    ast.Or: "||",
    ast.Not: "!",
    ast.USub: "-",
    ast.UAdd: "+",
    ast.Invert: "~",
}


def operator_of(node: ast.AST) -> str:
    """The sign of an operator as JavaScript writes it."""
    return _OPERATORS.get(type(node), "?")


def expression_of(reading: PythonReading, node: ast.expr) -> Expression:
    """What an expression says; where it nests too deeply it is cut off and noted."""
    if reading.depth >= DEEPEST:
        reading.nested.append(node.lineno)
        return Opaque((), reading.at(node), reading.end(node))
    reading.depth += 1
    try:
        reader = _READERS.get(type(node))
        return reader(reading, node) if reader is not None else _opaque(reading, node)
    finally:
        reading.depth -= 1


def _opaque(reading: PythonReading, node: ast.expr) -> Expression:
    children = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    return Opaque(_all(reading, children), reading.at(node), reading.end(node))


def _all(reading: PythonReading, nodes: Iterable[ast.expr]) -> tuple[Expression, ...]:
    return tuple([expression_of(reading, node) for node in nodes])


def _constant(reading: PythonReading, node: ast.Constant) -> Expression:
    value = node.value
    at, end = reading.at(node), reading.end(node)
    if isinstance(value, str):
        return Literal(value.encode("utf-8", "replace").decode(), at, end)
    if value is None or isinstance(value, bool | int | float):
        return Literal(value, at, end)
    return Literal(value.decode("utf-8", "replace"), at, end) if isinstance(value, bytes) else Opaque((), at, end)


def _name(reading: PythonReading, node: ast.Name) -> Expression:
    return Name(node.id, reading.at(node), reading.end(node))


def _attribute(reading: PythonReading, node: ast.Attribute) -> Expression:
    return Attribute(expression_of(reading, node.value), node.attr, reading.at(node), reading.end(node))


def _subscript(reading: PythonReading, node: ast.Subscript) -> Expression:
    of, at, end = expression_of(reading, node.value), reading.at(node), reading.end(node)
    key = expression_of(reading, node.slice)
    if isinstance(key, Literal) and isinstance(key.value, str):
        return Attribute(of, key.value, at, end)
    return Index(of, key, at, end)


def _call(reading: PythonReading, node: ast.Call) -> Expression:
    arguments = list(_all(reading, node.args))
    if node.keywords:
        fields = [Field(word.arg, expression_of(reading, word.value), word.arg is None) for word in node.keywords]
        arguments.append(Record(tuple(fields), reading.at(node.keywords[0]), reading.end(node.keywords[-1])))
    return Call(
        expression_of(reading, node.func), tuple(arguments), new=False, at=reading.at(node), end=reading.end(node)
    )


def _joined(reading: PythonReading, node: ast.JoinedStr) -> Expression:
    texts = [""]
    values: list[Expression] = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            texts[-1] += str(part.value)
        elif isinstance(part, ast.FormattedValue):
            value = expression_of(reading, part.value)
            # before Python 3.12 the offsets inside an f-string count from the wrong place: the string's own are true
            values.append(
                value
                if reading.at(node) <= value.at <= value.end <= reading.end(node)
                else Opaque((value,), reading.at(node), reading.end(node))
            )
            texts.append("")
    if not values:
        return Literal(texts[0], reading.at(node), reading.end(node))
    return Template(None, tuple(texts), tuple(values), reading.at(node), reading.end(node))


def _dict(reading: PythonReading, node: ast.Dict) -> Expression:
    if len(node.keys) > _LONGEST_TABLE:
        return Opaque((), reading.at(node), reading.end(node))
    entries: list[Field] = []
    for key, value in zip(node.keys, node.values, strict=True):
        name = str(key.value) if isinstance(key, ast.Constant) and isinstance(key.value, str | int) else None
        computed = expression_of(reading, key) if key is not None and name is None else None
        entries.append(Field(name, expression_of(reading, value), key is None, computed))
    return Record(tuple(entries), reading.at(node), reading.end(node))


def _items(reading: PythonReading, node: ast.List | ast.Tuple | ast.Set) -> Expression:
    if len(node.elts) > _LONGEST_TABLE:
        return Opaque((), reading.at(node), reading.end(node))
    return Sequence(_all(reading, node.elts), reading.at(node), reading.end(node))


def _starred(reading: PythonReading, node: ast.Starred) -> Expression:
    return Spread(expression_of(reading, node.value), reading.at(node), reading.end(node))


def _binary(reading: PythonReading, node: ast.BinOp) -> Expression:
    left, right = expression_of(reading, node.left), expression_of(reading, node.right)
    return Binary(operator_of(node.op), left, right, reading.at(node), reading.end(node))


def _bool(reading: PythonReading, node: ast.BoolOp) -> Expression:
    sign = operator_of(node.op)
    found = expression_of(reading, node.values[0])
    for value in node.values[1:]:
        found = Binary(sign, found, expression_of(reading, value), reading.at(node), reading.end(value))
    return found


def _compare(reading: PythonReading, node: ast.Compare) -> Expression:
    """``a < b < c`` is ``a < b && b < c``."""
    operands = _all(reading, [node.left, *node.comparators])
    at = reading.at(node)
    found: Expression | None = None
    for number, operator in enumerate(node.ops):
        left, right = operands[number], operands[number + 1]
        one = Binary(operator_of(operator), left, right, left.at, right.end)
        found = one if found is None else Binary("&&", found, one, at, right.end)
    return found if found is not None else operands[0]


def _unary(reading: PythonReading, node: ast.UnaryOp) -> Expression:
    operand, sign = expression_of(reading, node.operand), operator_of(node.op)
    if sign == "-" and isinstance(operand, Literal) and isinstance(operand.value, int | float):
        return Literal(-operand.value, reading.at(node), reading.end(node))
    return Unary(sign, operand, reading.at(node), reading.end(node))


def _await(reading: PythonReading, node: ast.Await) -> Expression:
    return Await(expression_of(reading, node.value), reading.at(node), reading.end(node))


def _conditional(reading: PythonReading, node: ast.IfExp) -> Expression:
    test, yes, no = _all(reading, [node.test, node.body, node.orelse])
    return Conditional(test, yes, no, reading.at(node), reading.end(node))


def _walrus(reading: PythonReading, node: ast.NamedExpr) -> Expression:
    target = Name(node.target.id, reading.at(node.target), reading.end(node.target))
    return Assign(target, "=", expression_of(reading, node.value), reading.at(node), reading.end(node))


def _lambda(reading: PythonReading, node: ast.Lambda) -> Expression:
    at, end = reading.at(node), reading.end(node)
    body = expression_of(reading, node.body)
    inside = (Return(body, body.at, body.end),)
    function = Function(
        "", parameters_of(reading, node.args), inside, is_async=False, directives=(), decorators=(), at=at, end=end
    )
    return Lambda(function, at, end)


def _comprehension(
    reading: PythonReading, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
) -> Expression:
    """Sources and conditions in source order, then what is made of each item."""
    made = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    parts: list[ast.expr] = []
    for generator in node.generators:
        parts.extend([generator.iter, *generator.ifs])
    return Opaque(_all(reading, [*parts, *made]), reading.at(node), reading.end(node))


def pattern_of(reading: PythonReading, node: ast.expr) -> Pattern | None:
    """What an assignment binds; None for an attribute or an item, which bind nothing."""
    if isinstance(node, ast.Name):
        return Name(node.id, reading.at(node), reading.end(node))
    if isinstance(node, ast.Tuple | ast.List):
        items: list[Pattern | None] = []
        rest: str | None = None
        for item in node.elts:
            if isinstance(item, ast.Starred):
                rest = item.value.id if isinstance(item.value, ast.Name) else ""
            else:
                items.append(pattern_of(reading, item))
        return SequencePattern(tuple(items), rest, reading.at(node), reading.end(node))
    return None


def parameters_of(reading: PythonReading, given: ast.arguments) -> tuple[Parameter, ...]:
    """The parameters of a function; keyword-only ones are one record pattern after the others, as their values come in one record."""
    found: list[Parameter] = []
    plain = [*given.posonlyargs, *given.args]
    missing = len(plain) - len(given.defaults)
    for number, argument in enumerate(plain):
        default = given.defaults[number - missing] if number >= missing else None
        found.append(_parameter(reading, argument, default, is_rest=False))
    if given.vararg is not None:
        found.append(_parameter(reading, given.vararg, None, is_rest=True))
    for argument, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        found.append(_parameter(reading, argument, default, is_rest=False))
    if given.kwarg is not None:
        named = _parameter(reading, given.kwarg, None, is_rest=True)
        found.append(named._replace(annotation=f"**{named.annotation}"))
    return tuple(found)


def _parameter(reading: PythonReading, node: ast.arg, default: ast.expr | None, *, is_rest: bool) -> Parameter:
    name = Name(node.arg, reading.at(node), reading.at(node) + len(node.arg.encode()))
    read = expression_of(reading, default) if default is not None else None
    return Parameter(name, read, annotation_of(reading, node.annotation), is_rest)


def annotation_of(reading: PythonReading, node: ast.expr | None) -> str:
    """The declared type as written, on one line, at most 200 characters."""
    if node is None:
        return ""
    text = reading.source[reading.at(node) : reading.end(node)].decode("utf-8", "replace")
    return " ".join(text.split())[:_LONGEST_ANNOTATION]


_READERS: Final[
    dict[type[ast.expr], Callable[[PythonReading, ast.expr], Expression]]
] = {  # each takes its own kind of node
    ast.Constant: _constant,  # type: ignore[dict-item]
    ast.Name: _name,  # type: ignore[dict-item]
    ast.Attribute: _attribute,  # type: ignore[dict-item]
    ast.Subscript: _subscript,  # type: ignore[dict-item]
    ast.Call: _call,  # type: ignore[dict-item]
    ast.JoinedStr: _joined,  # type: ignore[dict-item]
    ast.Dict: _dict,  # type: ignore[dict-item]
    ast.List: _items,  # type: ignore[dict-item]
    ast.Tuple: _items,  # type: ignore[dict-item]
    ast.Set: _items,  # type: ignore[dict-item]
    ast.Starred: _starred,  # type: ignore[dict-item]
    ast.BinOp: _binary,  # type: ignore[dict-item]
    ast.BoolOp: _bool,  # type: ignore[dict-item]
    ast.Compare: _compare,  # type: ignore[dict-item]
    ast.UnaryOp: _unary,  # type: ignore[dict-item]
    ast.Await: _await,  # type: ignore[dict-item]
    ast.IfExp: _conditional,  # type: ignore[dict-item]
    ast.NamedExpr: _walrus,  # type: ignore[dict-item]
    ast.Lambda: _lambda,  # type: ignore[dict-item]
    ast.ListComp: _comprehension,  # type: ignore[dict-item]
    ast.SetComp: _comprehension,  # type: ignore[dict-item]
    ast.GeneratorExp: _comprehension,  # type: ignore[dict-item]
    ast.DictComp: _comprehension,  # type: ignore[dict-item]
}
