"""Puts the tenant into the key of a shared cache.

A key that is computed (``metricsKey(range)``) is wrapped, so that reads and fills that share a constant keep sharing it. Where the cache
call stands in a module of its own, the handler's calls with that constant are what is looked for.

Facts: ``value`` (expression of the tenant or caller; without one, the caller's id in scope).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.scope import locals_before
from codemods.tsx.tree import arguments, around, field, function_at, own_nodes, parse, plain, string, text, walk
from codemods.tsx.whose import value_for


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target

SAYS = "Under a key without its owner, one customer is given what was kept for another."
_CACHE = re.compile(r"cache|redis|\bkv\b|memo", re.IGNORECASE)
"""How functions that keep something for later are called."""


def edit(source: bytes, target: Target) -> Answer:
    """Extend the key where it is written."""
    root = parse(source, target.path)
    if target.at[1] > target.at[0]:
        call = next((one for one in walk(around(root, target.at)) if one.type == "call_expression"), None)
    else:
        call = _in_handler(function_at(root, target.function))
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
    # a constant is what the read and the fill share: a key that is made in the call itself is made again for the other
    shared = key.parent is not None and key.parent.type == "variable_declarator"
    if shared and inner.type == "call_expression" and key.start_point.row == key.end_point.row:
        return Edits((Hunk(at=key.start_byte, end=key.end_byte, text=f"`${{{text(key)}}}:${{{value}}}`", says=SAYS),))
    return Refusal(f"The cache key is made elsewhere: put {value} into it there.")


def _in_handler(function: Node | None) -> Node | None:
    """The first call of the handler that hands a constant of its own to a cache as the key."""
    for one in own_nodes(function) if function is not None else ():
        if one.type != "call_expression" or not _CACHE.search(text(field(one, "function"))):
            continue
        given = arguments(one)
        if given and given[0].type == "identifier" and re.search("key", text(given[0]), re.IGNORECASE):
            return one
    return None


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
