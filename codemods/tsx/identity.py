"""Takes the caller's identity from the session where the handler took it from the request.

With ``here``, the value is replaced in the query at ``Target.at`` alone: the session is asked for on its branch and not before.

Facts: ``from`` (where it came from: ``body.userId``, ``query.userId``, ``argument.userId``), ``value`` (expression; without one, the
caller's id in scope at the end of the handler), ``paths`` (how others read the caller), ``kind`` (of the entry).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.answers import answer
from codemods.tsx.insert import after, with_imports
from codemods.tsx.layout import widened
from codemods.tsx.scope import callers, callers_at_end, cast_as_elsewhere, names_before, parameters, paths_of
from codemods.tsx.style import style_of
from codemods.tsx.tree import (
    arguments,
    around,
    block_of,
    field,
    function_at,
    own_nodes,
    parse,
    plain,
    statement_of,
    statements,
    string,
    text,
    walk,
)


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target
    from codemods.tsx.style import Style

SAYS = "Who is calling comes from the session, not from what the caller writes."


def edit(source: bytes, target: Target) -> Answer:
    """Replace the value, or refuse a request that names somebody else where it is a parameter."""
    root = parse(source, target.path)
    function = function_at(root, target.function)
    block = block_of(function)
    name = target.facts.get("from", "").rsplit(".", 1)[-1]
    if function is None or block is None or not statements(block) or not name:
        return Refusal("Where the identity is read could not be found: take it from the session by hand.")
    if target.facts.get("here"):
        return _at_query(source, root, target, name)
    known = callers_at_end(block, paths_of(target.facts.get("paths", "")))
    if name in known and name not in {one.name for one in parameters(function)}:
        return Edits(())
    value = target.facts.get("value", "") or next(iter(known), "")
    if not value:
        return Refusal("No session is asked for in this handler: ask for it first, and take the identity from it.")
    style = style_of(root, source)
    for one in own_nodes(function):
        if one.type == "variable_declarator" and (found := _declared(source, style, one, name, value)):
            if not _known(one, value):
                return Refusal(f"{value} is only known after the identity is used: move the session check up.")
            return Edits(tuple(found))
    if any(one.name == name for one in parameters(function)):
        return _compared(source, target, root, function, block, name, value)
    used = [
        one
        for one in own_nodes(function)
        if one.type == "member_expression"
        and text(field(one, "property")) == name
        and _from_request(one, target.facts["from"])
    ]
    if used and all(_known(one, value) for one in used):
        return Edits(tuple(Hunk(at=one.start_byte, end=one.end_byte, text=value, says=SAYS) for one in used))
    if re.search(rf"\b{re.escape(name)}\b", text(block)):
        return Refusal(f"`{name}` is read in a way that is not rewritten: use {value} in its place by hand.")
    return Edits(())


def _at_query(source: bytes, root: Node, target: Target, name: str) -> Answer:
    """The session of the branch that the query stands on, where the query compares with what the caller wrote."""
    query = around(root, target.at)
    value = next(iter(callers(query, paths_of(target.facts.get("paths", "")))), "")
    if not value or value == name:
        return Edits(()) if value else Refusal("No session is asked for before this query: ask for it first.")
    value = cast_as_elsewhere(query, value)
    hunks: list[Hunk] = []
    for one in walk(query):
        said = plain(field(one, "value")) if one.type == "pair" else None
        if said is not None and re.fullmatch(rf"(?:[\w.]+\.)?{re.escape(name)}", text(said)) and text(said) != value:
            hunks.append(Hunk(at=said.start_byte, end=said.end_byte, text=value, says=SAYS))
        elif one.type == "shorthand_property_identifier" and text(one) == name:
            hunks.append(Hunk(at=one.start_byte, end=one.end_byte, text=f"{name}: {value}", says=SAYS))
    if not hunks and value not in text(query):
        return Refusal(f"The query does not read `{name}` itself: take the identity from the session before it.")
    if len(hunks) == 1:
        said = around(root, (hunks[0].at, hunks[0].end))
        return Edits((widened(source, style_of(root, source), said, hunks[0]),))
    return Edits(tuple(hunks))


def _known(node: Node, value: str) -> bool:
    """The value's root is bound before a place."""
    return re.split(r"[.?!\[]", value, maxsplit=1)[0] in names_before(node)


def _declared(source: bytes, style: Style, declarator: Node, name: str, value: str) -> list[Hunk]:
    """``const { userId, title } = await req.json()`` loses the key; ``const userId = body.userId`` gets the session's value."""
    pattern, init = field(declarator, "name"), field(declarator, "value")
    if pattern is None or init is None:
        return []
    if pattern.type == "identifier":
        inner = plain(init)
        read = _reads(inner, name) if inner is not None else False
        return [Hunk(at=init.start_byte, end=init.end_byte, text=value, says=SAYS)] if read else []
    if pattern.type != "object_pattern" or not re.search(
        r"\.json\(\)|\bbody\b|\bquery\b|\bparams\b|\binput\b|[iI]nput|[dD]ata|parse\(", text(init)
    ):
        return []
    items = pattern.named_children
    for number, one in enumerate(items):
        key = text(field(one, "key")) if one.type == "pair_pattern" else text(one)
        if one.type not in {"pair_pattern", "shorthand_property_identifier_pattern"} or key != name:
            continue
        local = text(field(one, "value")) if one.type == "pair_pattern" else key
        if number + 1 < len(items):
            gone = Hunk(at=one.start_byte, end=items[number + 1].start_byte, text="", says=SAYS)
        elif number:
            gone = Hunk(at=items[number - 1].end_byte, end=one.end_byte, text="", says=SAYS)
        else:
            statement = statement_of(declarator)
            words = style.written(f"const {local} = {value};", "")
            return [Hunk(at=statement.start_byte, end=statement.end_byte, text=words, says=SAYS)]
        return [gone, after(source, style, statement_of(declarator), f"const {local} = {value};", SAYS)]
    return []


def _reads(node: Node, name: str) -> bool:
    """``body.userId``, ``searchParams.get("userId")``, ``formData.get("userId") as string``, with a default or without."""
    if node.type == "binary_expression":
        left = plain(field(node, "left"))
        return left is not None and _reads(left, name)
    if node.type == "member_expression":
        return text(field(node, "property")) == name and bool(re.match(r"[\w.?!()]*$", text(field(node, "object"))))
    if node.type == "call_expression" and text(field(field(node, "function"), "property")) == "get":
        return bool(arguments(node)) and string(arguments(node)[0]) == name
    if node.type == "call_expression" and text(field(node, "function")) in {"String", "Number"}:
        inner = plain(arguments(node)[0]) if arguments(node) else None
        return inner is not None and _reads(inner, name)
    return False


def _from_request(node: Node, path: str) -> bool:
    source = path.split(".", 1)[0]
    words = text(field(node, "object"))
    shapes = {"body": r"body|data|json|payload|input", "query": r"query|params|searchParams", "argument": r"\w+"}
    return bool(re.search(shapes.get(source, rf"{re.escape(source)}|input|body|data"), words))


def _compared(source: bytes, target: Target, root: Node, function: Node, block: Node, name: str, value: str) -> Answer:
    """A parameter stays, because others pass it: a caller who names somebody else is refused."""
    differs = f"{name} !== {value}"
    if differs in text(block):
        return Edits(())
    style = style_of(root, source)
    first = re.split(r"[.?!\[]", value, maxsplit=1)[0]
    declared = next((one for one in statements(block) if re.search(rf"\b{re.escape(first)}\b", text(one))), None)
    if declared is None:
        return Refusal(f"{value} is not known at the top of the handler: compare `{name}` with it by hand.")
    siblings = [one for one in statements(block) if one.start_byte >= declared.end_byte]
    last = declared
    for one in siblings[:2]:
        if one.type == "if_statement" and re.search(rf"\b{re.escape(first)}\b", text(field(one, "condition"))):
            last = one
    no = answer(root, function, target.facts.get("kind", "route"), 403)
    lines = f"if ({differs}) {{\n  {no.lines}\n}}"
    return with_imports(root, source, style, [after(source, style, last, lines, SAYS)], no.needs)
