"""Refuses a caller whom the session or key names no owner for, before a column is compared with that empty value.

Two empty owners are equal, so rows that nobody owns would be everybody's; and a strict compiler takes no ``string | null`` where a text is wanted.

Facts: ``maybe`` (what may be empty in the answers of functions, as their types say: ``validateApiKey=userId;getContext=user,teamId``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.target import Edits
from codemods.tsx.answers import answer
from codemods.tsx.guard import exits
from codemods.tsx.insert import after, at_top
from codemods.tsx.layout import or_else
from codemods.tsx.neighbour import named_by_neighbour
from codemods.tsx.scope import locals_before, names_before
from codemods.tsx.style import style_of
from codemods.tsx.tree import enclosing_function, field, links, plain, statement_of, text


if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.domain.fixes import Hunk
    from codemods.target import Answer, Target

NAMED = "Who is calling is asked for as the handlers beside it do."
SAYS = "Who has no owner of their own would be given rows that have none either."


def with_present(source: bytes, root: Node, place: Node, value: str, target: Target, made: Answer) -> Answer:
    """The edits, and the refusal that makes the value present at the place; other answers stay as they are."""
    if not isinstance(made, Edits) or not made.hunks:
        return made
    extra = present(source, root, place, value, target)
    if re.split(r"[.?!\[(]", value, maxsplit=1)[0] not in names_before(place):
        named = named_by_neighbour(place, target)
        if named is not None and named.value == value:
            extra.append(at_top(source, style_of(root, source), named.block, named.line, NAMED))
    return Edits(tuple(sorted((*made.hunks, *extra), key=lambda hunk: (hunk.at, hunk.end))))


def present(source: bytes, root: Node, place: Node, value: str, target: Target) -> list[Hunk]:
    """Hunks that refuse an empty value; none where it cannot be empty, or is refused already."""
    maybe = {
        name: paths.split(",")
        for name, _, paths in (part.partition("=") for part in target.facts.get("maybe", "").split(";"))
        if name
    }
    head, *rest = re.split(r"[?!]?\.", value)
    local = next((one for one in locals_before(place) if one.name == head and one.value is not None), None)
    made = plain(local.value) if local is not None else None
    function = enclosing_function(place)
    if local is None or made is None or made.type != "call_expression" or function is None:
        return []
    if ".".join((*local.path, *rest)) not in maybe.get((links(made) or [("", made)])[-1][0], ()):
        return []
    refused = r"[?!]?\.".join(re.escape(part) for part in (head, *rest))
    if re.search(rf"!\s*{refused}(?![\w.?])|(?<![\w.]){refused}\s*={{2,3}}\s*(null|undefined)", text(function)):
        return []
    declared = statement_of(local.node)
    siblings = declared.parent.named_children if declared.parent is not None else []
    for one in [one for one in siblings if one.start_byte >= declared.end_byte][:2]:
        test = _refuses(one, head)
        if test is not None:
            return [or_else(source, style_of(root, source), test, f"!{value}", SAYS)]
    no = answer(root, function, target.facts.get("kind", "route"), 401)
    perhaps = re.sub(r"\A([\w$]+)\.", r"\1?.", value)  # nobody was refused before it: there may be no session
    lines = f"if (!{perhaps}) {{\n  {no.lines}\n}}"
    return [] if no.needs else [after(source, style_of(root, source), declared, lines, SAYS)]


def _refuses(statement: Node, name: str) -> Node | None:
    """The condition ``!name``, ``!name?.id`` or ``!name || …`` of a statement that ends the handler."""
    inside, condition = field(statement, "consequence"), field(statement, "condition")
    if statement.type != "if_statement" or inside is None or condition is None or not exits(inside):
        return None
    test = condition.named_children[0] if condition.named_children else None
    words = text(test)
    if test is None or "&&" in words or "??" in words:
        return None
    asks = re.compile(rf"!\s*{re.escape(name)}(?:\?\.[\w.?]+)?")
    return test if any(asks.fullmatch(part.strip()) for part in words.split("||")) else None
