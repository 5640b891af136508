"""Hands the caller on to a function of the same file that finds rows without knowing who asks.

The function gets one more parameter, its query the owner as a condition, and every call the caller. Refused when the function is
exported (others call it), is handed around without being called, or when one of its callers does not know who is calling.

Facts: ``column``, ``engine``, ``table``, ``prisma``, ``paths``, ``proven``. The query stands at ``Target.at``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.owner_filter import condition
from codemods.tsx.present import present
from codemods.tsx.scope import parameters
from codemods.tsx.style import style_of
from codemods.tsx.tree import FUNCTIONS, ancestors, arguments, around, field, parse, text, walk
from codemods.tsx.whose import value_for


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target

SAYS = "The function finds rows for whoever asks: it has to be told who that is."


def edit(source: bytes, target: Target) -> Answer:
    """Parameter, condition and arguments; no edit when the function is told already."""
    root = parse(source, target.path)
    column = target.facts.get("column", "")
    found = _helper(around(root, target.at)) if target.at[1] > target.at[0] else None
    if found is None or not column or "." in column:
        return Refusal("The function that finds the row could not be changed here: hand the caller to it by hand.")
    function, name = found
    told = _camel(column)
    if told in {one.name for one in parameters(function)}:
        return Edits(())
    held = field(function, "parameters")
    last = held.named_children[-1] if held is not None and held.named_children else None
    if held is None or last is None or last.type == "rest_pattern" or field(last, "value") is not None:
        return Refusal(f"`{name}` takes its arguments in a way that is not extended: hand the caller to it by hand.")
    calls = _calls(root, function, name)
    if not calls:
        return Refusal(f"`{name}` is not only called in this file: hand the caller to it wherever it is used.")
    hunks = [Hunk(at=last.end_byte, end=last.end_byte, text=f", {told}{_typed(target.path)}", says=SAYS)]
    for call in calls:
        value = value_for(
            call,
            column,
            proven=target.facts.get("proven") != "0",
            paths=target.facts.get("paths", ""),
        )
        if not value or not arguments(call):
            return Refusal(f"A caller of `{name}` does not know who is calling: ask for the session there first.")
        at = arguments(call)[-1].end_byte
        hunks.append(Hunk(at=at, end=at, text=f", {value}", says=SAYS))
        hunks += [one for one in present(source, root, call, value, target) if one not in hunks]
    put = condition(source, target, root, style_of(root, source), told)
    if isinstance(put, Refusal) or not put.hunks:
        return put
    return Edits(tuple(sorted((*hunks, *put.hunks), key=lambda hunk: (hunk.at, hunk.end))))


def _helper(node: Node) -> tuple[Node, str] | None:
    """The named function of the module that a query stands in, when it is not exported."""
    outer = next((one for one in reversed(list(ancestors(node))) if one.type in FUNCTIONS), None)
    if outer is None:
        return None
    holder = outer.parent if outer.parent is not None and outer.parent.type == "variable_declarator" else outer
    statement = holder.parent if holder.type == "variable_declarator" else holder
    if statement is None or statement.parent is None or statement.parent.type != "program":
        return None
    name = text(field(holder, "name"))
    return (outer, name) if name else None


def _calls(root: Node, function: Node, name: str) -> list[Node]:
    """Every call of the function; nothing when it is used in another way too, or exported by its name."""
    own = field(function, "name") or field(function.parent, "name")
    out: list[Node] = []
    for one in walk(root):
        if one.type not in {"identifier", "shorthand_property_identifier"} or text(one) != name or one == own:
            continue
        parent = one.parent
        if parent is None or parent.type != "call_expression" or field(parent, "function") != one:
            return []
        out.append(parent)
    return out


def _camel(column: str) -> str:
    head, *rest = column.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def _typed(path: str) -> str:
    return ": string" if path.endswith((".ts", ".tsx", ".mts", ".cts")) else ""
