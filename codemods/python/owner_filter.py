"""Adds the owner to a query of SQLAlchemy or Django, so that a row of somebody else is not found.

Facts: ``column`` (attribute of the model), ``value`` (expression; without one, the caller known to the function), ``engine``
(sqlalchemy, django), ``model`` (name of the model class).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.python.tree import hunks_between, line_of, parse
from codemods.target import Edits, Refusal


if TYPE_CHECKING:
    import libcst as cst

    from codemods.target import Answer, Target

SAYS = "The row is found by its id alone: whose it is has to be asked too."
_DJANGO = re.compile(r"\.objects\b|get_object_or_404")
_TAKES = {"get", "filter", "get_object_or_404", "exclude", "aget"}


def edit(source: bytes, target: Target) -> Answer:
    """Add one condition to the first call of the query that takes conditions."""
    tree = parse(source)
    column = target.facts.get("column", "")
    if tree is None or not column:
        return Refusal("The column that says whose row it is is not known: name it in the ownership map.")
    written = source[target.at[0] : target.at[1]].decode()
    first, last = line_of(source, target.at[0]), line_of(source, target.at[1])
    value = target.facts.get("value", "") or _caller(source, target)
    if not value:
        return Refusal("No value here says who the caller is: ask for the user first, then add the owner to the query.")
    if re.search(rf"\b{re.escape(column)}\s*==?\s*{re.escape(value)}", written):
        return Edits(())
    argument = _argument(written, column, value, target.facts.get("model", ""))
    if argument is None:
        return Refusal(f"The query is built in a way that is not rewritten: add `{column}` = {value} to it by hand.")
    changed = _with_argument(tree, first, last, argument)
    if changed is None:
        return Refusal(f"The query has no place for a condition: add `{column}` = {value} by hand.")
    return Edits(hunks_between(source, changed.code, SAYS))


def _argument(written: str, column: str, value: str, model: str) -> str | None:
    """``user_id=user.id`` for Django, ``Model.user_id == user.id`` for SQLAlchemy."""
    if _DJANGO.search(written):
        return f"{column}={value}"
    known = re.search(r"\b(?:where|filter)\(\s*([A-Z]\w*)\.\w+", written)
    name = known[1] if known else model
    return f"{name}.{column} == {value}" if name and re.search(r"\.(where|filter)\(", written) else None


def _with_argument(tree: cst.Module, first: int, last: int, argument: str) -> cst.Module | None:
    import libcst as cst
    from libcst.metadata import MetadataWrapper, PositionProvider

    positions = MetadataWrapper(tree, unsafe_skip_copy=True).resolve(PositionProvider)
    call = cst.ensure_type(cst.parse_expression(f"f({argument})"), cst.Call)
    wanted = _TAKES if "==" not in argument else {"where", "filter"}
    found: list[tuple[int, cst.Call]] = []
    for node, place in positions.items():
        if isinstance(node, cst.Call) and first <= place.start.line <= last and place.end.line <= last:
            name = node.func.attr.value if isinstance(node.func, cst.Attribute) else getattr(node.func, "value", "")
            if name in wanted and node.args:
                found.append((place.end.line * 1000 + place.end.column, node))
    if not found:
        return None
    best = min(found, key=lambda one: one[0])[1]
    args = [*best.args[:-1], best.args[-1].with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))]
    return tree.with_deep_changes(best, args=[*args, call.args[0]])


def _caller(source: bytes, target: Target) -> str:
    """``request.user``, ``current_user.id`` or ``user.id``: what the function around the query knows."""
    start, end = target.function
    body = source[start : max(end, target.at[1])].decode("utf-8", "replace")
    name = re.search(r"\b(\w*user\w*)\s*(?::[^=,)]+)?=\s*Depends\(|Annotated\[\w+,\s*Depends\(", body)
    if name and name[1]:
        return f"{name[1]}.id"
    if re.search(r"\bcurrent_user\b", source.decode("utf-8", "replace")):
        return "current_user.id"
    if _DJANGO.search(body) and re.search(r"def \w+\((self,\s*)?request\b", body):
        return "request.user.id"
    return ""
