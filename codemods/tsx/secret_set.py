"""Refuses when a shared secret is not configured: ``if (secret && header !== secret)`` lets everybody in, and so does ``Bearer undefined``.

Facts: ``kind`` (of the entry). The condition stands at ``Target.at``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.answers import answer
from codemods.tsx.guard import exits
from codemods.tsx.insert import before, with_imports
from codemods.tsx.layout import or_else
from codemods.tsx.style import style_of
from codemods.tsx.tree import (
    above,
    around,
    enclosing_function,
    field,
    own_nodes,
    parse,
    plain,
    statement_of,
    text,
    top_of,
    walk,
)


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target

SAYS = "Without the variable, the check must refuse everybody."


def edit(source: bytes, target: Target) -> Answer:
    """Turn the condition round, or put the missing half before it."""
    root = parse(source, target.path)
    found = _condition(root, target)
    if found is None:
        return Refusal(
            "The comparison with the secret could not be found: refuse the request when the variable is empty."
        )
    test = plain(found) or found
    words = text(test)
    secret = _secret(test)
    if secret is None:
        return Refusal("The secret of the comparison could not be told: refuse the request when the variable is empty.")
    if re.search(rf"!\s*{re.escape(secret)}(?![\w.])", words):
        return Edits(())
    if words in {secret, f"!!{secret}", f"Boolean({secret})"}:
        if re.search(rf"!\s*{re.escape(secret)}(?![\w.])", text(enclosing_function(test) or root)):
            return Edits(())
        return _before(source, root, test, secret, target)
    operator = (
        next((one for one in test.children if one.type == "&&"), None) if test.type == "binary_expression" else None
    )
    left = plain(field(test, "left")) if operator is not None else None
    if operator is not None and left is not None and text(left) == secret:
        return Edits(
            (
                Hunk(at=left.start_byte, end=left.start_byte, text="!", says=SAYS),
                Hunk(at=operator.start_byte, end=operator.end_byte, text="||", says=SAYS),
            )
        )
    if "&&" in words and "||" in words:
        return Refusal(f"The condition is too mixed to turn round: refuse the request first when {secret} is empty.")
    return Edits((or_else(source, style_of(root, source), test, f"!{secret}", SAYS, first=True),))


def _before(source: bytes, root: Node, test: Node, secret: str, target: Target) -> Answer:
    """``if (secret) { verify }``: what stands inside stays, and an empty secret is refused in front of it."""
    function, statement = enclosing_function(test), statement_of(test)
    if function is None:
        return Refusal(f"The check stands in no function: refuse the request first when {secret} is empty.")
    no = answer(root, function, target.facts.get("kind", "route"), 401)
    style = style_of(root, source)
    made = [before(source, style, statement, f"if (!{secret}) {{\n  {no.lines}\n}}", SAYS)]
    return with_imports(root, source, style, made, no.needs)


def _condition(root: Node, target: Target) -> Node | None:
    """The ``if`` at the place, or the one in the handler that compares with a secret and ends it."""
    if target.at[1] > target.at[0]:
        held = above(around(root, target.at), "if_statement")
        if held is not None and _secret(field(held, "condition")) is not None:
            return _inside(held)
    function = around(root, target.function) if target.function[1] else root
    for one in (function, *own_nodes(function)):
        inside = field(one, "consequence")
        if one.type == "if_statement" and inside is not None and exits(inside) and _secret(field(one, "condition")):
            return _inside(one)
    return None


def _inside(held: Node) -> Node | None:
    condition = field(held, "condition")
    return condition.named_children[0] if condition is not None and condition.named_children else None


def _secret(test: Node | None) -> str | None:
    """The environment variable that something is compared with, as it is written: itself or the constant that holds it."""
    if test is None:
        return None
    for one in walk(test):
        if one.type == "member_expression" and re.match(
            r"(process|Deno|import\.meta)\.?\w*\.?env\.\w+$|\w*[eE]nv\.[A-Z_]+$", text(one)
        ):
            return text(one)
    for one in walk(test):
        name = text(one)
        if (
            one.type == "identifier"
            and re.search(r"secret|token|key|password", name, re.IGNORECASE)
            and _from_environment(one, name)
        ):
            return name
    return None


def _from_environment(node: Node, name: str) -> bool:
    root = top_of(node)
    return any(
        one.type == "variable_declarator"
        and text(field(one, "name")) == name
        and re.search(r"\benv\b", text(field(one, "value")))
        for one in walk(root)
    )
