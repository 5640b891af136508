"""JSX: what an element is given and what it holds, without its looks.

Classes, styles, texts and literal attributes of host elements are left out, and a host element without anything left gives way to its
children: nothing about data hides in a ``div``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.collect.code.read_typescript_text import string_of
from assistant.domain.syntax import Element, Field, Literal, Spread


if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

    from assistant.collect.code.read_typescript_state import ExpressionReader, Reading
    from assistant.domain.syntax import Expression


_TELLING: Final = frozenset({"script", "a", "form", "iframe"})
_LOOKS: Final = frozenset({"className", "class", "style", "key"})


def _element(reading: Reading, node: Node, _name: str) -> Expression:
    opening = node.child_by_field_name("open_tag")
    inside = [
        child
        for child in reading.named(node)
        if reading.kind(child) not in {"jsx_opening_element", "jsx_closing_element"}
    ]
    tag, attributes = _opened(reading, opening) if opening is not None else ("", ())
    children: list[Expression] = []
    tells = _tells(tag)
    for child in inside:
        kind = reading.kind(child)
        if kind in {"jsx_text", "html_character_reference"}:
            continue
        inner = reading.named(child) if kind == "jsx_expression" else [child]
        for item in inner:
            _add(reading.expression(item), children, tells=tells)
    return Element(tag, attributes, tuple(children), node.start_byte, node.end_byte)


def _add(found: Expression, children: list[Expression], *, tells: bool) -> None:
    if isinstance(found, Element) and not found.attributes and not _tells(found.tag):
        children.extend(found.children)
    elif tells or not isinstance(found, Literal):
        children.append(found)


def _tells(tag: str) -> bool:
    """Whether literals of a tag matter: components, and what loads or sends something."""
    return tag in _TELLING or (tag[:1].isupper() or "." in tag)


def _closed(reading: Reading, node: Node, _name: str) -> Expression:
    tag, attributes = _opened(reading, node)
    return Element(tag, attributes, (), node.start_byte, node.end_byte)


def _opened(reading: Reading, node: Node) -> tuple[str, tuple[Field, ...]]:
    name = node.child_by_field_name("name")
    tag = "".join(reading.text(name).split()) if name is not None else ""
    tells = _tells(tag)
    attributes: list[Field] = []
    for child in node.children_by_field_name("attribute"):
        kind = reading.kind(child)
        if kind == "jsx_attribute":
            field = _attribute(reading, child)
            if field is not None and (tells or not isinstance(field.value, Literal)):
                attributes.append(field)
        elif kind == "jsx_expression":
            for inner in reading.named(child):
                spread = reading.expression(inner)
                value = spread.value if isinstance(spread, Spread) else spread
                attributes.append(Field(None, value, spread=True))
    return tag, tuple(attributes)


def _attribute(reading: Reading, node: Node) -> Field | None:
    parts = reading.named(node)
    if not parts:
        return None
    key = reading.text(parts[0])
    if key in _LOOKS:
        return None
    if len(parts) == 1:
        present = Literal(value=True, at=node.start_byte, end=node.end_byte)
        return Field(key, present, spread=False)
    value = parts[1]
    kind = reading.kind(value)
    if kind == "string":
        return Field(key, Literal(string_of(reading, value), value.start_byte, value.end_byte), spread=False)
    if kind == "jsx_expression":
        inner = reading.named(value)
        return Field(key, reading.expression(inner[0], key), spread=False) if inner else None
    return Field(key, reading.expression(value, key), spread=False)


ELEMENTS: Final[Mapping[str, ExpressionReader]] = {"jsx_element": _element, "jsx_self_closing_element": _closed}
