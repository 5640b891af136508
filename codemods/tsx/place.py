"""Where a check stands that has to run before a whole piece of work: outside its loops and transaction, where its names are known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from codemods.tsx.scope import locals_before, names_before
from codemods.tsx.tree import FUNCTIONS, ancestors, field, statement_of, text, walk


if TYPE_CHECKING:
    from tree_sitter import Node

_LOOPS: Final = frozenset({"for_statement", "for_in_statement", "while_statement", "do_statement"})


def before_work(node: Node, handler: Node | None, *, branches: bool = False) -> Node:
    """The statement of the handler that holds a node, stepping out of loops and of functions that are handed to a call (``transaction(async (tx) => …)``).

    Args:
        node: what needs the check.
        handler: where to stop.
        branches: step out of ``if`` too, for a check that does no harm on the other branch.
    """
    found = statement_of(node)
    for one in ancestors(node):
        if handler is not None and one == handler:
            break
        if one.type in _LOOPS or (branches and one.type == "if_statement"):
            found = statement_of(one)
        if one.type in FUNCTIONS:
            if one.parent is None or one.parent.type != "arguments":
                break
            found = statement_of(one.parent)
    return found


def client_at(node: Node, place: Node, client: str) -> str:
    """How a client is called at a place: a transaction's own name is not known outside it, where its maker is."""
    root = re.split(r"[.?!(]", client, maxsplit=1)[0]
    for one in ancestors(node):
        if one == place:
            break
        held = field(one, "parameters") or field(one, "parameter")
        if one.type not in FUNCTIONS or held is None or one.parent is None or one.parent.parent is None:
            continue
        named = {text(leaf) for leaf in walk(held) if leaf.type == "identifier"}
        callee = field(one.parent.parent, "function")
        if root in named and callee is not None and text(field(callee, "property")) in {"transaction", "$transaction"}:
            return text(field(callee, "object"))
    return client


def named_at(statement: Node, name: str, place: Node) -> str:
    """How a value of the request is written at a place: the name itself, ``input.pollId`` as the statement reads it, or ``input.pollId`` of a spread ``input``.

    Returns:
        The expression; empty when there is none, or more than one.
    """
    known = names_before(place)
    if re.split(r"[.?!\[]", name, maxsplit=1)[0] in known:
        return name
    # ``const { id: tripId } = await params``
    called = {
        one.name
        for one in locals_before(place)
        if one.path[-1:] == (name,) and one.name != name and one.value is not None and "params" in text(one.value)
    }
    if len(called) == 1:
        return called.pop()
    found = {
        text(one)
        for one in walk(statement)
        if one.type == "member_expression"
        and text(field(one, "property")) == name
        and re.fullmatch(r"[\w.]+", text(field(one, "object")))
        and text(field(one, "object")).split(".", 1)[0] in known
    }
    if not found:
        found = {
            f"{text(one.named_children[0])}.{name}"
            for one in walk(statement)
            if one.type == "spread_element"
            and one.named_children
            and one.named_children[0].type == "identifier"
            and text(one.named_children[0]) in known
        }
    found = found or {f"{whole}.{name}" for whole in _written_whole(statement) if whole in known}
    return found.pop() if len(found) == 1 else ""


def _written_whole(statement: Node) -> set[str]:
    """``data`` of ``update({ where, data })``, and ``changes`` of ``update({ where, data: changes })``."""
    out = {text(one) for one in walk(statement) if one.type == "shorthand_property_identifier" and text(one) == "data"}
    for one in walk(statement):
        value = field(one, "value") if one.type == "pair" and text(field(one, "key")) == "data" else None
        if value is not None and value.type == "identifier":
            out.add(text(value))
    return out
