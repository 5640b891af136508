"""Refuses whoever calls a scheduled job without the scheduler's secret.

Facts: ``lines`` (the check of another job, model text) and ``request`` (how that one calls its request), or ``variable`` (the environment variable that holds the
secret: sent as ``Authorization: Bearer …``), ``kind``. ``Target.needs`` brings in what the lines use.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.target import Edits, Refusal
from codemods.tsx.answers import answer
from codemods.tsx.insert import after, at_top, with_imports
from codemods.tsx.scope import parameters
from codemods.tsx.style import style_of
from codemods.tsx.tree import block_of, field, function_at, parse, statements, text


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target

SAYS = "Only the scheduler may run this: it sends the secret, and nobody else knows it."


def edit(source: bytes, target: Target) -> Answer:
    """The check at the top of the handler, behind the refusal of other methods; no edit when the secret is asked for there."""
    root = parse(source, target.path)
    function = function_at(root, target.function)
    block = block_of(function)
    if function is None or block is None:
        return Refusal(
            "The handler is a single expression: give it a body, and compare the scheduler's secret at its top."
        )
    own = [one.name for one in parameters(function) if not one.path]
    if not own:
        return Refusal(
            "The handler does not take the request: take it, and compare the scheduler's secret with its header."
        )
    facts = target.facts
    lines = facts.get("lines", "")
    if lines and facts.get("request"):
        lines = re.sub(rf"(?<![.\w]){re.escape(facts['request'])}\b", own[0], lines)
    needs = target.needs
    if not lines:
        variable = facts.get("variable", "")
        if not variable or variable in text(block):
            return (
                Edits(()) if variable else Refusal("Which secret the scheduler sends is not known: compare it by hand.")
            )
        pages = facts.get("kind") == "pages-api" or (len(own) > 1 and own[1] == "res")
        header = f"{own[0]}.headers.authorization" if pages else f'{own[0]}.headers.get("authorization")'
        no = answer(root, function, facts.get("kind", "route"), 401)
        needs = no.needs
        lines = f"if (\n  !process.env.{variable} ||\n  {header} !== `Bearer ${{process.env.{variable}}}`\n) {{\n  {no.lines}\n}}"
    elif re.sub(r"\s", "", lines) in re.sub(r"\s", "", text(block)):
        return Edits(())
    style = style_of(root, source)
    first = _method(block)
    hunk = after(source, style, first, lines, SAYS) if first is not None else at_top(source, style, block, lines, SAYS)
    return with_imports(root, source, style, [hunk], needs)


def _method(block: Node) -> Node | None:
    """``if (req.method !== "POST") return …`` at the top."""
    first = next(iter(statements(block)), None)
    if first is not None and first.type == "if_statement" and ".method" in text(field(first, "condition")):
        return first if "!=" in text(field(first, "condition")) else None
    return None
