"""Asks the repository's own access function about a row before a handler works with it.

Facts: ``call`` (model text with ``{id}`` and ``{caller}``), ``helper`` (its name), ``throws`` (it ends the handler itself), ``key`` (the
column of the query at ``Target.at`` that holds the id), ``column`` (whose value the caller is), ``kind``. ``Target.needs`` imports it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.target import Edits, Refusal
from codemods.tsx.answers import answer
from codemods.tsx.guard import exits
from codemods.tsx.insert import after, before, with_imports
from codemods.tsx.scope import locals_before
from codemods.tsx.style import style_of
from codemods.tsx.tree import (
    arguments,
    around,
    block_of,
    field,
    function_at,
    pairs,
    parse,
    statement_of,
    string,
    text,
    walk,
)
from codemods.tsx.whose import value_for


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target

SAYS = "The caller's right to this row is not asked for, as it is elsewhere."


def edit(source: bytes, target: Target) -> Answer:
    """One call behind what gives the id, or before the first statement that uses it."""
    root = parse(source, target.path)
    facts = target.facts
    handler = function_at(root, target.function)
    if handler is None or target.at[1] <= target.at[0]:
        return Refusal("The query could not be found in this handler: ask for access to its row by hand.")
    node = around(root, target.at)
    given = asked_by(node, facts.get("key", "id"))
    if not given or not re.fullmatch(r"[\w.]+", given):
        return Refusal(f"The id of the row is made inside the query: ask `{facts.get('helper')}` about it by hand.")
    place, behind = _place(node, handler, given)
    probe = _next(place) if behind else place
    value = value_for(probe or place, facts.get("column", "user_id"), paths=facts.get("paths", ""))
    if not value:
        return Refusal("No value here says who the caller is: ask for the session first, then for access.")
    call = facts.get("call", "").replace("{id}", given).replace("{caller}", value)
    if _flat(call.removeprefix("await ")) in _flat(text(handler)):
        return Edits(())
    no = answer(root, handler, facts.get("kind", "route"), 403)
    lines = f"{call};" if facts.get("throws") else f"if (!({call})) {{\n  {no.lines}\n}}"
    needs = target.needs if facts.get("throws") else (*target.needs, *no.needs)
    style = style_of(root, source)
    hunk = after(source, style, place, lines, SAYS) if behind else before(source, style, place, lines, SAYS)
    return with_imports(root, source, style, [hunk], needs)


def asked_by(query: Node, key: str) -> str:
    """What a query compares a column with: ``where: { id: pollId }``, ``eq(poll.id, pollId)``, ``.eq("id", pollId)``."""
    for one in walk(query):
        if one.type == "pair" and text(field(one, "key")) == "where":
            value = pairs(field(one, "value")).get(key)
            if value is not None:
                return text(value)
        given = arguments(one) if one.type == "call_expression" else []
        if len(given) > 1 and text(field(one, "function")).rsplit(".", 1)[-1] == "eq":
            name = string(given[0]) or text(given[0]).rsplit(".", 1)[-1]
            if name == key:
                return text(given[1])
    return ""


def _place(node: Node, handler: Node, given: str) -> tuple[Node, bool]:
    """Behind the statement that gives the id (and the refusal that follows it), or before the handler's own statement that holds the query."""
    top = statement_of(node)
    block = block_of(handler)
    one = top
    while one.parent is not None and one != handler:
        if one.parent == block or (one.parent.parent is not None and one.parent.parent.type == "try_statement"):
            top = one
            break
        one = one.parent
    root = given.split(".", 1)[0]
    made = next((local for local in locals_before(node) if local.name == root and local.value is not None), None)
    if made is None:
        return top, False
    declared = statement_of(made.node)
    if declared.start_byte < handler.start_byte:
        return top, False
    following = _next(declared)
    inside = field(following, "consequence")
    if (
        following is not None
        and following.type == "if_statement"
        and inside is not None
        and exits(inside)
        and re.search(rf"!\s*{re.escape(root)}\b", text(field(following, "condition")))
    ):
        return following, True
    return declared, True


def _next(statement: Node) -> Node | None:
    held = statement.parent.named_children if statement.parent is not None else []
    return next((one for one in held if one.start_byte >= statement.end_byte and one.type != "comment"), None)


def _flat(words: str) -> str:
    return re.sub(r"[\s\"';,]", "", words)
