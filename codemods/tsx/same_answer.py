"""Gives "not yours" the same answer as "not there": a different one tells that the row exists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.guard import exits
from codemods.tsx.tree import around, field, function_at, own_nodes, parse, text


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target

SAYS = "A different answer for a row of somebody else tells that it exists."


def edit(source: bytes, target: Target) -> Answer:
    """Replace the branch for "not yours" by the branch for "not there"."""
    root = parse(source, target.path)
    function = function_at(root, target.function) or around(root, target.at)
    checks = [one for one in own_nodes(function) if one.type == "if_statement" and _ends(one)]
    for one in checks:
        row = _compared_row(one)
        if row is None:
            continue
        missing = next(
            (each for each in checks if re.search(rf"!\s*{re.escape(row)}\b(?!\.)", text(field(each, "condition")))),
            None,
        )
        wanted, found = field(missing, "consequence"), field(one, "consequence")
        if missing is None or missing.id == one.id or wanted is None or found is None:
            continue
        if text(wanted) == text(found):
            return Edits(())
        return Edits((Hunk(at=found.start_byte, end=found.end_byte, text=text(wanted), says=SAYS),))
    return Refusal(
        "No pair of answers was found to make alike: answer a foreign row and a missing row with the same 404."
    )


def _ends(check: Node) -> bool:
    inside = field(check, "consequence")
    return inside is not None and exits(inside)


def _compared_row(check: Node) -> str | None:
    found = re.search(r"\b(\w+)[?!]?\.\w*(?:[iI]d|_id|owner|tenant)\w*\s*!==?\s*", text(field(check, "condition")))
    return found[1] if found else None
