"""A Python file as a concrete syntax tree: what a transformer changed, told as hunks of the first text."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from assistant.text.edits import OverlapError, apply_hunks


if TYPE_CHECKING:
    from collections.abc import Sequence

    import libcst as cst


def still_parses(source: bytes, path: str, hunks: Sequence[Hunk]) -> bool:
    """True when the edited file is Python."""
    try:
        compile(apply_hunks(source, hunks), path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, OverlapError):
        return False
    return True


def parse(source: bytes) -> cst.Module | None:
    """The module; None when it is not Python."""
    import libcst as cst

    try:
        return cst.parse_module(source)
    except (cst.ParserSyntaxError, UnicodeDecodeError):
        return None


def hunks_between(source: bytes, after: str, says: str) -> tuple[Hunk, ...]:
    """Line by line what changed; lines of imports only serve the rest."""
    before = source.decode().splitlines(keepends=True)
    lines = after.splitlines(keepends=True)
    starts = [0]
    for line in before:
        starts.append(starts[-1] + len(line.encode()))
    out = []
    for tag, one, two, three, four in SequenceMatcher(None, before, lines, autojunk=False).get_opcodes():
        if tag != "equal":
            text = "".join(lines[three:four])
            supports = all(line.startswith(("from ", "import ")) or not line.strip() for line in lines[three:four])
            out.append(Hunk(at=starts[one], end=starts[two], text=text, says=says, supports=supports and four > three))
    return tuple(out)


def line_of(source: bytes, at: int) -> int:
    """1-based line of a byte."""
    return source.count(b"\n", 0, at) + 1


def calls_between(module: cst.Module, lines: tuple[int, int]) -> list[tuple[str, cst.Call]]:
    """Calls on some lines with the name that each calls, those that end first before those around them."""
    import libcst as cst
    from libcst.metadata import MetadataWrapper, PositionProvider

    found = []
    for node, place in MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider).items():
        if isinstance(node, cst.Call) and lines[0] <= place.start.line and place.end.line <= lines[1]:
            name = node.func.attr.value if isinstance(node.func, cst.Attribute) else getattr(node.func, "value", "")
            found.append((place.end.line, place.end.column, str(name), node))
    return [(name, node) for _, _, name, node in sorted(found, key=lambda one: one[:2])]


def function_on(module: cst.Module, line: int) -> cst.FunctionDef | None:
    """The outermost function around a line, its decorators included."""
    import libcst as cst
    from libcst.metadata import MetadataWrapper, PositionProvider

    positions = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    for node, place in positions.items():
        if isinstance(node, cst.FunctionDef):
            first = min([place.start.line, *(positions[one].start.line for one in node.decorators)])
            if first <= line <= place.end.line:
                return node
    return None


def class_at(module: cst.Module, line: int) -> cst.ClassDef | None:
    """The innermost class around a line."""
    import libcst as cst
    from libcst.metadata import MetadataWrapper, PositionProvider

    positions = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    around = [
        (place.start.line, node)
        for node, place in positions.items()
        if isinstance(node, cst.ClassDef) and place.start.line <= line <= place.end.line
    ]
    return max(around, key=lambda one: one[0])[1] if around else None


def with_import(module: cst.Module, source: str, name: str) -> cst.Module:
    """``from source import name`` merged into an import of the same module, or put after the last import; never twice."""
    import libcst as cst

    last = -1
    for number, statement in enumerate(module.body):
        if not isinstance(statement, cst.SimpleStatementLine):
            continue
        for small in statement.body:
            if isinstance(small, cst.Import | cst.ImportFrom):
                last = number
            if isinstance(small, cst.ImportFrom) and not isinstance(small.names, cst.ImportStar):
                said = "." * len(small.relative) + (cst.Module([]).code_for_node(small.module) if small.module else "")
                if said != source:
                    continue
                if any(cst.Module([]).code_for_node(alias.name) == name for alias in small.names):
                    return module
                names = [alias.with_changes(comma=cst.MaybeSentinel.DEFAULT) for alias in small.names]
                merged = small.with_changes(names=[*names, cst.ImportAlias(name=cst.Name(name))])
                return module.with_deep_changes(small, names=merged.names)
    line = cst.parse_statement(f"from {source} import {name}\n", config=module.config_for_parsing)
    return module.with_changes(body=[*module.body[: last + 1], line, *module.body[last + 1 :]])
