"""Hands the caller to a vector search, whose function takes it as one more argument.

Facts: ``argument`` (name of the new parameter), ``column`` (the tenant column it is compared with), ``told``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.target import Edits, Refusal
from codemods.tsx.layout import add_entry
from codemods.tsx.style import style_of
from codemods.tsx.tree import arguments, around, links, pairs, parse, plain, text, walk
from codemods.tsx.whose import whose


if TYPE_CHECKING:
    from codemods.target import Answer, Target

SAYS = "The search runs over the text of all customers."


def edit(source: bytes, target: Target) -> Answer:
    """Add the argument to the rpc call."""
    root = parse(source, target.path)
    name = target.facts.get("argument", "")
    call = next((one for one in walk(around(root, target.at)) if one.type == "call_expression"), None)
    rpc = next((one for found, one in links(call) if found == "rpc"), None) if call is not None else None
    given = arguments(rpc)
    if rpc is None or not name:
        return Refusal("The search could not be found: hand the tenant to it and compare it there.")
    column = target.facts.get("column", "")
    value = whose(rpc, column, target)
    if not value:
        return Refusal("No value here says who is searching: ask for the session first, then hand it to the search.")
    record = plain(given[1]) if len(given) > 1 else None
    if record is None or record.type != "object":
        return Refusal("The arguments of the search are made elsewhere: add the tenant there.")
    if name in pairs(record):
        return Edits(())
    style = style_of(root, source)
    return Edits(tuple(add_entry(source, style, record, name if name == text(record) else f"{name}: {value}", SAYS)))
