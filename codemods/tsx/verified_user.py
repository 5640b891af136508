"""Asks Supabase who the caller is (``getUser``) where a cookie was believed (``getSession``)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.tree import around, enclosing_function, field, function_at, parse, text, walk


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target

SAYS = "The cookie behind getSession() is not verified on a server; getUser() asks the auth server."


def edit(source: bytes, target: Target) -> Answer:
    """Swap the call, the key that is taken out of it, and ``session.user`` behind it."""
    root = parse(source, target.path)
    place = around(root, target.at) if target.at[1] > target.at[0] else function_at(root, target.function)
    if place is None:
        return Refusal("The session call could not be found: use getUser() in its place.")
    name = next((one for one in walk(place) if one.type == "property_identifier" and text(one) == "getSession"), None)
    if name is None:
        return Edits(())
    call = name.parent.parent if name.parent is not None else None
    held = call
    while held is not None and held.type != "variable_declarator":
        held = held.parent
    pattern = field(held, "name")
    function = enclosing_function(name)
    if pattern is None or function is None or pattern.type != "object_pattern":
        return Refusal(
            "What the session call gives is used in a way that is not rewritten: use getUser() in its place."
        )
    leaf = next(
        (
            one
            for one in walk(pattern)
            if one.type == "shorthand_property_identifier_pattern" and text(one) == "session"
        ),
        None,
    )
    body = text(function)
    beyond = re.search(r"\bsession[?!]?\.(?!user\b)\w+", body)
    if leaf is None or beyond:
        return Refusal(
            "More of the session than its user is used: ask getUser() as well, and take the user from there."
        )
    hunks = [
        Hunk(at=name.start_byte, end=name.end_byte, text="getUser", says=SAYS),
        Hunk(at=leaf.start_byte, end=leaf.end_byte, text="user", says=SAYS),
    ]
    hunks += [
        Hunk(at=one.start_byte, end=one.end_byte, text="user", says=SAYS) for one in walk(function) if _is_user(one)
    ]
    return Edits(tuple(sorted(hunks, key=lambda hunk: hunk.at)))


def _is_user(node: Node) -> bool:
    """``session.user``, or ``session`` where nothing of it is read."""
    if node.type == "member_expression":
        return text(field(node, "object")) == "session" and text(field(node, "property")) == "user"
    alone = node.parent is None or node.parent.type != "member_expression"
    return node.type == "identifier" and text(node) == "session" and alone
