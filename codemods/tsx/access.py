"""Asks the repository's own access function about a row before a handler works with it.

Facts: ``call`` (model text with ``{id}`` and ``{caller}``), ``helper`` (its name), ``throws`` (it ends the handler itself), ``key`` (the
column of the query at ``Target.at`` that holds the id), ``id`` (how the request calls it), ``column`` (whose value the caller is), ``refusal`` (what other handlers
do for who may not), ``mine`` (how handlers of its kind write the caller's id), ``early`` (before anything is done with the id), ``brings`` (the declaration
of what holds the caller, where the handler has none) and ``only`` (names that it alone uses), ``kind``. ``Target.needs`` imports it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.target import Edits, Refusal
from codemods.tsx.answers import No, answer
from codemods.tsx.donor import declares, free_names, model_of
from codemods.tsx.guard import exits
from codemods.tsx.imports import bound_names
from codemods.tsx.insert import after, before, with_imports
from codemods.tsx.place import named_at
from codemods.tsx.scope import locals_before, names_before
from codemods.tsx.style import style_of
from codemods.tsx.tree import (
    arguments,
    around,
    block_of,
    field,
    function_at,
    own_nodes,
    pairs,
    parse,
    statement_of,
    statements,
    string,
    text,
    top_of,
    walk,
)
from codemods.tsx.whose import readable, value_for


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tree_sitter import Node

    from codemods.target import Answer, Needed, Target

SAYS = "The caller's right to this row is not asked for, as it is elsewhere."


def edit(source: bytes, target: Target) -> Answer:
    """One call behind what gives the id, or before the first statement that uses it."""
    root = parse(source, target.path)
    facts = target.facts
    handler = function_at(root, target.function)
    if handler is None or target.at[1] <= target.at[0]:
        return Refusal("The query could not be found in this handler: ask for access to its row by hand.")
    node = around(root, target.at)
    given = asked_by(node, facts.get("key", "id"))
    given = given or named_at(statement_of(node), facts.get("id", ""), statement_of(node))
    if not given or not re.fullmatch(r"[\w.]+", given):
        return Refusal(f"The id of the row is made inside the query: ask `{facts.get('helper')}` about it by hand.")
    place, behind = _place(node, handler, given)
    if facts.get("early") and not behind:
        place = _first_named(place, handler, given)
    probe = _next(place) if behind else place
    call = asking(probe or place, facts, given, root)
    brings = "" if call else _brought(handler, facts)
    call = call or (asking(probe or place, facts, given, root, brought=holder(brings)) if brings else "")
    if not call:
        return Refusal("No value here says who the caller is: ask for the session first, then for access.")
    if _flat(call.removeprefix("await ")) in _flat(text(handler)):
        return Edits(())
    no = refusal(root, handler, facts)
    lines = f"{call};" if facts.get("throws") else f"if (!({call})) {{\n  {no.lines}\n}}"
    lines = f"{brings}\n{lines}" if brings else lines
    needs = target.needs if facts.get("throws") else (*target.needs, *no.needs)
    needs = needs if brings else without_brought(needs, facts)
    style = style_of(root, source)
    hunk = after(source, style, place, lines, SAYS) if behind else before(source, style, place, lines, SAYS)
    return with_imports(root, source, style, [hunk], needs)


def without_brought(needs: Iterable[Needed], facts: Mapping[str, str]) -> tuple[Needed, ...]:
    """Imports without those that only what holds the caller is made with: it is known here already."""
    return tuple(one for one in needs if one.bound not in facts.get("only", "").split(","))


def _brought(handler: Node, facts: Mapping[str, str]) -> str:
    """The declaration of what holds the caller; nothing where the handler calls something else so."""
    said = facts.get("brings", "")
    taken = {text(one) for one in walk(handler) if one.type in {"identifier", "shorthand_property_identifier_pattern"}}
    return "" if holder(said) in taken else said


def holder(brings: str) -> str:
    """``user`` of ``const user = await requireUser();``."""
    found = re.match(r"const\s+(\w+)", brings)
    return found[1] if found is not None else ""


def asking(place: Node, facts: Mapping[str, str], given: str, root: Node, brought: str = "") -> str:
    """The call as a place can write it; empty where it cannot name the caller, or the client that the function is handed."""
    call = facts.get("call", "")
    if "{caller}" in call:
        value = value_for(place, facts.get("column", "user_id"), paths=facts.get("paths", ""))
        told = facts.get("mine", "")
        value = value or (told if told and readable(place, told) else "")
        if not value:
            return ""
        call = call.replace("{caller}", value)
    inside = re.sub(r"\w+:|\{id\}", "", call.partition("(")[2])
    read = {
        one
        for one in re.findall(r"(?<![.\w$])[A-Za-z_$][\w$]*", inside)
        if one not in {"null", "undefined", "true", "false"}
    }
    known = names_before(place) | set(bound_names(root)) | {brought}
    return call.replace("{id}", given) if read <= known else ""


def refusal(root: Node, handler: Node, facts: Mapping[str, str]) -> No:
    """What this handler does for who may not, or the others: their own words, where it has none."""
    own = answer(root, handler, facts.get("kind", "route"), 403)
    throws = facts.get("kind") in {"procedure", "action", "service"} and own.lines.startswith("throw")
    mine = own.lines.rstrip(";") in text(handler)
    return No(facts["refusal"]) if facts.get("refusal") and throws and not mine else own


def refused_when_empty(call: Node) -> bool:
    """``const access = await getAccess(…); if (!access) throw …``: whoever gets no answer may not."""
    statement = statement_of(call)
    declared = statement.named_children[0] if statement.type == "lexical_declaration" else None
    following = _next(statement)
    inside = field(following, "consequence") if following is not None and following.type == "if_statement" else None
    test = text(field(following, "condition"))
    return inside is not None and exits(inside) and test == f"(!{text(field(declared, 'name'))})"


def carried(call: Node, holder: str) -> tuple[str, tuple[str, ...]]:
    """The declaration of what holds the caller, as model text, with the imports it uses; nothing where it needs more than imports."""
    made = next(
        (one for one in locals_before(call) if one.name == holder and one.value is not None and not one.path), None
    )
    if made is None:
        return "", ()
    statement = statement_of(made.node)
    used = free_names([statement]) - set(declares(statement))
    imports = set(bound_names(top_of(call)))
    if not used or used - imports or statement.type != "lexical_declaration" or len(statement.named_children) > 1:
        return "", ()
    return model_of(top_of(call).text or b"", statement), tuple(sorted(used))


def refusal_behind(call: Node) -> str:
    """``throw new Error("…");`` of the ``if`` behind the call of an access function, where it says nothing of that handler alone; empty otherwise."""
    statement = statement_of(call)
    one = statement if statement.type == "if_statement" else _next(statement)
    inside = field(one, "consequence") if one is not None and one.type == "if_statement" else None
    for each in own_nodes(inside) if inside is not None else ():
        words = text(each).rstrip(";")
        if each.type == "throw_statement" and re.fullmatch(r"throw new Error\(\s*[\"'][^\"'\n]*[\"'],?\s*\)", words):
            return f"{words};"
    return ""


def asked_by(query: Node, key: str) -> str:
    """What a query compares a column with: ``where: { id: pollId }``, ``eq(poll.id, pollId)``, ``.eq("id", pollId)``."""
    for one in walk(query):
        if one.type == "pair" and text(field(one, "key")) == "where":
            value = pairs(field(one, "value")).get(key)
            if value is not None:
                return text(value)
        given = arguments(one) if one.type == "call_expression" else []
        if len(given) > 1 and text(field(one, "function")).rsplit(".", 1)[-1] == "eq":
            name = string(given[0]) or text(given[0]).rsplit(".", 1)[-1]
            if name == key:
                return text(given[1])
    return ""


def _place(node: Node, handler: Node, given: str) -> tuple[Node, bool]:
    """Behind the statement that gives the id (and the refusal that follows it), or before the handler's own statement that holds the query."""
    top = statement_of(node)
    block = block_of(handler)
    one = top
    while one.parent is not None and one != handler:
        if _where_there(one, given):
            return one, False  # where none was sent there is nothing to ask about
        if one.parent == block or (one.parent.parent is not None and one.parent.parent.type == "try_statement"):
            top = one
            break
        one = one.parent
    root = given.split(".", 1)[0]
    made = next((local for local in locals_before(node) if local.name == root and local.value is not None), None)
    if made is None:
        return top, False
    declared = statement_of(made.node)
    if declared.start_byte < handler.start_byte:
        return top, False
    following = _next(declared)
    inside = field(following, "consequence")
    if (
        following is not None
        and following.type == "if_statement"
        and inside is not None
        and exits(inside)
        and re.search(rf"!\s*{re.escape(root)}\b", text(field(following, "condition")))
    ):
        return following, True
    return declared, True


def _where_there(statement: Node, given: str) -> bool:
    """The statement stands on the branch of an ``if`` that looks whether the id is there: ``if (spaceId && …) { … }``."""
    held = statement.parent
    above = held.parent if held is not None and held.type == "statement_block" else None
    return (
        above is not None
        and above.type == "if_statement"
        and field(above, "consequence") == held
        and re.search(rf"[(&]\s*{re.escape(given)}\s*[&)]", text(field(above, "condition"))) is not None
    )


def _first_named(place: Node, handler: Node, given: str) -> Node:
    """The first statement of the handler that names the id: what a function stores at the end was changed before."""
    block = block_of(handler)
    for one in statements(block) if block is not None else ():
        if one.start_byte >= place.start_byte:
            break
        if re.search(rf"(?<![\w.]){re.escape(given)}\b", text(one)):
            return one
    return place


def _next(statement: Node) -> Node | None:
    held = statement.parent.named_children if statement.parent is not None else []
    return next((one for one in held if one.start_byte >= statement.end_byte and one.type != "comment"), None)


def _flat(words: str) -> str:
    return re.sub(r"[\s\"';,]", "", words)
