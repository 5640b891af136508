"""Writes listed fields instead of whatever the request holds: mass assignment.

Facts: ``fields`` (names the caller may set, comma separated; without them, those of the schema or destructuring in the handler).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.layout import widened
from codemods.tsx.style import indent_at, line_start, style_of
from codemods.tsx.tree import (
    ancestors,
    around,
    enclosing_function,
    field,
    own_nodes,
    pairs,
    parse,
    plain,
    text,
    top_of,
    walk,
)


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target

_TABLES = frozenset({"insert", "update", "upsert"})
_MOST = 16
"""More fields than somebody would read before they merge: the whole table is no list."""
_WRAPS = frozenset({"Partial", "Readonly", "Required", "Promise"})
_KEPT = frozenset({"id", "userId", "user_id", "teamId", "role"})
_OPEN = re.compile(
    r"\b(any|unknown|Record|object|FormData|Json\w*|never)\b|z\.(infer|input|output)|\$infer|InferInsert|InferModel|\bBody\b"
)
"""Types that say nothing of the fields, or that a schema makes."""
_WRITES = frozenset({*_TABLES, "set", "values"})
SAYS = "The caller chooses which columns are written: list those they may set."


def edit(source: bytes, target: Target) -> Answer:
    """Replace the spread (or the whole object) that is written by its listed fields."""
    root = parse(source, target.path)
    place = around(root, target.at)
    found = _whole(place)
    if found is None:
        return (
            Edits(()) if not _spreads(place) else Refusal("What is written is made elsewhere: list the fields there.")
        )
    node, name = found
    function = enclosing_function(node)
    if function is not None and _is_list(function, name):
        return Refusal(f"`{name}` is a list: write the listed fields of each of its elements instead of the whole.")
    typed = _typed_fields(function, name) if function is not None else None
    if typed == []:
        return Refusal(f"The type of `{name}` is declared elsewhere: list those of its fields that the caller may set.")
    fields = (
        typed
        or [one for one in target.facts.get("fields", "").split(",") if one]
        or (_read_fields(function, name) if function else [])
    )
    beside = pairs(node.parent) if node.type == "spread_element" else {}
    fields = [one for one in fields if one not in beside]
    if not fields or len(fields) > _MOST:
        return Refusal(
            f"Which fields of `{name}` the caller may set is not known: list them by hand instead of the spread."
        )
    style = style_of(root, source)
    entries = [f"{one}: {name}.{one}" for one in fields]
    if node.type == "spread_element":
        alone = not source[line_start(source, node.start_byte) : node.start_byte].strip()
        gap = f",{style.eol}{indent_at(source, node.start_byte)}" if alone else ", "
        hunk = Hunk(at=node.start_byte, end=node.end_byte, text=gap.join(entries), says=SAYS)
        return Edits((hunk if alone else widened(source, style, node, hunk),))
    prefix = f"{text(node)}: " if node.type == "shorthand_property_identifier" else ""
    indent = indent_at(source, node.start_byte)
    if len(indent) + len(", ".join(entries)) > style.width:
        lines = "".join(f"{indent}{style.indent}{one},{style.eol}" for one in entries)
        words = f"{prefix}{{{style.eol}{lines}{indent}}}"
        return Edits((Hunk(at=node.start_byte, end=node.end_byte, text=words, says=SAYS),))
    hunk = Hunk(at=node.start_byte, end=node.end_byte, text=prefix + style.braces(", ".join(entries)), says=SAYS)
    if node.parent is not None and node.parent.type in {"pair", "object"}:
        return Edits((widened(source, style, node, hunk),))
    return Edits((hunk,))


def _whole(place: Node) -> tuple[Node, str] | None:
    """``...body``, ``data: body``, ``.update(body)``: the node, and the name of the object."""
    for one in walk(place):
        if one.type == "spread_element" and one.parent is not None and one.parent.type == "object":
            inner = plain(one.named_children[0]) if one.named_children else None
            if inner is not None and inner.type in {"identifier", "member_expression"} and not _is_where(one):
                return one, text(inner)
        if one.type == "pair" and text(field(one, "key")) in {"data", "values", "set"}:
            value = plain(field(one, "value"))
            if value is not None and value.type in {"identifier", "member_expression"}:
                return value, text(value)
        if one.type == "shorthand_property_identifier" and text(one) in {"data", "values"}:
            return one, text(one)
        if one.type == "call_expression":
            name = text(field(field(one, "function"), "property"))
            given = [node for node in (field(one, "arguments") or one).named_children if node.type != "comment"]
            first = plain(given[0]) if given and name in _WRITES else None
            # a builder names its table there: `insert(users).values(body)`
            names_table = name in _TABLES and "from(" not in text(field(one, "function"))
            if first is not None and first.type in {"identifier", "member_expression"} and not names_table:
                return first, text(first)
    return None


def _is_list(function: Node, name: str) -> bool:
    """The name holds several objects: its type, what it is made from, or how it is used says so."""
    flat = re.escape(name)
    words = text(function)
    head, _, last = name.rpartition(".")
    typed = rf"\b{re.escape(last)}\??\s*:\s*(readonly\s+)?(Array<|ReadonlyArray<|[\w.]+(<[\w\s,.]*>)?\[\])"
    made = rf"\b(const|let)\s+{flat}\b[^=;\n]*=\s*(await\s+)?(\[|[\w.?()\[\]]*\.(map|filter|flatMap)\(|Array\.|Object\.(values|entries|keys)\()"
    used = rf"(?<![\w.]){flat}\??\.(length|map|filter|forEach|reduce|some|every|find|push|slice|flatMap)\b|\bof\s+{flat}\s*\)"
    return bool((not head and re.search(typed, words)) or re.search(made, words) or re.search(used, words))


def _is_where(node: Node) -> bool:
    held = node.parent.parent if node.parent is not None else None
    return (
        held is not None
        and held.type == "pair"
        and text(field(held, "key")) in {"where", "include", "select", "orderBy"}
    )


def _spreads(place: Node) -> bool:
    return any(
        one.type == "spread_element" and one.parent is not None and one.parent.type == "object" for one in walk(place)
    )


def _read_fields(function: Node, name: str) -> list[str]:
    """Fields of the object that the handler itself reads, and keys of the schema that parsed it."""
    root = function
    while root.parent is not None:
        root = root.parent
    out: list[str] = []
    for one in walk(root):
        if (
            one.type == "call_expression"
            and re.search(r"\b(object|strictObject)$", text(field(one, "function")))
            and _is_schema_of(one, function, name)
        ):
            record = next((node for node in walk(one) if node.type == "object"), None)
            out += [
                text(field(pair, "key"))
                for pair in (record.named_children if record is not None else ())
                if pair.type == "pair"
            ]
    if out:
        return list(dict.fromkeys(out))
    if re.search(rf"\bdelete\s+{re.escape(name)}\??\.", text(function)):
        return []  # what it takes out is named there, and not what is left
    pattern = re.compile(rf"\b{re.escape(name)}\??\.([A-Za-z_]\w*)\b(?!\()")
    found = [
        match[1]
        for one in own_nodes(function)
        if one.type == "member_expression" and (match := pattern.fullmatch(text(one)))
    ]
    return [one for one in dict.fromkeys(found) if one not in _KEPT]


def _typed_fields(function: Node, name: str) -> list[str] | None:
    """Fields of the parameter's type, when it is written out here; none when it is declared elsewhere; None when no type says anything."""
    held = field(function, "parameters")
    given = [
        (text(field(one, "pattern")), field(one, "type")) for one in (held.named_children if held is not None else ())
    ]
    # ``const body: PatchRequest = await req.json()`` says it as a parameter's type does
    made = (one for one in own_nodes(function) if one.type == "variable_declarator")
    given += [(text(field(one, "name")), field(one, "type")) for one in made]
    for said, kind in given:
        if kind is None or said != name:
            continue
        keys = [
            text(field(each, "name")) for each in walk(kind) if each.type == "property_signature" and _outer(each, kind)
        ]
        named = [text(each) for each in walk(kind) if each.type == "type_identifier" and text(each) not in _WRAPS]
        if not named and keys:
            return [each for each in keys if each not in _KEPT]
        for each in walk(top_of(function)):
            if (
                each.type in {"type_alias_declaration", "interface_declaration"}
                and [text(field(each, "name"))] == named
            ):
                inside = [n for n in walk(each) if n.type == "property_signature"]
                own = [text(field(n, "name")) for n in inside if _outer(n, each)]
                return [n for n in own if n not in _KEPT] or None
        return [] if named and not _OPEN.search(text(kind)) else None
    return None


def _outer(node: Node, top: Node) -> bool:
    """The field is one of the type's own, and not of a field's type."""
    return not any(
        one.type == "property_signature"
        for one in ancestors(node)
        if top.start_byte <= one.start_byte and one.id != node.id
    )


def _is_schema_of(schema: Node, function: Node, name: str) -> bool:
    """The schema is what the object was parsed with."""
    held = schema
    while held.parent is not None and held.type != "variable_declarator":
        held = held.parent
    known = text(field(held, "name"))
    words = text(function)
    return bool(known and re.search(rf"{re.escape(name)}[^;\n]{{0,40}}=[^;\n]*\b{re.escape(known)}\b", words))
