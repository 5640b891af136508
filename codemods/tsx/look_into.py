"""Looks into a list that was only asked whether it is there: ``if (!rows)`` becomes ``if (!rows?.length)``.

An empty list is true, so the check let everybody through. Facts: none. ``Target.at`` is the line of the check.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.tree import around, enclosing_function, field, parse, statement_of, text, walk


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target

SAYS = "An empty list is there, too: how many rows were found is what counts."
_LISTS: Final = re.compile(r"\.(?:findMany|select|query|find|aggregate|execute|filter)\s*[(<`]")
_NOTHING: Final = frozenset({"null", "undefined"})


def edit(source: bytes, target: Target) -> Answer:
    """Ask for the length wherever the condition asks whether the list is there."""
    root = parse(source, target.path)
    held = statement_of(around(root, target.at))
    condition = field(held, "condition") if held.type == "if_statement" else held
    hunks = [hunk for one in walk(condition) if (hunk := _hunk(root, one)) is not None] if condition is not None else []
    if hunks:
        return Edits(tuple(sorted(hunks, key=lambda hunk: hunk.at)))
    if condition is not None and any(text(field(one, "property")) == "length" for one in walk(condition)):
        return Edits(())  # it was looked into
    return Refusal("Which list is asked for could not be told: ask for its length, or for one row, by hand.")


def _hunk(root: Node, node: Node) -> Hunk | None:
    asked = _asked(node)
    if asked is None or not _is_list(root, asked):
        return None
    return Hunk(at=node.start_byte, end=node.end_byte, text=f"!{text(asked)}?.length", says=SAYS)


def _asked(node: Node) -> Node | None:
    """``rows`` of ``!rows``, ``rows === null`` and ``rows == undefined``."""
    if node.type == "unary_expression" and text(field(node, "operator")) == "!":
        return field(node, "argument")
    if node.type == "binary_expression" and text(field(node, "operator")) in {"==", "==="}:
        return field(node, "left") if text(field(node, "right")) in _NOTHING else None
    return None


def _is_list(root: Node, asked: Node) -> bool:
    """What is asked is such a call, or a name that was given what one answers."""
    if asked.type == "call_expression":
        return _LISTS.search(text(asked)) is not None
    if asked.type != "identifier":
        return False
    inside = enclosing_function(asked) or root
    named = re.compile(rf"\b{re.escape(text(asked))}\b")
    for one in walk(inside):
        name = field(one, "name") if one.type == "variable_declarator" else None
        given = name is not None and name.type != "array_pattern" and named.search(text(name)) is not None
        if given and _LISTS.search(text(field(one, "value"))) is not None:
            return True
    return False
