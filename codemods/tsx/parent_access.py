"""Reads the row that the request names and asks the repository's own access function about what it hangs on, before the handler works with it.

Facts: ``lookup`` (model text of the read with ``{client}`` and ``{id}``), ``client``, ``listed`` (the read gives a list), ``data`` (the row is its answer's ``data``),
``parent`` (the row's column that names what it hangs on), ``name`` (of the row here), ``key``, ``stored`` and ``id`` (where the id of the row stands, as for ``verify``), ``call``, ``helper``,
``throws``, ``refusal``, ``column`` and ``kind`` as for ``access``. ``Target.needs`` brings in what both use.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.target import Edits, Refusal
from codemods.tsx.access import asked_by, asking, refusal, without_brought
from codemods.tsx.answers import answer
from codemods.tsx.guard import exits
from codemods.tsx.insert import after, before, with_imports
from codemods.tsx.place import before_work, client_at
from codemods.tsx.scope import locals_before, names_before
from codemods.tsx.style import style_of
from codemods.tsx.tree import around, field, function_at, links, parse, plain, statement_of, text
from codemods.tsx.verify import first_use, fresh, is_known, named


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target

SAYS = "The caller's right to what this row hangs on is not asked for, as it is elsewhere."


def edit(source: bytes, target: Target) -> Answer:
    """The read and both refusals before the statement that uses the id; the refusals alone where the row is read already."""
    root = parse(source, target.path)
    facts = target.facts
    handler = function_at(root, target.function)
    if handler is None or target.at[1] <= target.at[0] or not facts.get("lookup") or not facts.get("parent"):
        return Refusal("The query could not be found in this handler: ask for access to its row by hand.")
    node = around(root, target.at)
    place = before_work(node, handler)
    known = names_before(place)
    given = named(node, place, facts, known)
    client = client_at(node, place, facts.get("client", ""))
    if not given or not is_known(client, known, root, target):
        return Refusal(
            "The id of the row cannot be named here: read it, and ask for access to what it hangs on, by hand."
        )
    style = style_of(root, source)
    kind = facts.get("kind", "route")
    missing, no = answer(root, handler, kind, 404), refusal(root, handler, facts)
    read = _read(node, given, facts["parent"])
    name = read[0] if read else fresh(handler, known, facts.get("name") or "existing")
    call = asking(place if read is None else read[1], facts, f"{name}.{facts['parent']}", root)
    if not call:
        return Refusal("No value here says who the caller is: ask for the session first, then for access.")
    if _flat(call.removeprefix("await ").replace(f"{name}.", "")) in _flat(re.sub(r"\w+\.(?=\w+,)", "", text(handler))):
        return Edits(())
    ask = f"{call};" if facts.get("throws") else f"if (!({call})) {{\n  {no.lines}\n}}"
    absent = f"if (!{name}) {{\n  {missing.lines}\n}}"
    needs = (*without_brought(target.needs, facts), *missing.needs, *(() if facts.get("throws") else no.needs))
    if read is not None:
        lines = ask if read[2] else f"{absent}\n{ask}"
        # what only the read would have used is not brought in
        used = tuple(one for one in needs if re.search(rf"\b{re.escape(one.bound)}\b", lines))
        return with_imports(root, source, style, [after(source, style, read[1], lines, SAYS)], used)
    place = first_use(place, client, given, client)
    bound = f"[{name}]" if facts.get("listed") else f"{{ data: {name} }}" if facts.get("data") else name
    made = facts["lookup"].replace("{ id: {id} }", "{ id }" if given == "id" else f"{{ id: {given} }}")
    made = made.replace("{id}", given).replace("{client}", client)
    lines = f"const {bound} = {made};\n{absent}\n{ask}"
    return with_imports(root, source, style, [before(source, style, place, lines, SAYS)], needs)


def _read(node: Node, given: str, parent: str) -> tuple[str, Node, bool] | None:
    """The same row, read before or by the query itself: its name, the statement to follow, and whether a missing row ends the handler there."""
    behind = _next(statement_of(node))
    for local in locals_before(behind if behind is not None else node):
        value = plain(local.value)
        if local.path or value is None or value.type != "call_expression":
            continue
        words = text(value)
        picked = re.search(r"\b(columns|select)\s*:", words) is not None and not re.search(
            rf"\b{re.escape(parent)}\b", words
        )
        reads = any(re.match(r"find(Unique|First)", name) for name, _ in links(value))
        if not reads or picked or asked_by(value, "id").lstrip("+") != given.lstrip("+"):
            continue
        declared = statement_of(local.node)
        following = _next(declared)
        inside = field(following, "consequence") if following is not None and following.type == "if_statement" else None
        if inside is not None and exits(inside) and f"!{local.name}" in text(field(following, "condition")):
            assert following is not None
            return local.name, following, True
        return local.name, declared, False
    return None


def _next(statement: Node) -> Node | None:
    held = statement.parent.named_children if statement.parent is not None else []
    return next((one for one in held if one.start_byte >= statement.end_byte and one.type != "comment"), None)


def _flat(words: str) -> str:
    return re.sub(r"[\s\"';,]", "", words)
