"""Takes metadata that the user may edit out of a decision: a fallback to it goes, a role is read from ``app_metadata``.

``a ?? user.user_metadata?.name`` becomes ``a``. ``user.user_metadata.role`` becomes ``user.app_metadata.role``, which only the server writes.
Other fields of it say nothing about rights and are left to a person.

Facts: none. ``Target.at`` is the line where it is decided.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.tree import around, field, function_at, own_nodes, parse, plain, statement_of, text, walk


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target

SAYS = "The user may edit this metadata: it decides nothing."
_RIGHTS: Final = re.compile(r"role|admin|plan|tier|permission|scope|tenant|org|team|workspace|company", re.IGNORECASE)


def edit(source: bytes, target: Target) -> Answer:
    """Drop the fallback, or read what the server wrote."""
    root = parse(source, target.path)
    handler = function_at(root, target.function)
    if handler is not None:
        places = [one for one in own_nodes(handler) if _is_read(one)]
    else:
        places = [one for one in walk(statement_of(around(root, target.at))) if _is_read(one)]
    hunks: list[Hunk] = []
    for one in places:
        put = _without(one) or _of_server(one)
        if put is not None:
            hunks.append(put)
    if hunks:
        unique = {(hunk.at, hunk.end): hunk for hunk in hunks}
        return Edits(tuple(sorted(unique.values(), key=lambda hunk: hunk.at)))
    if not places:
        return Edits(())
    return Refusal(
        "The decision rests on metadata that the user can edit: read it from a table that only the server writes."
    )


def _is_read(node: Node) -> bool:
    """``user.user_metadata``."""
    return node.type == "member_expression" and text(field(node, "property")) in {"user_metadata", "raw_user_meta_data"}


def _without(node: Node) -> Hunk | None:
    """The whole right side of ``??`` or ``||``, with its operator."""
    one = node
    while one.parent is not None and one.parent.type in {"member_expression", "as_expression", "non_null_expression"}:
        one = one.parent
    held = one.parent
    if held is None or held.type != "binary_expression" or field(held, "right") != one:
        return None
    left = field(held, "left")
    operator = text(field(held, "operator"))
    if left is None or operator not in {"??", "||"} or "user_metadata" in text(left):
        return None
    inner = plain(left)
    if inner is None or inner.type in {"string", "false", "null", "undefined"}:
        return None
    return Hunk(at=left.end_byte, end=held.end_byte, text="", says=SAYS)


def _of_server(node: Node) -> Hunk | None:
    """``app_metadata`` in its place, where a right is read."""
    name = field(node, "property")
    read = text(field(node.parent, "property")) if node.parent is not None else ""
    if name is None or not _RIGHTS.search(read):
        return None
    return Hunk(at=name.start_byte, end=name.end_byte, text="app_metadata", says=SAYS)
