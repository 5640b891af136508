"""Statements put into a body: at its top, before a statement or after one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.imports import add_imports
from codemods.tsx.style import indent_at, line_end, line_start
from codemods.tsx.tree import statements, string


if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from codemods.target import Answer, Needed
    from codemods.tsx.style import Style


def at_top(source: bytes, style: Style, block: Node, lines: str, says: str) -> Hunk:
    """Before the first statement of a body, below its directives; an empty body is opened."""
    inside = [one for one in statements(block) if not is_directive(one)]
    directives = [one for one in statements(block) if is_directive(one)]
    if directives:
        return after(source, style, directives[-1], lines, says)
    outer = indent_at(source, block.start_byte)
    if not inside or inside[0].start_point.row == block.start_point.row:
        first = block.start_byte + 1
        body = style.written(lines, outer + style.indent)
        rest = "" if inside else style.eol + outer
        gap = style.eol + outer + style.indent if inside else rest
        end = inside[0].start_byte if inside else block.end_byte - 1
        return Hunk(at=first, end=end, text=style.eol + body + gap, says=says)
    first_node = next((one for one in block.named_children), inside[0])
    at = line_start(source, first_node.start_byte)
    if first_node.start_point.row == block.start_point.row:
        at = line_start(source, inside[0].start_byte)
    indent = indent_at(source, inside[0].start_byte)
    return Hunk(at=at, end=at, text=style.written(lines, indent) + style.eol, says=says)


def is_directive(statement: Node) -> bool:
    """``"use server"``."""
    if statement.type != "expression_statement" or not statement.named_children:
        return False
    return (string(statement.named_children[0]) or "").startswith("use ")


def before(source: bytes, style: Style, statement: Node, lines: str, says: str) -> Hunk:
    """On lines of their own before a statement."""
    at = line_start(source, statement.start_byte)
    if source[at : statement.start_byte].strip():
        at = statement.start_byte
        indent = indent_at(source, at)
        return Hunk(at=at, end=at, text=style.written(lines, indent).lstrip() + style.eol + indent, says=says)
    indent = indent_at(source, statement.start_byte)
    return Hunk(at=at, end=at, text=style.written(lines, indent) + style.eol, says=says)


def after(source: bytes, style: Style, statement: Node, lines: str, says: str) -> Hunk:
    """On lines of their own after a statement."""
    indent = indent_at(source, statement.start_byte)
    at = line_end(source, statement.end_byte)
    body = style.written(lines, indent)
    if source[statement.end_byte : at].strip() and not source[statement.end_byte : at].lstrip().startswith(b"//"):
        end = statement.end_byte
        return Hunk(at=end, end=end, text=style.eol + body + style.eol + indent, says=says)
    if not source[:at].endswith(b"\n"):
        return Hunk(at=at, end=at, text=style.eol + body, says=says)
    return Hunk(at=at, end=at, text=body + style.eol, says=says)


def with_imports(root: Node, source: bytes, style: Style, hunks: Iterable[Hunk], needs: Iterable[Needed]) -> Answer:
    """The hunks and the imports they need, or a refusal when a name is taken."""
    needs = tuple(needs)
    imports = add_imports(root, source, style, needs)
    if imports is None:
        names = ", ".join(need.bound for need in needs)
        return Refusal(
            f"A name the patch needs ({names}) already means something else in this file: add the check by hand."
        )
    return Edits(tuple(sorted((*imports, *hunks), key=lambda hunk: (hunk.at, hunk.end))))
