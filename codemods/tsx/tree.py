"""A TypeScript file as a concrete syntax tree: find the node that stands somewhere, and what stands around it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from assistant.text.edits import OverlapError, apply_hunks


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node, Parser

    from assistant.domain.fixes import Hunk

FUNCTIONS: Final = frozenset(
    {
        "function_declaration",
        "function_expression",
        "arrow_function",
        "method_definition",
        "generator_function_declaration",
        "generator_function",
    }
)
_THROUGH: Final = frozenset(
    {"await_expression", "parenthesized_expression", "non_null_expression", "as_expression", "satisfies_expression"}
)


@lru_cache(maxsize=2)
def _parser(jsx: bool) -> Parser:  # noqa: FBT001 - a cache key
    import tree_sitter_typescript
    from tree_sitter import Language, Parser

    grammar = tree_sitter_typescript.language_tsx() if jsx else tree_sitter_typescript.language_typescript()
    return Parser(Language(grammar))


@lru_cache(maxsize=16)
def parse(source: bytes, path: str) -> Node:
    """The root of the file; ``.ts`` may cast with ``<T>x``, everything else may hold JSX."""
    return _parser(not path.endswith((".ts", ".mts", ".cts"))).parse(source).root_node


def still_parses(source: bytes, path: str, hunks: Sequence[Hunk]) -> bool:
    """True when the hunks add no error to the file."""
    try:
        after = apply_hunks(source, hunks)
    except OverlapError:
        return False
    return _errors(parse(after, path)) <= _errors(parse(source, path))


def _errors(root: Node) -> int:
    if not root.has_error:
        return 0
    return sum(node.is_error or node.is_missing for node in walk(root))


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, in source order."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += reversed(one.children)


def text(node: Node | None) -> str:
    """What stands there."""
    return (node.text or b"").decode() if node is not None else ""


def field(node: Node | None, name: str) -> Node | None:
    """A child by its role."""
    return node.child_by_field_name(name) if node is not None else None


def around(root: Node, at: tuple[int, int]) -> Node:
    """The smallest named node that holds the byte range."""
    start, end = at
    return root.named_descendant_for_byte_range(start, max(start, end - 1)) or root


def ancestors(node: Node) -> Iterator[Node]:
    """The node, then what holds it, outwards."""
    one: Node | None = node
    while one is not None:
        yield one
        one = one.parent


def top_of(node: Node) -> Node:
    """The whole file that a node stands in."""
    one = node
    while one.parent is not None:
        one = one.parent
    return one


def above(node: Node, *kinds: str) -> Node | None:
    """The nearest node of one of the kinds, itself included."""
    return next((one for one in ancestors(node) if one.type in kinds), None)


def function_at(root: Node, at: tuple[int, int]) -> Node | None:
    """The function whose range is given; else the first one inside it, else the one around it."""
    start, end = at
    if end <= start:
        return None
    found = around(root, at)
    for node in (found, *([] if found.type in FUNCTIONS else list(walk(found)))):
        if node.type in FUNCTIONS and node.start_byte >= start and node.end_byte <= end:
            return node
    return above(found, *FUNCTIONS)


def enclosing_function(node: Node) -> Node | None:
    """The function a node stands in."""
    return above(node.parent, *FUNCTIONS) if node.parent is not None else None


def block_of(function: Node | None) -> Node | None:
    """Its body when that is a block; None for ``x => expression``."""
    body = field(function, "body")
    return body if body is not None and body.type == "statement_block" else None


def statement_of(node: Node) -> Node:
    """The statement of a block (or of the file) that a node belongs to."""
    for one in ancestors(node):
        if one.parent is None or one.parent.type in {"statement_block", "program", "switch_case", "switch_default"}:
            return one
    return node


def statements(block: Node) -> list[Node]:
    """Statements of a block without comments."""
    return [one for one in block.named_children if one.type != "comment"]


def own_nodes(function: Node) -> Iterator[Node]:
    """What stands in a function, leaving out the functions in it."""
    waiting = list(reversed(function.children))
    while waiting:
        one = waiting.pop()
        yield one
        if one.type not in FUNCTIONS:
            waiting += reversed(one.children)


def plain(node: Node | None) -> Node | None:
    """An expression without ``await``, parentheses, ``!``, ``as`` and ``satisfies``."""
    while node is not None and node.type in _THROUGH:
        inner = node.named_children[0] if node.named_children else None
        if inner is None:
            return node
        node = inner
    return node


def links(call: Node) -> list[tuple[str, Node]]:
    """The calls of a chain from its root outwards: ``a.from("t").eq(x)`` is ``("from", call), ("eq", call)``."""
    out: list[tuple[str, Node]] = []
    one: Node | None = plain(call)
    while one is not None:
        if one.type == "call_expression":
            callee = plain(field(one, "function"))
            name = field(callee, "property") if callee is not None and callee.type == "member_expression" else callee
            out.append((text(name), one))
            one = field(callee, "object") if callee is not None and callee.type == "member_expression" else None
        elif one.type in {"member_expression", "subscript_expression"}:
            one = field(one, "object")
        else:
            break
        one = plain(one)
    return list(reversed(out))


def chain_around(node: Node) -> Node:
    """The outermost call of the chain that a node belongs to, without its ``await``."""
    best = node
    for one in ancestors(node):
        if one.type == "call_expression":
            best = one
        elif (one.type not in {"member_expression", "non_null_expression"} and one is not node) or (
            one.type == "member_expression" and field(one, "object") is None
        ):
            break
    return best


def arguments(call: Node | None) -> list[Node]:
    """Arguments of a call without comments."""
    held = field(call, "arguments")
    return [one for one in held.named_children if one.type != "comment"] if held is not None else []


def pairs(record: Node | None) -> dict[str, Node]:
    """Entries of an object literal by key; a shorthand is its identifier, a spread is ``...``."""
    out: dict[str, Node] = {}
    for one in record.named_children if record is not None else ():
        if one.type == "pair":
            value = field(one, "value")
            if value is not None:
                out[text(field(one, "key")).strip("\"'`")] = value
        elif one.type in {"shorthand_property_identifier", "spread_element"}:
            out[text(one)] = one
        elif one.type == "method_definition":
            out[text(field(one, "name"))] = one
    return out


def string(node: Node | None) -> str | None:
    """The content of a string without substitutions."""
    if node is None or node.type not in {"string", "template_string"}:
        return None
    if any(one.type == "template_substitution" for one in node.named_children):
        return None
    return text(node)[1:-1]
