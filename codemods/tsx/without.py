"""Leaves secret fields out of an object that is answered whole.

``return Response.json({ room })`` becomes ``const { passwordHash, ...publicRoom } = room;`` and ``return Response.json({ room: publicRoom })``.

Facts: ``fields`` (comma separated). The function is ``Target.function``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.insert import before
from codemods.tsx.scope import locals_before
from codemods.tsx.style import style_of
from codemods.tsx.tree import field, function_at, own_nodes, parse, plain, statement_of, text, walk


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target

SAYS = "What is answered holds fields that nobody outside may see."
_ANSWERS: Final = re.compile(r"(Response|res|c|ctx)\b.*\.(json|send)$")
_OBJECT: Final = frozenset({"object", "arguments"})


def edit(source: bytes, target: Target) -> Answer:
    """Take the fields apart before every answer that holds the object."""
    root = parse(source, target.path)
    handler = function_at(root, target.function)
    fields = [one for one in target.facts.get("fields", "").split(",") if one]
    if handler is None or not fields:
        return Refusal("The answer could not be found in this handler: list the fields that may be shown.")
    hunks: list[Hunk] = []
    for call in own_nodes(handler):
        if call.type != "call_expression" or not _ANSWERS.search(text(field(call, "function"))):
            continue
        found = _whole(call)
        if found is None:
            continue
        leaf, name = found
        fresh = f"public{name[:1].upper()}{name[1:]}"
        if name.startswith("public") or re.search(rf"\b{fresh}\b", text(handler)):
            continue
        put = f"{name}: {fresh}" if leaf.type == "shorthand_property_identifier" else fresh
        lines = f"const {{ {', '.join(fields)}, ...{fresh} }} = {name};"
        hunks.append(before(source, style_of(root, source), statement_of(call), lines, SAYS))
        hunks.append(Hunk(at=leaf.start_byte, end=leaf.end_byte, text=put, says=SAYS))
        break
    return Edits(tuple(hunks))


def _whole(call: Node) -> tuple[Node, str] | None:
    """The identifier of the answer that holds what the handler awaited."""
    held = field(call, "arguments")
    for one in walk(held) if held is not None else ():
        if one.type not in {"identifier", "shorthand_property_identifier"} or one.parent is None:
            continue
        if one.parent.type not in {*_OBJECT, "pair"} or (one.parent.type == "pair" and field(one.parent, "key") == one):
            continue
        local = next((each for each in locals_before(call) if each.name == text(one) and not each.path), None)
        if local is None or local.value is None or local.value.type != "await_expression":
            continue
        value = plain(local.value)
        if value is not None and value.type == "call_expression" and ".json" not in text(field(value, "function")):
            return one, text(one)
    return None
