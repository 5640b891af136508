"""Exports a function of a module, so that another module can ask it.

Facts: ``name``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.tree import field, parse, text


if TYPE_CHECKING:
    from codemods.target import Answer, Target

SAYS = "The check is asked from another module too."


def edit(source: bytes, target: Target) -> Answer:
    """Put ``export`` before its declaration; no edit when it is there."""
    root = parse(source, target.path)
    name = target.facts.get("name", "")
    for one in root.named_children:
        shown = field(one, "declaration") or one
        held = shown.named_children[0] if shown.type == "lexical_declaration" and shown.named_children else shown
        if text(field(held, "name")) == name and name:
            if one.type == "export_statement":
                return Edits(())
            return Edits((Hunk(at=one.start_byte, end=one.start_byte, text="export ", says=SAYS),))
    return Refusal(f"`{name}` could not be found in {target.path}: export it, and ask it here.")
