"""Awaits a check that is asked without waiting for its answer: a promise is always true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.tree import FUNCTIONS, above, ancestors, around, enclosing_function, field, parse, text, walk


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target

SAYS = "A promise is always true: the answer has to be awaited."


def edit(source: bytes, target: Target) -> Answer:
    """Put ``await`` before the call; makes the function around it async only when it is one already.

    Facts: ``call`` (name of the function that is not awaited; empty for the first call in the range).
    """
    root = parse(source, target.path)
    name = target.facts.get("call", "").rsplit(".", 1)[-1]
    call = _call(root, target, name)
    if call is None:
        return Refusal("The check that is not awaited could not be found: put `await` before it by hand.")
    if any(one.type == "await_expression" for one in _before(call)):
        return Edits(())
    function = enclosing_function(call)
    if function is None or not _is_async(function):
        return Refusal(
            "The function around the check is not async: make it async, await the check, and await it where it is called."
        )
    if _is_callback(function):
        return Refusal(
            "The check stands in a callback whose own promise nobody awaits: use a loop, or await all answers first."
        )
    hunks = [hunk for one in (call, *_alike(root, call)) for hunk in _awaited(one)]
    return Edits(tuple(sorted(hunks, key=lambda hunk: hunk.at)))


def _alike(root: Node, call: Node) -> list[Node]:
    """Other conditions of the file that ask the same function without awaiting it."""
    name = text(field(call, "function"))
    out = []
    for one in walk(root):
        if one.type != "call_expression" or one.id == call.id or text(field(one, "function")) != name:
            continue
        function = enclosing_function(one)
        stands = _decides(one) or (_stands_alone(one) and _stands_alone(call))
        if stands and function is not None and _is_async(function) and not _is_callback(function):
            out.append(one)
    return out


def _awaited(call: Node) -> tuple[Hunk, ...]:
    parent = call.parent
    wrap = parent is not None and (
        parent.type in {"member_expression", "unary_expression", "binary_expression"}
        or (parent.type == "call_expression" and field(parent, "function") == call)
    )
    at, end = call.start_byte, call.end_byte
    if wrap:
        return Hunk(at=at, end=at, text="(await ", says=SAYS), Hunk(at=end, end=end, text=")", says=SAYS)
    return (Hunk(at=at, end=at, text="await ", says=SAYS),)


def _call(root: Node, target: Target, name: str) -> Node | None:
    place = around(root, target.at)
    inside = [one for one in walk(place) if one.type == "call_expression"]
    calls = inside or [one for one in ancestors(place) if one.type == "call_expression"]
    for one in calls:
        if name and text(field(one, "function")).rsplit(".", 1)[-1] == name:
            return one
    return next((one for one in calls if _decides(one)), None)


def _decides(call: Node) -> bool:
    """A condition looks at what the call gives, and nobody awaited it."""
    one = call.parent
    while one is not None and one.type in {"unary_expression", "parenthesized_expression", "binary_expression"}:
        if one.parent is not None and one.parent.type == "if_statement":
            return True
        one = one.parent
    return False


def _stands_alone(call: Node) -> bool:
    """A statement of its own: a check that throws, and whose failure nobody waits for."""
    return call.parent is not None and call.parent.type == "expression_statement"


def _before(call: Node) -> list[Node]:
    """What the call stands in directly."""
    parent = call.parent
    return [parent] if parent is not None else []


def _is_async(function: Node) -> bool:
    return any(one.type == "async" for one in function.children)


def _is_callback(function: Node) -> bool:
    """An argument of ``filter``, ``some``, ``every``, ``find``: none of them awaits."""
    held = above(function, "call_expression")
    if held is None or function.type not in FUNCTIONS or function.parent is None or function.parent.type != "arguments":
        return False
    return text(field(field(held, "function"), "property")) in {
        "filter",
        "some",
        "every",
        "find",
        "findIndex",
        "forEach",
    }
