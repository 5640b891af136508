"""Imports and exports of TypeScript, and those of CommonJS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.collect.code.read_typescript_functions import class_of, decorator_of
from assistant.collect.code.read_typescript_patterns import bound_names
from assistant.collect.code.read_typescript_text import string_of
from assistant.domain.syntax import (
    Assign,
    Attribute,
    Declare,
    Define,
    DefineClass,
    Do,
    Export,
    Field,
    Import,
    Lambda,
    Literal,
    Name,
    Record,
    Unary,
)


if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

    from assistant.collect.code.read_typescript_state import Reading, StatementReader
    from assistant.domain.syntax import Expression, Statement


def _import(reading: Reading, node: Node, _into: list[Statement]) -> None:
    is_type = any(child.type == "type" for child in node.children[1:2])
    source = _source(reading, node)
    at = node.start_byte
    clauses = 0
    for clause in reading.named(node):
        kind = reading.kind(clause)
        if kind == "import_require_clause":
            local = reading.named(clause)[0]
            reading.imports.append(Import(reading.text(local), _source(reading, clause), "*", is_type, at))
            return
        if kind == "import_clause":
            clauses += 1
            _clause(reading, clause, source, is_type=is_type, at=at)
    if not clauses and source:
        reading.imports.append(Import("", source, "", type_only=False, at=at))


def _clause(reading: Reading, clause: Node, source: str, *, is_type: bool, at: int) -> None:
    for part in reading.named(clause):
        kind = reading.kind(part)
        if kind == "identifier":
            reading.imports.append(Import(reading.text(part), source, "default", is_type, at))
        elif kind == "namespace_import":
            inner = reading.named(part)
            if inner:
                reading.imports.append(Import(reading.text(inner[0]), source, "*", is_type, at))
        elif kind == "named_imports":
            for item in reading.named(part):
                name, alias = item.child_by_field_name("name"), item.child_by_field_name("alias")
                if name is not None:
                    only = is_type or item.children[0].type in {"type", "typeof"}
                    exported = _exported(reading, name)
                    local = reading.text(alias) if alias is not None else exported
                    reading.imports.append(Import(local, source, exported, only, at))


def _source(reading: Reading, node: Node) -> str:
    source = node.child_by_field_name("source")
    return string_of(reading, source) if source is not None else ""


def _exported(reading: Reading, node: Node) -> str:
    return string_of(reading, node) if reading.kind(node) == "string" else reading.text(node)


def _export(reading: Reading, node: Node, into: list[Statement]) -> None:
    words = {child.type for child in node.children[1:4]}
    source, at = _source(reading, node), node.start_byte
    declaration, value = node.child_by_field_name("declaration"), node.child_by_field_name("value")
    if declaration is not None:
        _declared(reading, node, declaration, into, is_default="default" in words)
    elif value is not None:
        _default(reading, value, node, into)
    elif "=" in words:
        inner = reading.named(node)
        if inner:
            _default(reading, inner[0], node, into)
    else:
        _listed(reading, node, source, is_type=_masked_type(reading, node) or "type" in words, at=at)


def _masked_type(reading: Reading, node: Node) -> bool:
    """``export type *``, whose word ``type`` the mask has blanked for the grammar."""
    return reading.source[node.start_byte : node.start_byte + 60].split()[1:2] == [b"type"]


def _listed(reading: Reading, node: Node, source: str, *, is_type: bool, at: int) -> None:
    for child in node.children:
        kind = reading.kind(child)
        if kind == "*":
            reading.exports.append(Export("*", "*", source, is_type, at))
        elif kind == "namespace_export":
            inner = reading.named(child)
            if inner:
                reading.exports.append(Export(_exported(reading, inner[0]), "*", source, is_type, at))
        elif kind == "export_clause":
            for item in reading.named(child):
                name, alias = item.child_by_field_name("name"), item.child_by_field_name("alias")
                if name is not None:
                    local = _exported(reading, name)
                    public = _exported(reading, alias) if alias is not None else local
                    only = is_type or item.children[0].type == "type"
                    reading.exports.append(Export(public, local, source, only, item.start_byte))


def _declared(reading: Reading, node: Node, declaration: Node, into: list[Statement], *, is_default: bool) -> None:
    before, at = len(into), node.start_byte
    kind = reading.kind(declaration)
    decorators = tuple(decorator_of(reading, child) for child in node.children_by_field_name("decorator"))
    if decorators and kind in {"class_declaration", "abstract_class_declaration"}:
        klass = class_of(reading, declaration, "", decorators)
        into.append(DefineClass(klass, declaration.start_byte, declaration.end_byte))
    else:
        imported = len(reading.imports)
        reading.statement(declaration, into)
        alone = len(into) == before and kind in {"lexical_declaration", "variable_declaration"}
        for item in reading.imports[imported:] if alone else ():  # export const { a } = require("y")
            reading.exports.append(Export(item.local, item.local, "", type_only=False, at=at))
    for statement in into[before:]:
        for name in _bound(statement):
            reading.exports.append(Export("default" if is_default else name, name, "", type_only=False, at=at))
    own = declaration.child_by_field_name("name")
    if len(into) == before and own is not None and kind in {"interface_declaration", "type_alias_declaration"}:
        name = reading.text(own)
        reading.exports.append(Export("default" if is_default else name, name, "", type_only=True, at=at))


def _bound(statement: Statement) -> list[str]:
    if isinstance(statement, Declare):
        return [name.id for name in bound_names(statement.pattern)]
    if isinstance(statement, Define):
        return [statement.function.name]
    return [statement.klass.name] if isinstance(statement, DefineClass) else []


def _default(reading: Reading, value: Node, node: Node, into: list[Statement]) -> None:
    """``export default <expression>``: a name is exported under ``default``, anything else is declared so."""
    at = node.start_byte
    if reading.kind(value) == "class":
        klass = class_of(reading, value, "")
        klass = klass if klass.name else klass._replace(name="default")
        into.append(DefineClass(klass, value.start_byte, value.end_byte))
        reading.exports.append(Export("default", klass.name, "", type_only=False, at=at))
        return
    found = reading.expression(value, "default")
    if isinstance(found, Lambda) and found.function.name != "default":
        into.append(Define(found.function, found.at, found.end))
        reading.exports.append(Export("default", found.function.name, "", type_only=False, at=at))
        return
    _default_value(reading, found, (at, node.end_byte), into)


def _default_value(reading: Reading, found: Expression, span: tuple[int, int], into: list[Statement]) -> None:
    local, (at, end) = "default", span
    if isinstance(found, Name):
        local = found.id
    else:
        into.append(Declare(Name("default", at, at), found, "", at, end))
    reading.exports.append(Export("default", local, "", type_only=False, at=at))


def exports_by_assignment(reading: Reading, statement: Statement, into: list[Statement]) -> bool:
    """Read ``module.exports = …``, ``exports.x = …`` and ``module.exports.x = …`` of the top of a file; False for anything else."""
    if not isinstance(statement, Do) or not isinstance(statement.expression, Assign):
        return False
    places: list[Attribute] = []
    value: Expression = statement.expression
    while isinstance(value, Assign) and value.operator == "=":  # exports = module.exports = x
        if isinstance(value.target, Attribute) and (_is_exports(value.target) or _is_exports(value.target.of)):
            places.append(value.target)
        value = value.value
    span = (statement.at, statement.end)
    for place in places:
        if _is_exports(place):
            _whole(reading, span, value, into)
        elif not isinstance(value, Unary):  # exports.x = void 0, as compilers write it
            _single(reading, span, place.name, value, into)
            value = Name(reading.exports[-1].local, value.at, value.end)
    return bool(places)


def _is_exports(of: Expression) -> bool:
    if isinstance(of, Attribute):
        return of.name == "exports" and isinstance(of.of, Name) and of.of.id == "module"
    return isinstance(of, Name) and of.id == "exports"


def _single(reading: Reading, span: tuple[int, int], public: str, value: Expression, into: list[Statement]) -> None:
    local, (at, end) = public, span
    if isinstance(value, Name):
        local = value.id
    else:
        taken = {name for statement in into for name in _bound(statement)} | {item.local for item in reading.imports}
        local = f"exports.{public}" if public in taken else public
        into.append(Declare(Name(local, at, at), value, "", at, end))
    reading.exports.append(Export(public, local, "", type_only=False, at=at))


def _whole(reading: Reading, span: tuple[int, int], value: Expression, into: list[Statement]) -> None:
    """Functions and calls of an exported object are declared under their own names; the object then names them."""
    if isinstance(value, Record):
        entries: list[Field] = []
        for entry in value.entries:
            if entry.key is None or isinstance(entry.value, Literal):
                entries.append(entry)
                continue
            _single(reading, span, entry.key, entry.value, into)
            local = reading.exports[-1].local
            entries.append(Field(entry.key, Name(local, entry.value.at, entry.value.end), spread=False))
        value = Record(tuple(entries), value.at, value.end)
    _default_value(reading, value, span, into)


def _alias(reading: Reading, node: Node, into: list[Statement]) -> None:
    """``import x = A.B``."""
    inner = reading.named(node)
    if len(inner) == 2:  # noqa: PLR2004 - the name and what it stands for
        name = Name(reading.text(inner[0]), inner[0].start_byte, inner[0].end_byte)
        into.append(Declare(name, reading.expression(inner[1]), "", node.start_byte, node.end_byte))


MODULES: Final[Mapping[str, StatementReader]] = {
    "import_statement": _import,
    "export_statement": _export,
    "import_alias": _alias,
}
