"""Puts the tenant into the key of a shared cache.

Facts: ``value`` (expression of the tenant or caller; without one, the caller's id in scope).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.scope import locals_before, value_for
from codemods.tsx.tree import arguments, around, field, parse, plain, string, text, walk


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target

SAYS = "Under a key without its owner, one customer is given what was kept for another."


def edit(source: bytes, target: Target) -> Answer:
    """Extend the key where it is written."""
    root = parse(source, target.path)
    call = next((one for one in walk(around(root, target.at)) if one.type == "call_expression"), None)
    if call is None:
        return Refusal("The cache call could not be found: put the tenant into its key by hand.")
    value = target.facts.get("value", "") or value_for(call, "user_id", paths=target.facts.get("paths", ""))
    if not value:
        return Refusal("No value here says who the caller is: ask for the session before the cache is read.")
    key = _key(call)
    if key is None:
        return Refusal(f"The cache key is made elsewhere: put {value} into it there.")
    if value in text(key):
        return Edits(())
    inner = plain(key) or key
    if inner.type == "array":
        items = inner.named_children
        at = items[-1].end_byte if items else inner.start_byte + 1
        return Edits((Hunk(at=at, end=at, text=f", {value}" if items else value, says=SAYS),))
    if inner.type == "template_string":
        at = inner.end_byte - 1
        return Edits((Hunk(at=at, end=at, text=f":${{{value}}}", says=SAYS),))
    words = string(inner)
    if words is not None:
        return Edits((Hunk(at=inner.start_byte, end=inner.end_byte, text=f"`{words}:${{{value}}}`", says=SAYS),))
    return Refusal(f"The cache key is made elsewhere: put {value} into it there.")


def _key(call: Node) -> Node | None:
    """The key itself, followed to the constant that holds it."""
    given = arguments(call)
    name = text(field(call, "function"))
    position = 1 if name.endswith("unstable_cache") else 0
    if len(given) <= position:
        return None
    key = given[position]
    if key.type != "identifier":
        return key
    local = next((one for one in locals_before(call) if one.name == text(key) and not one.path), None)
    if local is not None and local.value is not None:
        return local.value
    root = call
    while root.parent is not None:
        root = root.parent
    return None
