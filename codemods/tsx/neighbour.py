"""How another handler of the file names the caller, for one that lets only callers in and never says who they are.

``const { userId } = getUser({ context });`` can stand at the top of any handler whose parameters are called alike.

Facts: ``session`` (middleware or a wrapper refuses strangers before the handler runs).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from codemods.tsx.donor import declares, free_names, model_of
from codemods.tsx.imports import bound_names
from codemods.tsx.scope import callers_at_end, names_before, parameters
from codemods.tsx.tree import FUNCTIONS, block_of, enclosing_function, statements, text, top_of, walk


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Target


class Named(NamedTuple):
    """A declaration that names the caller."""

    value: str
    """The caller's id behind it."""
    line: str
    """Model text."""
    block: Node
    """The body it would stand in."""


def named_by_neighbour(place: Node, target: Target) -> Named | None:
    """The declaration of the nearest handler that has one; None where strangers come in, or nothing fits."""
    own = _handler(place, target)
    block = block_of(own)
    if not target.facts.get("session") or own is None or block is None:
        return None
    root = top_of(place)
    given = {one.name for one in parameters(own)} | set(bound_names(root)) | names_before(own)
    taken = {text(one) for one in walk(own) if one.type in {"identifier", "shorthand_property_identifier_pattern"}}
    for other in walk(root):
        held = block_of(other) if other.type in FUNCTIONS and other.id != own.id else None
        if held is None or not statements(held) or own.start_byte <= other.start_byte < own.end_byte:
            continue
        for value in callers_at_end(held):
            head = re.split(r"[.?!]", value, maxsplit=1)[0]
            said = next((one for one in statements(held)[:6] if head in declares(one)), None)
            if said is None or set(declares(said)) & taken or not free_names([said]) - set(declares(said)) <= given:
                continue
            return Named(value, model_of(root.text or b"", said), block)
    return None


def _handler(place: Node, target: Target) -> Node | None:
    """The function of the handler that holds the place."""
    start, end = target.function
    found = enclosing_function(place)
    while found is not None and found.parent is not None:
        outer = enclosing_function(found)
        if outer is None or outer.start_byte < start or outer.end_byte > end:
            break
        found = outer
    return found
