"""What a declaration binds: names, and the nested patterns of destructuring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.syntax import Name, Part, RecordPattern, SequencePattern


if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from assistant.collect.code.read_typescript_state import Reading
    from assistant.domain.syntax import Expression, Pattern


def pattern_of(reading: Reading, node: Node) -> Pattern:
    """The pattern of a node; something unknown binds a name that nobody can write."""
    kind = reading.kind(node)
    if kind == "object_pattern":
        return _record(reading, node)
    if kind == "array_pattern":
        return _sequence(reading, node)
    if kind in {"assignment_pattern", "object_assignment_pattern"}:
        return _with_default(reading, node)[0]
    if kind in {"identifier", "shorthand_property_identifier_pattern", "undefined", "this", "property_identifier"}:
        return Name(reading.text(node), node.start_byte, node.end_byte)
    return Name("", node.start_byte, node.end_byte)


def _record(reading: Reading, node: Node) -> RecordPattern:
    parts: list[Part] = []
    rest: str | None = None
    for child in reading.named(node):
        kind = reading.kind(child)
        if kind == "shorthand_property_identifier_pattern":
            parts.append(Part(reading.text(child), pattern_of(reading, child), None))
        elif kind == "object_assignment_pattern":
            pattern, default = _with_default(reading, child)
            parts.append(Part(pattern.id if isinstance(pattern, Name) else "", pattern, default))
        elif kind == "pair_pattern":
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            if key is not None and value is not None:
                pattern, default = _with_default(reading, value)
                parts.append(Part(_key(reading, key), pattern, default))
        elif kind == "rest_pattern":
            rest = _rest(reading, child)
    return RecordPattern(tuple(parts), rest, node.start_byte, node.end_byte)


def _key(reading: Reading, node: Node) -> str:
    text = reading.text(node)
    return text[1:-1] if text[:1] in {'"', "'"} else text.lstrip("#")


def _sequence(reading: Reading, node: Node) -> SequencePattern:
    items: list[Pattern | None] = []
    rest: str | None = None
    waiting = True
    for child in node.children[1:-1]:
        if child.type == ",":
            if waiting:
                items.append(None)
            waiting = True
        elif reading.kind(child) == "rest_pattern":
            rest, waiting = _rest(reading, child), False
        elif child.kind_id not in reading.grammar.silent:
            items.append(pattern_of(reading, child))
            waiting = False
    return SequencePattern(tuple(items), rest, node.start_byte, node.end_byte)


def _rest(reading: Reading, node: Node) -> str:
    inner = reading.named(node)
    return reading.text(inner[0]) if inner and reading.kind(inner[0]) == "identifier" else ""


def _with_default(reading: Reading, node: Node) -> tuple[Pattern, Expression | None]:
    if reading.kind(node) not in {"assignment_pattern", "object_assignment_pattern"}:
        return pattern_of(reading, node), None
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None:
        return Name("", node.start_byte, node.end_byte), None
    pattern = pattern_of(reading, left)
    hint = pattern.id if isinstance(pattern, Name) else ""
    return pattern, reading.expression(right, hint) if right is not None else None


def bound_names(pattern: Pattern | None) -> Iterator[Name]:
    """Every name a pattern binds, in source order; a rest element stands at the start of its pattern."""
    if isinstance(pattern, Name):
        if pattern.id:
            yield pattern
    elif isinstance(pattern, RecordPattern):
        for part in pattern.parts:
            yield from bound_names(part.pattern)
        if pattern.rest:
            yield Name(pattern.rest, pattern.at, pattern.end)
    elif isinstance(pattern, SequencePattern):
        for item in pattern.items:
            yield from bound_names(item)
        if pattern.rest:
            yield Name(pattern.rest, pattern.at, pattern.end)
