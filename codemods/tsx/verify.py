"""Looks whether a row the request names is the caller's, before its id is stored or handed on.

Facts: ``lookup`` (model text of an expression that finds the row only when it is the caller's; ``{id}`` stands for the id and ``{caller}``
for the caller), ``id`` (expression of the id here), ``value`` (expression; without one, the caller's id in scope), ``name`` (local name
for the row), ``kind``, ``status``, ``absent`` (the row need not be there). ``Target.needs`` brings in what the look-up uses.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.target import Edits, Refusal
from codemods.tsx.answers import answer
from codemods.tsx.insert import before, with_imports
from codemods.tsx.scope import locals_before, names_before, value_for
from codemods.tsx.style import style_of
from codemods.tsx.tree import around, enclosing_function, field, parse, statement_of, text, walk


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target

_BINDING = frozenset({"identifier", "shorthand_property_identifier_pattern"})
SAYS = "The id comes from the request, and nobody asked whose row it names."


def edit(source: bytes, target: Target) -> Answer:
    """Put the look-up and the refusal before the statement that uses the id."""
    root = parse(source, target.path)
    facts = target.facts
    lookup, given = facts.get("lookup", ""), facts.get("id", "")
    if target.at[1] <= target.at[0] or not lookup or not given:
        return Refusal(
            "How to find out whose row this is could not be taken from the repository: look it up by its owner first."
        )
    node = around(root, target.at)
    function = enclosing_function(node)
    value = facts.get("value", "") or value_for(
        node,
        facts.get("column", ""),
        told_caller=bool(target.facts.get("told")),
        proven=target.facts.get("proven") != "0",
        paths=target.facts.get("paths", ""),
    )
    if function is None or not value:
        return Refusal(
            "No value here says who the caller is: ask for the session first, then look the row up by its owner."
        )
    statement = statement_of(node)
    known = names_before(node)
    root_name = re.split(r"[.?!\[]", given, maxsplit=1)[0]
    if root_name not in known:
        given = _member(statement, given, known)
    if not given:
        return Refusal(f"`{root_name}` cannot be named here: look its row up by its owner before it is used.")
    words = lookup.replace(f"{{ {given}: {{id}} }}", f"{{ {given} }}").replace("{id}", given).replace("{caller}", value)
    style = style_of(root, source)
    no = answer(root, function, facts.get("kind", "route"), int(facts.get("status", "404")))
    differs = facts.get("differs", "").replace("{caller}", value)
    there = _found_before(node, words)
    if there:
        test = f"{there} && {there}.{differs}" if differs else f"!{there}"
        if not differs or _flat(f"{there}.{differs}") in _flat(text(function)):
            return Edits(())
        lines = f"if ({test}) {{\n  {no.lines}\n}}"
        return with_imports(root, source, style, [before(source, style, statement, lines, SAYS)], no.needs)
    # a name that is bound anywhere in the function would clash, or hide what comes later
    taken = known | {text(one) for one in walk(function) if one.type in _BINDING}
    name = next(
        one
        for one in (facts.get("name") or "found", "owned", "ownedRow", "verifiedRow", "rowOfCaller")
        if one not in taken
    )
    test = f"!{name} || {name}.{differs}" if differs else f"!{name}"
    if facts.get("absent"):
        if not differs:
            return Refusal(
                "Whether the id is taken by somebody else cannot be asked here: look its row up before it is written."
            )
        test = f"{name} && {name}.{differs}"
    lines = f"const {name} = {words};\nif ({test}) {{\n  {no.lines}\n}}"
    return with_imports(
        root, source, style, [before(source, style, statement, lines, SAYS)], (*target.needs, *no.needs)
    )


def _member(statement: Node, name: str, known: frozenset[str]) -> str:
    """``input.pollId`` for ``pollId``, when the statement that stores the id reads it so and in no other way; empty otherwise."""
    found = {
        text(one)
        for one in walk(statement)
        if one.type == "member_expression"
        and text(field(one, "property")) == name
        and text(field(one, "object")) in known
    }
    return found.pop() if len(found) == 1 else ""


def _found_before(node: Node, words: str) -> str:
    """The name under which the same look-up stands before already."""
    for one in locals_before(node):
        if one.value is not None and not one.path and _flat(text(one.value)) == _flat(words):
            return one.name
    return ""


def _flat(words: str) -> str:
    return re.sub(r"[\s\"';,]", "", words)
