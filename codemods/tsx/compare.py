"""Compares a row with the caller right after it was read, with the same answer for "not yours" and "not there".

Facts: ``column`` (property of the row), ``value`` (expression; without one, the caller's id in scope), ``kind`` (of the entry).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.target import Edits, Refusal
from codemods.tsx.answers import answer
from codemods.tsx.guard import exits
from codemods.tsx.insert import after, with_imports
from codemods.tsx.layout import or_else
from codemods.tsx.present import with_present
from codemods.tsx.style import style_of
from codemods.tsx.tree import (
    above,
    around,
    chain_around,
    enclosing_function,
    field,
    links,
    parse,
    plain,
    statement_of,
    text,
    walk,
)
from codemods.tsx.whose import whose


if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

    from codemods.target import Answer, Target

_DECIDES = re.compile(r"(^|\.)(assert|can|may|check|require|ensure|verify|authori[sz]e|has|is)[A-Z_]")
"""Functions that say whether somebody may."""
SAYS = "The row is used without asking whose it is."


def edit(source: bytes, target: Target) -> Answer:
    """Extend the check for a missing row, or put one behind the fetch."""
    root = parse(source, target.path)
    if target.at[1] <= target.at[0]:
        return Refusal("The place where the row is read is not known: compare its owner with the caller by hand.")
    node = around(root, target.at)
    statement = statement_of(node)
    row = read_into(statement, node)
    function = enclosing_function(node)
    column = target.facts.get("column", "")
    if row is None or function is None or not column or re.search(r"(^i|I)ds?$", row):
        return Refusal("The row that is read here has no name to compare: compare its owner with the caller by hand.")
    if _gives_list(node):
        return Refusal("The rows that are read here come as a list: add the owner to the conditions of the query.")
    value = whose(statement, column, target)
    if not value:
        return Refusal("No value here says who the caller is: ask for the session before this row is read.")
    siblings = (
        [one for one in statement.parent.named_children if one.start_byte >= statement.end_byte]
        if statement.parent
        else []
    )
    differs = _differs(row, column, value, target, statement)
    later = " ".join(text(one) for one in siblings)
    if re.sub(r"[?!]", "", differs) in re.sub(r"[?!]", "", later):
        return Edits(())
    if any(_handed_on(one, row, column) for one in siblings):
        return Refusal(f"The handler hands `{row}.{column}` to a check of its own: look what that lets through.")
    style = style_of(root, source)
    for one in siblings[:3]:
        test = _missing(one, row)
        if test is not None:
            made: Answer = Edits((or_else(source, style, test, differs, SAYS),))
            return with_present(source, root, statement, value, target, made)
    no = answer(root, function, target.facts.get("kind", "route"), 404)
    lines = f"if (!{row} || {differs}) {{\n  {no.lines}\n}}"
    made = with_imports(root, source, style, [after(source, style, statement, lines, SAYS)], no.needs)
    return with_present(source, root, statement, value, target, made)


def _differs(row: str, column: str, value: str, target: Target, statement: Node) -> str:
    """Two ids compared; a document of MongoDB holds an id as an object, which is equal to no text and to no other object."""
    held = f"{row}.{column}"
    if target.facts.get("engine") != "mongo":
        return f"{held} !== {or_nobody(value, target.facts)}"
    filled = re.search(rf"populate\((?:[^()]*path:)?\s*\[?['\"`]{re.escape(column)}\b", text(statement))
    return f"String({held}{'?._id' if filled else ''}) !== String({value})"


def or_nobody(value: str, facts: Mapping[str, str]) -> str:
    """``(req.user?.id ?? null)`` behind a check: where a setting switches that off, whoever calls is nobody, as the rows that are made then are nobody's."""
    maybe = facts.get("session") and re.fullmatch(r"\w+\.\w+\?\.\w+", value)
    return f"({value} ?? null)" if maybe else value


def _handed_on(statement: Node, row: str, column: str) -> bool:
    """``assertCanDelete(user, row.createdBy)``: who else may is decided there."""
    named = re.compile(rf"\b{re.escape(row)}\??\.{re.escape(column)}\b")
    return any(
        one.type == "call_expression"
        and _DECIDES.search(text(field(one, "function")))
        and named.search(text(field(one, "arguments")))
        for one in walk(statement)
    )


def _gives_list(node: Node) -> bool:
    """``db.select()`` of a builder, or ``findMany``, kept as it comes."""
    found = plain(node)
    call = next((one for one in walk(found) if one.type == "call_expression"), None) if found is not None else None
    names = [name for name, _ in links(chain_around(call))] if call is not None else []
    held = above(node, "variable_declarator")
    pattern = field(held, "name")
    if pattern is not None and pattern.type == "array_pattern":
        return False
    one = {"get", "single", "maybeSingle", "executeTakeFirst", "executeTakeFirstOrThrow", "first", "then"}
    listed = names[:1] in (["select"], ["selectDistinct"]) or (names[:1] == ["from"] and "select" in names)
    return (listed or names[-1:] == ["findMany"]) and not one & set(names)


def read_into(statement: Node, node: Node) -> str | None:
    """The name the row is read into."""
    for one in statement.named_children:
        if one.type != "variable_declarator" or not one.start_byte <= node.start_byte <= one.end_byte:
            continue
        pattern = field(one, "name")
        if pattern is None:
            return None
        if pattern.type == "identifier":
            return text(pattern)
        for item in walk(pattern):
            if item.type == "pair_pattern" and text(field(item, "key")) == "data":
                value = field(item, "value")
                return text(value) if value is not None and value.type == "identifier" else None
            if item.type == "shorthand_property_identifier_pattern" and text(item) == "data":
                return "data"
        if pattern.type == "array_pattern" and len(pattern.named_children) == 1:
            first = pattern.named_children[0]
            return text(first) if first.type == "identifier" else None
    return None


def _missing(statement: Node, row: str) -> Node | None:
    """The last operand of a condition ``!row`` or ``error || !row`` whose branch ends the handler."""
    inside = field(statement, "consequence")
    condition = field(statement, "condition")
    if statement.type != "if_statement" or inside is None or condition is None or not exits(inside):
        return None
    test = condition.named_children[0] if condition.named_children else None
    words = text(test)
    if test is None or "&&" in words or "??" in words:
        return None
    parts = [part.strip() for part in words.split("||")]
    return test if f"!{row}" in parts else None
