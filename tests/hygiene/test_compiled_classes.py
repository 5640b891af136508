"""Compiled code looks the types of a named tuple's fields up when the class is made: a class that only type checkers import broke every scan of a compiled stanch."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from typing import Any

import pytest

import hatch_build


ROOT = Path(__file__).parents[2]
COMPILED = sorted(path for pattern in hatch_build.MODULES for path in (ROOT / hatch_build.CODE).glob(pattern))


def _only_checked(tree: ast.Module) -> dict[str, str]:
    """Names that stand below ``if TYPE_CHECKING``, with the modules that they come from."""
    blocks = [one for one in tree.body if isinstance(one, ast.If) and ast.unparse(one.test) == "TYPE_CHECKING"]
    imports = [one for block in blocks for one in block.body if isinstance(one, ast.ImportFrom)]
    return {alias.asname or alias.name: one.module or "" for one in imports for alias in one.names}


def _is_looked_up(name: str, module: str) -> bool:
    """A class; an alias is not one, and classes of modules that are compiled together are known without a look."""
    path = ROOT / (module.replace(".", "/") + ".py")
    meant = getattr(importlib.import_module(module), name)
    return path not in COMPILED and isinstance(meant, type) and meant is not Any


def missing_types(source: str) -> list[str]:
    """Fields of named tuples whose types are not there at run time."""
    tree = ast.parse(source)
    absent = _only_checked(tree)
    classes = [
        one
        for one in ast.walk(tree)
        if isinstance(one, ast.ClassDef) and any(ast.unparse(base) == "NamedTuple" for base in one.bases)
    ]
    fields = [(one.name, field) for one in classes for field in one.body if isinstance(field, ast.AnnAssign)]
    return [
        f"{name}.{ast.unparse(field.target)}: {field.annotation.id}"
        for name, field in fields
        if isinstance(field.annotation, ast.Name)
        and field.annotation.id in absent
        and _is_looked_up(field.annotation.id, absent[field.annotation.id])
    ]


@pytest.mark.parametrize("path", COMPILED, ids=lambda path: str(path.relative_to(ROOT)))
def test_types_of_fields_are_there(path: Path) -> None:
    assert missing_types(path.read_text(encoding="utf-8")) == []


def test_one_that_is_not_there_is_seen() -> None:
    source = """
from typing import TYPE_CHECKING, NamedTuple
if TYPE_CHECKING:
    from assistant.domain.facts import Place
class A(NamedTuple):
    at: Place
    ats: tuple[Place, ...]
    n: int
"""
    assert missing_types(source) == ["A.at: Place"]
