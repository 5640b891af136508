"""Asks for a role behind the session check, in the words another handler of the repository uses.

Facts: ``lines`` (model text), ``uses`` (names that must be known here, comma separated), ``lender`` (whose check it is), ``kind``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.target import Edits, Refusal
from codemods.tsx.guard import identity
from codemods.tsx.insert import after, at_top, before, with_imports
from codemods.tsx.scope import names_before
from codemods.tsx.style import style_of
from codemods.tsx.tree import around, block_of, field, function_at, parse, statement_of, statements, text


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target

SAYS = "Everybody who is signed in may do this: only some should."


def edit(source: bytes, target: Target) -> Answer:
    """Insert the check where everything it names is known, before the first thing it protects."""
    root = parse(source, target.path)
    function = function_at(root, target.function)
    block = block_of(function)
    lines = target.facts.get("lines", "")
    if function is None or block is None or not lines:
        return Refusal("The handler could not be found in this file: check the role by hand.")
    if _flat(lines) in _flat(text(block)):
        return Edits(())
    uses = {name for name in target.facts.get("uses", "").split(",") if name}
    style = style_of(root, source)
    place = _place(root, block, target, uses)
    if place is None:
        where = target.facts.get("lender", "") or "another handler"
        return Refusal(
            f"How {where} asks for the role does not fit here (it needs {', '.join(sorted(uses))}): "
            "say which roles may do this, and refuse the others right after the session."
        )
    statement, behind = place
    if statement is None:
        hunk = at_top(source, style, block, lines, SAYS)
    else:
        hunk = after(source, style, statement, lines, SAYS) if behind else before(source, style, statement, lines, SAYS)
    return with_imports(root, source, style, [hunk], target.needs)


def _place(root: Node, block: Node, target: Target, uses: set[str]) -> tuple[Node | None, bool] | None:
    """Behind the session check, or right before the query."""
    asked = identity(block)
    inside = statements(block)
    if not uses:
        return (asked[0], True) if asked is not None else (None, True)
    first = next((one for one in inside if uses <= names_before(one)), None)
    if first is not None and asked is not None and first.start_byte <= asked[0].end_byte:
        first = None
    if first is not None:
        test = text(field(first, "condition"))
        if (
            first.type == "if_statement"
            and asked is not None
            and re.search(rf"\b{re.escape(re.split('[?.]', asked[1])[0])}\b", test)
        ):
            return first, True
        return first, False
    if target.at[1] > target.at[0]:
        late = statement_of(around(root, target.at))
        return (late, False) if uses <= names_before(late) else None
    return None


def _flat(words: str) -> str:
    return re.sub(r"[\s\"';]", "", words)
