"""Looks whether a row the request names is the caller's, before its id is stored or handed on.

Facts: ``lookup`` (model text of an expression that finds the row only when it is the caller's; ``{id}`` stands for the id and ``{caller}``
for the caller, ``{client}`` for the client), ``id`` (expression of the id here), ``value`` (expression; without one, the caller's id in scope), ``name`` (local name
for the row), ``kind``, ``status``, ``absent`` (the row need not be there), ``client``, ``listed`` (the look-up gives a list), ``data`` (the row is its answer's ``data``),
``scalar`` (it answers the owner and no row), ``perhaps`` (the id need not be sent), ``key`` (the column that the query compares with it), ``stored`` (the column that it is stored in). ``Target.needs`` brings in what the look-up uses.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.target import Edits, Refusal
from codemods.tsx.access import asked_by
from codemods.tsx.answers import No, answer
from codemods.tsx.compare import or_nobody
from codemods.tsx.guard import exits
from codemods.tsx.imports import bound_names
from codemods.tsx.insert import after, before, with_imports
from codemods.tsx.place import before_work, client_at, named_at
from codemods.tsx.present import with_present
from codemods.tsx.scope import locals_before, names_before
from codemods.tsx.style import style_of
from codemods.tsx.tree import around, enclosing_function, field, function_at, parse, statement_of, text, top_of, walk
from codemods.tsx.whose import whose


if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

    from assistant.domain.fixes import Hunk
    from codemods.target import Answer, Target
    from codemods.tsx.style import Style

_BINDING = frozenset({"identifier", "shorthand_property_identifier_pattern"})
_ELSEWHERE = "?"
_PERHAPS = re.compile(r"([\w.]+)\s*(?:\?\?|\|\|)\s*(?:null|undefined)")
"""``routeId ?? null``: there may be none."""
"""Stored by an expression that has no meaning before the query."""
ASKS_OTHERS = re.compile(r"\bawait\s+(?:fetch|\$fetch|axios(?:\.\w+)?|ky(?:\.\w+)?|got(?:\.\w+)?)\(")
"""Another service is asked: what it does is not undone by a condition in a later query."""
SAYS = "The id comes from the request, and nobody asked whose row it names."


def edit(source: bytes, target: Target) -> Answer:
    """Put the look-up and the refusal before the statement that uses the id."""
    root = parse(source, target.path)
    facts = target.facts
    lookup, given = facts.get("lookup", ""), facts.get("id", "")
    if target.at[1] <= target.at[0] or not lookup or not given:
        return Refusal(
            "How to find out whose row this is could not be taken from the repository: look it up by its owner first."
        )
    node = around(root, target.at)
    place, client = _where(node, function_at(root, target.function), facts.get("client", ""))
    function = enclosing_function(place)
    value = whose(place, facts.get("column", ""), target)
    if function is None or not value:
        return Refusal(
            "No value here says who the caller is: ask for the session first, then look the row up by its owner."
        )
    statement, known = place, names_before(place)
    given = named(node, place, facts, known)
    if not given:
        return Refusal(f"`{facts['id']}` cannot be named here: look its row up by its owner before it is used.")
    if not is_known(client, known, root, target):
        return Refusal(
            "What the look-up asks is not known in this handler: hand the owner on to where the row is found."
        )
    words = lookup.replace(f"{{ {given}: {{id}} }}", f"{{ {given} }}").replace("{id}", given).replace("{caller}", value)
    words = shortened(words.replace("{client}", client))
    there = "" if facts.get("scalar") else _found_before(statement, words)
    if facts.get("scalar") and _flat(words) in _flat(text(function)):
        return Edits(())
    if client and not there and not facts.get("differs") and not facts.get("absent"):
        statement = first_use(statement, client, given, value)
    style = style_of(root, source)
    no = _of_this(answer(root, function, facts.get("kind", "route"), int(facts.get("status", "404"))), facts)
    differs = facts.get("differs", "").replace("{caller}", or_nobody(value, facts))
    if facts.get("listed") and _flat(words) in _flat(text(function)):
        return Edits(())
    here = _made_by(place, words) if differs and not there and not facts.get("absent") else ""
    if there or here:
        told = f"{there or here}.{differs}"
        if not differs or _flat(told) in _flat(text(function)):
            return Edits(())
        lines = f"if ({there} && {told}) {{\n  {no.lines}\n}}"
        put = before(source, style, statement, lines, SAYS) if there else _behind(source, style, place, told, no.lines)
        return with_present(source, root, place, value, target, with_imports(root, source, style, [put], no.needs))
    name = fresh(function, known, facts.get("name") or "found")
    test = f"!{name} || {name}.{differs}" if differs else f"{name} !== {value}" if facts.get("scalar") else f"!{name}"
    if facts.get("absent"):
        if not differs:
            return Refusal(
                "Whether the id is taken by somebody else cannot be asked here: look its row up before it is written."
            )
        test = f"{name} && {name}.{differs}"
    bound = f"[{name}]" if facts.get("listed") else f"{{ data: {name} }}" if facts.get("data") else name
    lines = f"const {bound} = {words};\nif ({test}) {{\n  {no.lines}\n}}"
    lines = _where_sent(lines, given, perhaps=bool(facts.get("perhaps")) or _may_be_none(node, facts.get("stored", "")))
    hunks = [before(source, style, statement, lines, SAYS)]
    made = with_imports(root, source, style, hunks, (*target.needs, *no.needs))
    return with_present(source, root, place, value, target, made)


def shortened(words: str) -> str:
    """``{ userId }`` in place of ``{ userId: userId }``."""
    return re.sub(r"(?<=[{,] )(\w+): \1(?=,| \})", r"\1", words)


def named(node: Node, place: Node, facts: Mapping[str, str], known: frozenset[str]) -> str:
    """The id as the place can write it; empty when it cannot, or would mean something else."""
    given = _stored(node, facts.get("stored", ""), known) or named_at(place, facts["id"], place)
    if not given and facts.get("key"):
        compared = asked_by(node, facts["key"])
        given = compared if re.fullmatch(r"[\w.]+", compared) and compared.split(".", 1)[0] in known else ""
    return "" if given == _ELSEWHERE else given


def is_known(client: str, known: frozenset[str], root: Node, target: Target) -> bool:
    """The client of the look-up is in scope, imported, or comes with it."""
    head = re.split(r"[.?!(\[]", client, maxsplit=1)[0]
    return not head or head in known or head in bound_names(root) or any(one.bound == head for one in target.needs)


def first_use(statement: Node, client: str, given: str, value: str) -> Node:
    """An earlier statement of the same block that asks the database, or another service, about the id already: the look-up stands before that one."""
    names = {re.split(r"[.?!(\[]", one, maxsplit=1)[0] for one in (client, given, value)}
    names -= set(bound_names(top_of(statement)))
    for one in statement.parent.named_children if statement.parent is not None else ():
        if one.start_byte >= statement.start_byte:
            break
        words = text(one)
        works = re.search(rf"\bawait\s+{re.escape(client)}\b", words) or ASKS_OTHERS.search(words)
        asks = works and re.search(rf"(?<![\w.]){re.escape(given)}\b", words)
        if asks and names <= names_before(one):
            return one
    return statement


def _stored(query: Node, column: str, known: frozenset[str]) -> str:
    """What the query stores in a column, as it is written there; empty when the column is not named."""
    head = column.partition(".")[0]
    for one in walk(query) if column else ():
        if one.type == "shorthand_property_identifier" and text(one) == column:
            return column if column in known else _ELSEWHERE
        if one.type != "pair" or text(field(one, "key")) != head:
            continue
        value = field(one, "value")
        linked = next(
            (
                each
                for each in (walk(value) if value is not None else ())
                if each.type == "pair" and text(field(each, "key")) == "id"
            ),
            None,
        )
        if column != head and linked is not None:
            value = field(linked, "value")
        words = text(value)
        perhaps = _PERHAPS.fullmatch(words)
        words = perhaps[1] if perhaps is not None else words
        return words if re.fullmatch(r"[\w.]+", words) and words.split(".", 1)[0] in known else _ELSEWHERE
    return ""


def _where_sent(lines: str, given: str, *, perhaps: bool) -> str:
    """The check, on the branch on which there is an id where none need be sent."""
    if not perhaps:
        return lines
    inside = "\n".join(f"  {line}" for line in lines.split("\n"))
    return f"if ({given}) {{\n{inside}\n}}"


def _of_this(no: No, facts: Mapping[str, str]) -> No:
    """The answer without the name of another thing: ``User not found`` says nothing of a trip."""
    about = facts.get("name", "").lower()

    def worded(found: re.Match[str]) -> str:
        return found[0] if found["thing"].lower() in about else f"{found['quote']}Not found"

    return no._replace(lines=re.sub(r"(?P<quote>[\"'])(?P<thing>[A-Z]\w+) not found(?=[\"'.])", worded, no.lines))


def _may_be_none(query: Node, column: str) -> bool:
    """The query stores nothing where no id was sent."""
    return any(
        one.type == "pair"
        and text(field(one, "key")) == column
        and _PERHAPS.fullmatch(text(field(one, "value"))) is not None
        for one in (walk(query) if column else ())
    )


def fresh(function: Node, known: frozenset[str], wished: str) -> str:
    """A name that is bound nowhere in the function: it would clash, or hide what comes later."""
    taken = known | {text(one) for one in walk(function) if one.type in _BINDING}
    return next(one for one in (wished, "owned", "ownedRow", "verifiedRow", "rowOfCaller") if one not in taken)


def _where(node: Node, handler: Node | None, client: str) -> tuple[Node, str]:
    """The statement to stand before, and the client there: what a transaction stores is looked at before it begins."""
    outside = before_work(node, handler)
    there = client_at(node, outside, client)
    return (outside, there) if there != client else (statement_of(node), client)


def _found_before(node: Node, words: str) -> str:
    """The name under which the same look-up stands before already."""
    for one in locals_before(node):
        if one.value is not None and one.path in {(), ("data",)} and _flat(text(one.value)) == _flat(words):
            return one.name
    return ""


def _made_by(statement: Node, words: str) -> str:
    """The name that the statement itself gives to the answer of the same look-up."""
    one = statement.named_children[0] if statement.type == "lexical_declaration" else None
    if one is None or len(statement.named_children) > 1 or _flat(text(field(one, "value"))) != _flat(words):
        return ""
    name = field(one, "name")
    return text(name) if name is not None and name.type == "identifier" else ""


def _behind(source: bytes, style: Style, statement: Node, differs: str, no: str) -> Hunk:
    """The compare behind the handler's own look-up, or behind the refusal of a missing row that follows it."""
    name = differs.partition(".")[0]
    held = statement.parent.named_children if statement.parent is not None else []
    following = next((one for one in held if one.start_byte >= statement.end_byte and one.type != "comment"), None)
    inside = field(following, "consequence") if following is not None and following.type == "if_statement" else None
    refused = inside is not None and exits(inside) and text(field(following, "condition")) == f"(!{name})"
    behind = following if refused and following is not None else statement
    test = differs if refused else f"!{name} || {differs}"
    return after(source, style, behind, f"if ({test}) {{\n  {no}\n}}", SAYS)


def _flat(words: str) -> str:
    return re.sub(r"[\s\"';,]", "", words)
