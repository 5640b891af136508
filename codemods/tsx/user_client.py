"""Reads through the caller's own client instead of the service role, where row-level security covers the table.

Facts: ``call`` (model text that makes the user client: ``await createClient()``), ``name`` (preferred local name). ``Target.needs`` brings it in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.imports import bound_names
from codemods.tsx.insert import before, with_imports
from codemods.tsx.scope import locals_before
from codemods.tsx.style import line_end, line_start, style_of
from codemods.tsx.tree import around, chain_around, enclosing_function, field, parse, plain, statement_of, text, walk


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target

SAYS = "With the service role no policy of the database applies; with the caller's client they do."


def edit(source: bytes, target: Target) -> Answer:
    """Swap the client at the root of the query, or where it is made when nothing else uses it."""
    root = parse(source, target.path)
    call = target.facts.get("call", "")
    found = _root(root, target.at)
    if not call:
        return Refusal(
            "No client with the caller's session was found in this repository: make one with the request's cookies."
        )
    if found is None:
        return Refusal("The client of this query could not be found: use the one with the caller's session by hand.")
    factory = re.sub(r"^await |\(.*", "", call)
    maker = plain(found)
    if maker is not None and maker.type == "call_expression":
        return _made_here(root, source, target, maker, call, factory)
    name = text(found)
    local = next((one for one in locals_before(found) if one.name == name), None)
    style = style_of(root, source)
    if local is not None and local.value is not None and not local.path:
        value = plain(local.value)
        if factory + "(" in text(local.value):
            return Edits(())
        if (value is not None and _shared(local.node, name, target.at)) or enclosing_function(local.node) is None:
            return _beside(root, source, target, found, call)
        other = _known_client(found, factory)
        gone = _unused(root, source, local.value)
        if other:
            made = statement_of(local.node)
            line = Hunk(at=line_start(source, made.start_byte), end=line_end(source, made.end_byte), text="", says=SAYS)
            swap = Hunk(at=found.start_byte, end=found.end_byte, text=other, says=SAYS)
            return Edits(tuple(sorted((*gone, line, swap), key=lambda hunk: hunk.at)))
        edits = [Hunk(at=local.value.start_byte, end=local.value.end_byte, text=style.written(call, ""), says=SAYS)]
        edits += _renamed(local.node, name, found)
        return with_imports(root, source, style, [*gone, *edits], target.needs)
    if name in bound_names(root):
        return _beside(root, source, target, found, call)
    return Refusal("The client is handed in from elsewhere: hand in the one with the caller's session.")


def _root(root: Node, at: tuple[int, int]) -> Node | None:
    """What a chain of calls starts from."""
    if at[1] <= at[0]:
        return None
    place = around(root, at)
    inner = next((one for one in walk(place) if one.type == "call_expression"), None)
    one: Node | None = chain_around(inner) if inner is not None else None
    while one is not None and one.type in {"call_expression", "member_expression", "non_null_expression"}:
        below = field(one, "function") if one.type == "call_expression" else field(one, "object")
        if below is not None and below.type == "identifier" and one.type == "call_expression":
            return one
        one = below if one.type != "non_null_expression" else one.named_children[0]
    if one is not None and one.type == "parenthesized_expression":
        return one
    return one if one is not None and one.type == "identifier" else None


def _made_here(root: Node, source: bytes, target: Target, maker: Node, call: str, factory: str) -> Answer:
    if factory in text(maker):
        return Edits(())
    style = style_of(root, source)
    held = maker.parent
    outer = held.parent if held is not None and held.type == "await_expression" and held.parent is not None else None
    node = outer if outer is not None and outer.type == "parenthesized_expression" else maker
    words = f"({call})" if call.startswith("await ") else call
    hunk = Hunk(at=node.start_byte, end=node.end_byte, text=style.written(words, ""), says=SAYS)
    return with_imports(root, source, style, [hunk], target.needs)


def _shared(bound: Node, name: str, at: tuple[int, int]) -> bool:
    """True when other queries use the same client: they keep it."""
    function = enclosing_function(bound)
    if function is None:
        return True
    uses = [one for one in walk(function) if one.type == "identifier" and text(one) == name and one.id != bound.id]
    return any(not at[0] <= one.start_byte < at[1] for one in uses)


def _beside(root: Node, source: bytes, target: Target, found: Node, call: str) -> Answer:
    """A second client for this query alone."""
    style = style_of(root, source)
    known = {one.name for one in locals_before(found)}
    factory = re.sub(r"^await |\(.*", "", call)
    if other := _known_client(found, factory):
        return Edits((Hunk(at=found.start_byte, end=found.end_byte, text=other, says=SAYS),))
    fresh = next(
        name
        for name in (target.facts.get("name") or "supabase", "userClient", "callerClient")
        if name not in known and name != text(found)
    )
    line = before(source, style, statement_of(found), f"const {fresh} = {call};", SAYS)
    return with_imports(
        root, source, style, [line, Hunk(at=found.start_byte, end=found.end_byte, text=fresh, says=SAYS)], target.needs
    )


def _known_client(found: Node, factory: str) -> str:
    """A name before the place that holds the caller's client already."""
    for one in locals_before(found):
        if one.value is not None and not one.path and f"{factory}(" in text(one.value):
            return one.name
    return ""


def _renamed(bound: Node, name: str, found: Node) -> list[Hunk]:
    """A client that is no admin any more is not called one."""
    function = enclosing_function(bound)
    if not re.search(r"admin|service", name, re.IGNORECASE) or function is None:
        return []
    if "supabase" in {one.name for one in locals_before(found)}:
        return []
    uses = [one for one in walk(function) if one.type == "identifier" and text(one) == name]
    return [Hunk(at=one.start_byte, end=one.end_byte, text="supabase", says=SAYS) for one in uses]


def _unused(root: Node, source: bytes, value: Node) -> list[Hunk]:
    """The import of the service client goes when this was its only use."""
    maker = plain(value)
    name = text(field(maker, "function")) if maker is not None and maker.type == "call_expression" else ""
    if not name or name not in bound_names(root):
        return []
    uses = [one for one in walk(root) if one.type == "identifier" and text(one) == name]
    for statement in root.named_children:
        if statement.type != "import_statement":
            continue
        names = [one for one in walk(statement) if one.type == "import_specifier"]
        inside = [one for one in uses if statement.start_byte <= one.start_byte < statement.end_byte]
        if inside and len(names) == 1 and len(uses) - len(inside) == 1:
            end = source.find(b"\n", statement.end_byte) + 1 or len(source)
            return [
                Hunk(at=statement.start_byte, end=end, text="", says="Nothing uses the service client here any more.")
            ]
    return []
