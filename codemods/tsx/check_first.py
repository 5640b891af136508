"""Moves a write behind the check that follows it: what refuses a stranger has to run before anything is kept.

The write moves with its comments, down to behind the ``if`` that ends the handler. Refused when the check, or anything between, uses what
the write gives, and when the check is not a statement of the same block.

Facts: none. ``Target.at`` is the call that writes; the check is the first ``if`` behind it that looks at a read of rows and ends the handler.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.guard import exits
from codemods.tsx.style import line_end, line_start, style_of
from codemods.tsx.tree import around, field, parse, statement_of, text, walk


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target

SAYS = "What refuses a stranger runs before anything is written."
_FAR = 4
_BY_HAND = "The check runs after the write: move it, and what it needs, before the write."


def edit(source: bytes, target: Target) -> Answer:
    """Cut the write, and put it behind the check."""
    root = parse(source, target.path)
    if target.at[1] <= target.at[0]:
        return Refusal(_BY_HAND)
    write = statement_of(around(root, target.at))
    if write.parent is None or write.type not in {"expression_statement", "lexical_declaration"}:
        return Refusal(_BY_HAND)
    siblings = [one for one in write.parent.named_children if one.type != "comment"]
    later = [one for one in siblings if one.start_byte >= write.end_byte][:_FAR]
    check = _check(later)
    if check is None:
        earlier = [one for one in siblings if one.end_byte <= write.start_byte]
        return Edits(()) if _check(earlier) is not None else Refusal(_BY_HAND)
    made = {text(one) for one in walk(field(write, "name") or write) if one.type == "identifier"} & _declared(write)
    between = [one for one in later if one.end_byte <= check.end_byte]
    used = {text(one) for each in between for one in walk(each) if one.type == "identifier"}
    if made & used or any(re.search(r"\b(return|throw)\b", text(one)) for one in between if one != check):
        return Refusal("What the write gives is used before the check ends: move the check before the write by hand.")
    first = write
    while (
        first.prev_named_sibling is not None
        and first.prev_named_sibling.type == "comment"
        and first.prev_named_sibling.end_point.row >= first.start_point.row - 1
        and first.prev_named_sibling.start_point.row > _row_of_code(first.prev_named_sibling)
    ):
        first = first.prev_named_sibling
    start, end = line_start(source, first.start_byte), line_end(source, write.end_byte)
    moved = source[start:end].decode()
    style = style_of(root, source)
    gap = end
    if source[end : line_end(source, end)].strip() == b"":
        gap = line_end(source, end)
    at = line_end(source, check.end_byte)
    return Edits(
        (
            Hunk(at=start, end=gap, text="", says=SAYS),
            Hunk(at=at, end=at, text=f"{style.eol}{moved}", says=SAYS),
        )
    )


def _row_of_code(comment: Node) -> int:
    """Last line of the code before a comment, so that a comment at the end of a line stays there."""
    before = comment.prev_named_sibling
    return before.end_point.row if before is not None else -1


def _check(statements: list[Node]) -> Node | None:
    """The first ``if`` that ends the handler for a row that is missing, and the read before it."""
    read: set[str] = set()
    for one in statements:
        if one.type in {"lexical_declaration", "variable_declaration"} and "await" in text(one):
            read |= _declared(one)
        inside = field(one, "consequence")
        if one.type != "if_statement" or inside is None or not exits(inside):
            continue
        tested = {text(each) for each in walk(field(one, "condition") or one) if each.type == "identifier"}
        if tested & read:
            return one
    return None


def _declared(statement: Node) -> set[str]:
    out: set[str] = set()
    for one in statement.named_children:
        if one.type == "variable_declarator":
            names = field(one, "name")
            out |= {
                text(each)
                for each in (walk(names) if names is not None else ())
                if each.type in {"identifier", "shorthand_property_identifier_pattern"}
            }
    return out
