"""Follows only paths of this site when the request says where to go.

Facts: ``text`` (the expression at fault, as written).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.insert import before
from codemods.tsx.scope import names_before
from codemods.tsx.style import style_of
from codemods.tsx.tree import arguments, around, field, parse, plain, statement_of, text, walk


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target

_ASKS = frozenset({"call_expression", "binary_expression", "non_null_expression", "as_expression"})
"""Expressions that a name may stand for."""
SAYS = "A link to this site must not lead to another one."


def edit(source: bytes, target: Target) -> Answer:
    """Allow what starts with one slash: two slashes, or one and a backslash, lead to another site."""
    root = parse(source, target.path)
    call = next(
        (one for one in walk(around(root, target.at)) if one.type in {"call_expression", "new_expression"}), None
    )
    found = _target(call, target.facts.get("text", "")) if call is not None else None
    if found is None:
        return Refusal(
            "Where the redirect goes is put together elsewhere: allow paths that start with a single slash alone."
        )
    words = text(found)
    if words.startswith("safe"):
        return Edits(())
    style = style_of(root, source)
    known = names_before(found)
    name = next(one for one in ("safePath", "safeTarget", "safeRedirect") if one not in known)
    first = ""
    if not re.fullmatch(r"[\w.$]+", words):
        given = next((one for one in ("target", "asked", "wanted") if one not in known), "")
        if found.type not in _ASKS or not given:
            return Refusal(
                "Give the target of the redirect a name, and allow paths that start with a single slash alone."
            )
        first, words = f"const {given} = {words};\n", given
    line = first + f'const {name} = {words}?.startsWith("/") && !/^\\/[/\\\\]/.test({words}) ? {words} : "/";'
    request = next((one for one in ("request", "req") if one in known), "")
    put = name
    handed = arguments(call)[:1]
    whole = handed[0] if handed and plain(handed[0]) == found else found  # with the `!` or `as string` around it
    if text(field(call, "function")).endswith("NextResponse.redirect") and handed == [whole] and request:
        put = f"new URL({name}, {request}.url)"
    swap = Hunk(at=whole.start_byte, end=whole.end_byte, text=put, says=SAYS)
    return Edits((before(source, style, statement_of(found), line, SAYS), swap))


def _target(call: Node, words: str) -> Node | None:
    given = arguments(call)
    first = plain(given[0]) if given else None
    if first is not None and first.type == "new_expression":
        inner = arguments(first)
        first = plain(inner[0]) if inner else None
    if first is None:
        return None
    if words:
        return next((one for one in walk(first) if text(one) == words), first)
    return first
