"""Compares a row with the caller right after it was read, with the same answer for "not yours" and "not there".

Facts: ``column`` (attribute of the row), ``value`` (expression; without one, the caller known to the function), ``engine``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.python.answers import answer
from codemods.python.caller import caller_of
from codemods.python.tree import hunks_between, line_of, parse, with_import
from codemods.target import Edits, Refusal


if TYPE_CHECKING:
    import libcst as cst

    from codemods.target import Answer, Target

SAYS = "The row is used without asking whose it is."


def edit(source: bytes, target: Target) -> Answer:
    """Extend the check for a missing row, or put one behind the fetch."""
    tree = parse(source)
    column, words = target.facts.get("column", ""), source.decode("utf-8", "replace")
    if tree is None or not column or target.at[1] <= target.at[0]:
        return Refusal("The place where the row is read is not known: compare its owner with the caller by hand.")
    if target.facts.get("engine") == "supabase":
        return Refusal("The rows come as a list there: add the owner to the conditions of the query.")
    start, end = target.function
    value = target.facts.get("value", "") or caller_of(
        words, source[start : max(end, target.at[1])].decode("utf-8", "replace"), "", column
    )
    if not value:
        return Refusal("No value here says who the caller is: ask for the user before this row is read.")
    found = _read_at(tree, line_of(source, target.at[0]))
    if found is None:
        return Refusal("The row that is read here has no name to compare: compare its owner with the caller by hand.")
    block, number, name = found
    differs = f"{name}.{column} != {value}"
    later = "".join(tree.code_for_node(one) for one in block.body[number + 1 :])
    if differs in later:
        return Edits(())
    changed = _extended(tree, block, number, name, differs) or _inserted(tree, words, block, number, name, differs)
    if changed is None:
        return Refusal(
            "How this service answers for a missing row is not known: compare the row with the caller by hand."
        )
    return Edits(hunks_between(source, changed.code, SAYS))


def _read_at(tree: cst.Module, line: int) -> tuple[cst.IndentedBlock, int, str] | None:
    """The block, the statement's number in it, and the name that the row is read into."""
    import libcst as cst
    from libcst.metadata import MetadataWrapper, PositionProvider

    positions = MetadataWrapper(tree, unsafe_skip_copy=True).resolve(PositionProvider)
    for node in positions:
        if not isinstance(node, cst.IndentedBlock):
            continue
        for number, one in enumerate(node.body):
            place = positions[one]
            if not isinstance(one, cst.SimpleStatementLine) or not place.start.line <= line <= place.end.line:
                continue
            small = one.body[0]
            if (
                isinstance(small, cst.Assign)
                and len(small.targets) == 1
                and isinstance(small.targets[0].target, cst.Name)
            ):
                return node, number, small.targets[0].target.value
    return None


def _extended(tree: cst.Module, block: cst.IndentedBlock, number: int, name: str, differs: str) -> cst.Module | None:
    """``if row is None or row.owner != caller:`` where the next statement ends the function for a missing row."""
    import libcst as cst

    after = block.body[number + 1] if number + 1 < len(block.body) else None
    if not isinstance(after, cst.If):
        return None
    test, inside = tree.code_for_node(after.test), tree.code_for_node(after.body)
    missing = test in {f"not {name}", f"{name} is None", f"{name} == None"}
    if not missing or not re.search(r"^\s*(raise|return|abort\()", inside, re.MULTILINE):
        return None
    return tree.with_deep_changes(after, test=cst.parse_expression(f"{test} or {differs}"))


def _inserted(
    tree: cst.Module, words: str, block: cst.IndentedBlock, number: int, name: str, differs: str
) -> cst.Module | None:
    import libcst as cst

    no = answer(words, 404)
    if no is None:
        return None
    made = cst.parse_statement(f"if {name} is None or {differs}:\n    {no.line}\n")
    changed = tree.with_deep_changes(block, body=[*block.body[: number + 1], made, *block.body[number + 1 :]])
    return with_import(changed, no.module, no.name)
