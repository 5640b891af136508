"""Refuses a caller who names somebody else: the parameter stays, because it stands in the path.

Facts: ``from`` (the part of the request that names a person: ``path.user_id``), ``value`` (expression; without one, the caller known to
the function), ``engine``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.python.answers import answer
from codemods.python.caller import caller_of
from codemods.python.tree import function_on, hunks_between, line_of, parse, with_import
from codemods.target import Edits, Refusal


if TYPE_CHECKING:
    from codemods.target import Answer, Target

SAYS = "Who is calling comes from the session, not from what the caller writes."


def edit(source: bytes, target: Target) -> Answer:
    """Compare the parameter with the caller at the top of the function."""
    import libcst as cst

    tree, words = parse(source), source.decode("utf-8", "replace")
    name = target.facts.get("from", "").rsplit(".", 1)[-1]
    held = function_on(tree, line_of(source, target.function[0])) if tree is not None else None
    if tree is None or held is None or not isinstance(held.body, cst.IndentedBlock):
        return Refusal("Where the identity is read could not be found: take it from the session by hand.")
    if name not in {one.name.value for one in (*held.params.params, *held.params.kwonly_params)}:
        return Refusal(f"`{name}` is no parameter of this function: take the caller from the session by hand.")
    start, end = target.function
    value = target.facts.get("value", "") or caller_of(
        words, source[start:end].decode("utf-8", "replace"), target.facts.get("engine", ""), "user_id"
    )
    no = answer(words, 403)
    if not value or no is None:
        return Refusal("No value here says who the caller is: ask for the user first, and compare the id with theirs.")
    differs = f"{name} != {value}"
    if differs in tree.code_for_node(held.body):
        return Edits(())
    made = cst.parse_statement(f"if {differs}:\n    {no.line}\n")
    at = 1 if held.get_docstring() is not None else 0
    changed = tree.with_deep_changes(held.body, body=[*held.body.body[:at], made, *held.body.body[at:]])
    return Edits(hunks_between(source, with_import(changed, no.module, no.name).code, SAYS))
