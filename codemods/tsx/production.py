"""Closes a door: a test route in production, or any route while a switch says maintenance.

Facts: ``when`` (``production``, or ``maintenance`` for the switch), ``route`` (its name for the switch), ``kind``. For the switch,
``Target.needs`` imports ``underMaintenance``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.target import Edits, Refusal
from codemods.tsx.answers import answer
from codemods.tsx.insert import at_top, with_imports
from codemods.tsx.style import style_of
from codemods.tsx.tree import block_of, function_at, parse, text


if TYPE_CHECKING:
    from codemods.target import Answer, Target


def edit(source: bytes, target: Target) -> Answer:
    """Refuse at the very top of the handler."""
    root = parse(source, target.path)
    function = function_at(root, target.function)
    block = block_of(function)
    if function is None or block is None:
        return Refusal("The handler is a single expression: give it a body, and refuse at its top.")
    if target.facts.get("when") == "maintenance":
        route = target.facts.get("route", "")
        if not route or '"' in route or "\\" in route:
            return Refusal("The route has no name that could be switched: close it by hand.")
        test, status = f'underMaintenance("{route}")', 503
        says = f"The switch closes {route} without another change of the code."
    else:
        test, status = 'process.env.NODE_ENV === "production"', 404
        says = "A door for tests does not open in production."
    if test.replace('"', "'") in text(block).replace('"', "'"):
        return Edits(())
    style = style_of(root, source)
    no = answer(root, function, target.facts.get("kind", "route"), status)
    hunk = at_top(source, style, block, f"if ({test}) {{\n  {no.lines}\n}}", says)
    return with_imports(root, source, style, [hunk], (*target.needs, *no.needs))
