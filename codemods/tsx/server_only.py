"""Makes the build fail when a module that must stay on the server is imported by browser code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.target import Edits
from codemods.tsx.imports import first_import
from codemods.tsx.insert import is_directive
from codemods.tsx.style import line_end, line_start, style_of
from codemods.tsx.tree import field, parse, string


if TYPE_CHECKING:
    from codemods.target import Answer, Target


def edit(source: bytes, target: Target) -> Answer:
    """``import "server-only"`` before the first import, below directives; no edit when it is there."""
    root = parse(source, target.path)
    style = style_of(root, source)
    for one in root.named_children:
        if one.type == "import_statement" and string(field(one, "source")) == "server-only":
            return Edits(())
        if is_directive(one) and string(one.named_children[0]) == "use server":
            return Edits(())
    found = first_import(root)
    line = f"import {style.quoted('server-only')}{style.semicolon}{style.eol}"
    if found is not None:
        at = line_start(source, found.start_byte)
        line += style.eol if source[line_end(source, found.end_byte) :][:1] in b"\r\n" else ""
    else:
        first = next(
            (
                one
                for one in root.named_children
                if one.type not in {"comment", "hash_bang_line"} and not is_directive(one)
            ),
            None,
        )
        at = line_start(source, first.start_byte) if first is not None else len(source)
        line += style.eol
    return Edits((Hunk(at=at, end=at, text=line, says="Browser code that imports this module no longer builds."),))
