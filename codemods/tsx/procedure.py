"""Builds a procedure on the repository's own protected builder instead of the public one.

Facts: ``from`` (name of the builder in use), ``to`` (name of the one that asks for a session).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Needed, Refusal
from codemods.tsx.imports import bound_names, top_names
from codemods.tsx.insert import with_imports
from codemods.tsx.style import style_of
from codemods.tsx.tree import ancestors, field, function_at, parse, plain, text


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target


def edit(source: bytes, target: Target) -> Answer:
    """Swap the builder at the root of the chain around the handler."""
    root = parse(source, target.path)
    old, new = target.facts.get("from", ""), target.facts.get("to", "")
    found = _root_of_chain(function_at(root, target.function) or root, old, new)
    if found is None:
        return Refusal(f"The procedure is not built on {old}: put it on {new} by hand.")
    if text(found) == new:
        return Edits(())
    have = bound_names(root)
    needs = [Needed(have[old][0], new)] if old in have and new not in top_names(root) else []
    if not needs and new not in top_names(root):
        return Refusal(f"{new} is not known in this file: export it beside {old} and use it here.")
    swap = Hunk(
        at=found.start_byte, end=found.end_byte, text=new, says="Strangers are refused before the procedure runs."
    )
    return with_imports(root, source, style_of(root, source), [swap], needs)


def builder_of(source: bytes, path: str, function: tuple[int, int], *, named: str = "procedure") -> str:
    """The builder that a procedure or an action stands on, as its file calls it; empty when it stands on none of that name."""
    handler = function_at(parse(source, path), function)
    found = _root_of_chain(handler) if handler is not None else None
    return text(found) if found is not None and re.search(named, text(found), re.IGNORECASE) else ""


def _root_of_chain(node: Node, *names: str) -> Node | None:
    """The identifier that a chain of calls starts from: one of the names, when there are any."""
    for one in ancestors(node):
        if one.type != "call_expression":
            continue
        root: Node | None = one
        while root is not None and root.type in {"call_expression", "member_expression", "await_expression"}:
            inner = field(root, "function") if root.type == "call_expression" else field(root, "object")
            root = plain(inner)
        if root is not None and root.type == "identifier" and (not names or text(root) in names):
            return root
    return None
