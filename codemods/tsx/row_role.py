"""Asks for a role on the membership row that a handler has read already.

Facts: ``column`` (of the role), ``roles`` (values that may, comma separated), ``kind``. The fetch of the row stands at ``Target.at``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.target import Edits, Refusal
from codemods.tsx.answers import answer
from codemods.tsx.compare import read_into
from codemods.tsx.guard import exits
from codemods.tsx.insert import after, with_imports
from codemods.tsx.layout import add_entry
from codemods.tsx.style import style_of
from codemods.tsx.tree import (
    arguments,
    around,
    chain_around,
    enclosing_function,
    field,
    links,
    pairs,
    parse,
    plain,
    statement_of,
    text,
    walk,
)


if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.domain.fixes import Hunk
    from codemods.target import Answer, Target
    from codemods.tsx.style import Style

SAYS = "Every member may do this: only some should."


def edit(source: bytes, target: Target) -> Answer:
    """Put the check behind the one for a missing row."""
    root = parse(source, target.path)
    column = target.facts.get("column", "role")
    roles = [one for one in target.facts.get("roles", "").split(",") if one]
    if target.at[1] <= target.at[0] or not roles:
        return Refusal(
            "Which roles may do this is not known: name them, and check them on the membership that is read here."
        )
    node = around(root, target.at)
    statement = statement_of(node)
    row, function = read_into(statement, node), enclosing_function(node)
    if row is None or function is None or statement.parent is None:
        return Refusal("The membership that is read here has no name: give it one, and check its role.")
    siblings = [one for one in statement.parent.named_children if one.start_byte >= statement.end_byte]
    if any(re.search(rf"\b{re.escape(row)}[?!]?\.{re.escape(column)}\s*(!==|!=)", text(one)) for one in siblings):
        return Edits(())
    last, missing = statement, False
    for one in siblings[:3]:
        inside = field(one, "consequence")
        if (
            one.type == "if_statement"
            and inside is not None
            and exits(inside)
            and re.search(rf"!\s*{re.escape(row)}\b", text(field(one, "condition")))
        ):
            last, missing = one, True
    style = style_of(root, source)
    dot = "." if missing else "?."
    value = f"{row}{dot}{column}"
    test = f'{value} !== "{roles[0]}"'
    if len(roles) > 1:
        listed = ", ".join(f'"{one}"' for one in roles)
        test = f"!{row} || ![{listed}].includes({row}.{column})"
    no = answer(root, function, target.facts.get("kind", "route"), 403)
    check = after(source, style, last, f"if ({test}) {{\n  {no.lines}\n}}", SAYS)
    return with_imports(root, source, style, [*_selected(source, style, node, column), check], no.needs)


def _selected(source: bytes, style: Style, node: Node, column: str) -> list[Hunk]:
    """A fetch that lists its columns lists the role too."""
    call = chain_around(next((one for one in walk(statement_of(node)) if one.type == "call_expression"), node))
    given = arguments(links(call)[-1][1]) if links(call) else []
    record = plain(given[0]) if given else None
    select = pairs(record).get("select") if record is not None and record.type == "object" else None
    if select is None or column in pairs(select):
        return []
    return add_entry(source, style, select, f"{column}: true", SAYS)
