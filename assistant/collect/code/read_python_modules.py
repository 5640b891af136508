"""Imports of Python, and what a module offers to others: every name bound at its top."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from assistant.collect.code.read_typescript_patterns import bound_names
from assistant.domain.syntax import Declare, Define, DefineClass, Export, If, Import, Try


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.collect.code.read_python_state import PythonReading
    from assistant.domain.syntax import Statement


def read_import(reading: PythonReading, node: ast.Import | ast.ImportFrom) -> None:
    """Note what an import binds; ``import a.b`` binds ``a``, and ``a.b`` is loaded too."""
    at = reading.at(node)
    if isinstance(node, ast.Import):
        for alias in node.names:
            top = alias.name.partition(".")[0]
            reading.imports.append(
                Import(alias.asname or top, alias.name if alias.asname else top, "*", type_only=False, at=at)
            )
            if alias.name != top and not alias.asname:
                reading.lazy.append(alias.name)
        return
    source = "." * node.level + (node.module or "")
    for alias in node.names:
        local = "" if alias.name == "*" else alias.asname or alias.name
        reading.imports.append(Import(local, source, alias.name, type_only=False, at=at))


def export_of_names(tree: ast.Module, body: Sequence[Statement], imports: Sequence[Import]) -> tuple[Export, ...]:
    """What ``from module import name`` finds: names bound at the top, those imported there, and stars handed on."""
    found: dict[str, Export] = {}
    for name, at in _bound(body):
        found.setdefault(name, Export(name, name, "", type_only=False, at=at))
    top = {alias.asname or alias.name.partition(".")[0] for node in _imports(tree.body) for alias in node.names}
    stars: list[Export] = []
    for item in imports:
        if item.name == "*" and not item.local:
            stars.append(Export("*", "*", item.source, type_only=False, at=item.at))
        elif item.local in top:
            found.setdefault(item.local, Export(item.local, item.name, item.source, type_only=False, at=item.at))
    return (*found.values(), *stars)


def _imports(nodes: Sequence[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If | ast.Try):
            yield from _imports(node.body)
            yield from _imports(node.orelse)


def _bound(body: Sequence[Statement]) -> Iterator[tuple[str, int]]:
    for statement in body:
        if isinstance(statement, Declare):
            yield from ((name.id, statement.at) for name in bound_names(statement.pattern))
        elif isinstance(statement, Define):
            yield statement.function.name, statement.at
        elif isinstance(statement, DefineClass):
            yield statement.klass.name, statement.at
        elif isinstance(statement, If):
            yield from _bound((*statement.then, *statement.otherwise))
        elif isinstance(statement, Try):
            yield from _bound((*statement.body, *statement.handler))
