"""Lets a procedure's handler take the context that the builder hands it: ``({ input })`` becomes ``({ input, ctx })``.

Nothing is asked by it; the codemods behind it find the caller there. Facts: ``read`` (handlers of other files read the caller from it).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.tree import field, function_at, parse, text


if TYPE_CHECKING:
    from codemods.target import Answer, Target

SAYS = "The caller stands in the context."


def edit(source: bytes, target: Target) -> Answer:
    """Add the name to the pattern; no edit when it is there."""
    root = parse(source, target.path)
    function = function_at(root, target.function)
    held = field(function, "parameters")
    taken = target.facts.get("read") or re.search(r"\{[^{}]*\bctx\b[^{}]*\}", text(root))
    if function is None or held is None or not taken:
        return Refusal("No handler of this file takes the context: take it, and find the caller in it.")
    if not held.named_children:
        return Edits((Hunk(at=held.start_byte, end=held.end_byte, text="({ ctx })", says=SAYS, supports=True),))
    first = held.named_children[0]
    pattern = field(first, "pattern") or first
    if pattern.type != "object_pattern" or not pattern.named_children:
        return Refusal("The handler takes its context under another name: find the caller in it by hand.")
    if re.search(r"\bctx\b", text(pattern)):
        return Edits(())
    last = pattern.named_children[-1]
    if last.type == "rest_pattern":
        return Edits((Hunk(at=last.start_byte, end=last.start_byte, text="ctx, ", says=SAYS, supports=True),))
    return Edits((Hunk(at=last.end_byte, end=last.end_byte, text=", ctx", says=SAYS, supports=True),))
