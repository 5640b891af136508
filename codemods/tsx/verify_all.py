"""Looks whether every row of a list that the request names is the caller's, before the ids are stored.

Facts: ``lookup`` (model text of an expression that gives the caller's rows among ``{ids}``; ``{caller}``, ``{client}``), ``id`` (name of
the list in the request), ``client``, ``column``, ``name`` (local name for what is found), ``counts`` (the look-up gives a number), ``data`` (the rows are its answer's ``data``), ``kind``.
``Target.needs`` brings in what the look-up uses.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.target import Edits, Refusal
from codemods.tsx.answers import answer
from codemods.tsx.insert import before, with_imports
from codemods.tsx.place import before_work, client_at, named_at
from codemods.tsx.present import with_present
from codemods.tsx.style import style_of
from codemods.tsx.tree import around, enclosing_function, function_at, parse, text
from codemods.tsx.verify import shortened
from codemods.tsx.whose import whose


if TYPE_CHECKING:
    from codemods.target import Answer, Target

SAYS = "The ids come from the request, and nobody asked whose rows they name."


def edit(source: bytes, target: Target) -> Answer:
    """Put the look-up and the refusal before the work that stores the ids."""
    root = parse(source, target.path)
    facts = target.facts
    lookup, given = facts.get("lookup", ""), facts.get("id", "")
    handler = function_at(root, target.function)
    if target.at[1] <= target.at[0] or not lookup or not given or handler is None:
        return Refusal("Whose rows the ids name could not be asked here: look them up by their owner first.")
    node = around(root, target.at)
    place = before_work(node, handler, branches=True)
    function = enclosing_function(place) or handler
    value = whose(place, facts.get("column", ""), target)
    if not value:
        return Refusal("No value here says who the caller is: ask for the session first, then look the rows up.")
    ids = named_at(place, given, place)
    if not ids:
        return Refusal(f"`{given}` cannot be named here: look its rows up by their owner before the ids are used.")
    words = lookup.replace("{ids}", ids).replace("{caller}", value)
    words = shortened(words.replace("{client}", client_at(node, place, facts.get("client", ""))))
    if _flat(words) in _flat(text(handler)):
        return Edits(())
    name = facts.get("name") or "owned"
    if re.search(rf"\b{re.escape(name)}\b", text(function)):
        return Refusal(f"`{name}` means something else here: look the rows up by their owner by hand.")
    words = words.replace("\n", "\n  ")
    no = answer(root, function, facts.get("kind", "route"), 404)
    count = name if facts.get("counts") else f"{name}?.length" if facts.get("data") else f"{name}.length"
    bound = f"{{ data: {name} }}" if facts.get("data") else name
    lines = (
        f"if ({ids}?.length) {{\n  const {bound} = {words};\n"
        f"  if ({count} !== new Set({ids}).size) {{\n    {no.lines}\n  }}\n}}"
    )
    hunk = before(source, style_of(root, source), place, lines, SAYS)
    made = with_imports(root, source, style_of(root, source), [hunk], (*target.needs, *no.needs))
    return with_present(source, root, place, value, target, made)


def _flat(words: str) -> str:
    return re.sub(r"[\s\"';,]", "", words)
