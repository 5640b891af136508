"""Puts the body of a function into the wrapper that its neighbours stand in: ``return withProfileAuth(profileId, async () => { … });``.

Facts: ``name`` (the wrapper), ``given`` (what it is called with before the body, comma separated: names of parameters). ``Target.needs`` brings it in.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Needed, Refusal
from codemods.tsx.imports import bound_names
from codemods.tsx.insert import at_top, with_imports
from codemods.tsx.scope import parameters
from codemods.tsx.style import line_start, style_of
from codemods.tsx.tree import FUNCTIONS, arguments, block_of, field, function_at, parse, plain, statements, text, walk


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target
    from codemods.tsx.style import Style

SAYS = "Nobody is asked who they are before this runs."


class Wrapper(NamedTuple):
    """How a function stands in one."""

    name: str
    given: tuple[str, ...]
    """Parameters of the function that it is called with."""
    need: Needed | None
    """Its import; None when the file declares it."""


def edit(source: bytes, target: Target) -> Answer:
    """Wrap the body; no edit when it is wrapped."""
    root = parse(source, target.path)
    function = function_at(root, target.function)
    block = block_of(function)
    name, given = target.facts.get("name", ""), [one for one in target.facts.get("given", "").split(",") if one]
    if function is None or block is None or not name or not statements(block):
        return Refusal("The handler could not be found in this file: put its body into the wrapper by hand.")
    if re.search(rf"\breturn (await )?{re.escape(name)}\(", text(block)):
        return Edits(())
    own = {one.name for one in parameters(function) if not one.path}
    if not set(given) <= own or "async" not in text(function).split("(", 1)[0]:
        return Refusal(f"`{name}` is called with what this handler does not have: put its body into it by hand.")
    style = style_of(root, source)
    head = f"return {name}({', '.join([*given, 'async () => {'])}"
    first, deeper = at_top(source, style, block, head, SAYS), _indented(source, style, block)
    if deeper and deeper[0].at == first.at:
        first, deeper = replace(first, text=first.text + style.indent), deeper[1:]
    hunks = [first, *deeper]
    last = statements(block)[-1]
    indent = source[line_start(source, last.start_byte) : last.start_byte].decode()
    close = f"{style.eol}{indent}}}){style.semicolon}"
    hunks.append(Hunk(at=last.end_byte, end=last.end_byte, text=close, says=SAYS, supports=True))
    return with_imports(root, source, style, hunks, target.needs)


def _indented(source: bytes, style: Style, block: Node) -> list[Hunk]:
    """One step more for every line of the body, but for those inside of a text."""
    inside = statements(block)
    first, last = block.named_children[0].start_byte, inside[-1].end_byte
    texts = [(one.start_byte, one.end_byte) for one in walk(block) if one.type == "template_string"]
    out = []
    at = line_start(source, first)
    while 0 <= at < last:
        end = source.find(b"\n", at)
        end = len(source) if end < 0 else end
        if source[at:end].strip() and not any(start < at < stop for start, stop in texts):
            out.append(Hunk(at=at, end=at, text=style.indent, says=SAYS, supports=True))
        at = end + 1
    return out


def wrapper_of(source: bytes, path: str, function: tuple[int, int], helpers: frozenset[str]) -> Wrapper | None:
    """The wrapper that a function stands in as a whole, when it is one of those that refuse strangers."""
    root = parse(source, path)
    handler = function_at(root, function)
    block = block_of(handler)
    inside = statements(block) if block is not None else []
    if handler is None or len(inside) != 1 or inside[0].type != "return_statement" or not inside[0].named_children:
        return None
    call = plain(inside[0].named_children[0])
    callee = field(call, "function")
    if call is None or call.type != "call_expression" or callee is None or text(callee) not in helpers:
        return None
    *given, body = arguments(call) or [call]
    names = tuple(text(one) for one in given)
    if body.type not in FUNCTIONS or not set(names) <= {one.name for one in parameters(handler) if not one.path}:
        return None
    have = bound_names(root).get(text(callee))
    need = Needed(have[0], have[1], "" if have[1] == text(callee) else text(callee)) if have is not None else None
    return Wrapper(text(callee), names, need)
