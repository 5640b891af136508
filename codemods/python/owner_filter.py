"""Adds the owner to a query of SQLAlchemy, Django or supabase-py, so that a row of somebody else is not found.

Facts: ``column`` (attribute of the model), ``value`` (expression; without one, the caller known to the function), ``engine``
(sqlalchemy, django, supabase), ``table`` (name of the model class), ``kind`` (of the entry).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.python.caller import caller_of
from codemods.python.queryset import with_queryset
from codemods.python.tree import calls_between, hunks_between, line_of, parse
from codemods.target import Edits, Refusal


if TYPE_CHECKING:
    import libcst as cst

    from codemods.target import Answer, Target

SAYS = "The row is found by its id alone: whose it is has to be asked too."
_DJANGO = re.compile(r"\.objects\b|get_object_or_404")
_NAMED = frozenset({"get", "filter", "get_object_or_404", "exclude", "aget", "filter_by"})
"""Calls that take conditions by name."""
_TESTED = frozenset({"where", "filter"})
"""Calls that take conditions as expressions."""
_BY_KEY = {"get": "first", "get_or_404": "first_or_404"}
"""Look-ups of Flask-SQLAlchemy by the primary key, and what gives the same answer behind conditions."""
_FILTERS = frozenset({"eq", "neq", "in_", "match", "filter", "is_", "gt", "lt", "gte", "lte", "like", "ilike"})
_STARTS = frozenset({"select", "update", "delete"})


def edit(source: bytes, target: Target) -> Answer:
    """Add one condition to the first call of the query that takes conditions."""
    tree = parse(source)
    column, engine = target.facts.get("column", ""), target.facts.get("engine", "")
    if tree is None or not column:
        return Refusal("The column that says whose row it is is not known: name it in the ownership map.")
    written = source[target.at[0] : target.at[1]].decode()
    start, end = target.function
    around = source[start : max(end, target.at[1])].decode("utf-8", "replace")
    value = target.facts.get("value", "") or caller_of(source.decode(), around, engine, column)
    if engine == "django" and (written.lstrip().startswith(("class ", "@")) or not _DJANGO.search(written)):
        return with_queryset(source, tree, line_of(source, target.at[0]), column, SAYS)
    if not value:
        return Refusal("No value here says who the caller is: ask for the user first, then add the owner to the query.")
    if re.search(rf"\b{re.escape(column)}\b[\"']?\s*(==?|,)\s*{re.escape(value)}", written):
        return Edits(())
    lines = line_of(source, target.at[0]), line_of(source, target.at[1])
    changed = _changed(tree, written, lines, column, value, target)
    if changed is None:
        return Refusal(f"The query is built in a way that is not rewritten: add `{column}` = {value} to it by hand.")
    return Edits(hunks_between(source, changed.code, SAYS))


def _changed(
    tree: cst.Module, written: str, lines: tuple[int, int], column: str, value: str, target: Target
) -> cst.Module | None:
    """The module with the condition; None where the query has no place for one that is known."""
    if target.facts.get("engine") == "supabase":
        return _linked(tree, lines, f'.eq("{column}", {value})')
    if _DJANGO.search(written) or ".filter_by(" in written:
        return _with_argument(tree, lines, f"{column}={value}", _NAMED)
    known = re.search(r"\b(?:where|filter)\(\s*([A-Z]\w*)\.\w+", written)
    name = known[1] if known else target.facts.get("table", "")
    if name.isidentifier() and re.search(r"\.(where|filter)\(", written):
        return _with_argument(tree, lines, f"{name}.{column} == {value}", _TESTED)
    return _by_key(tree, lines, f"{column}={value}") if re.search(r"\.query\.get(_or_404)?\(", written) else None


def _with_argument(tree: cst.Module, lines: tuple[int, int], argument: str, names: frozenset[str]) -> cst.Module | None:
    import libcst as cst

    call = cst.ensure_type(cst.parse_expression(f"f({argument})"), cst.Call)
    found = [node for name, node in calls_between(tree, lines) if name in names and node.args]
    if not found:
        return None
    best = found[0]
    last = best.args[-1]
    if isinstance(last.comma, cst.Comma):
        # one argument a line: the new one stands like the last
        args = [*best.args, call.args[0].with_changes(comma=last.comma)]
        if len(best.args) == 1 and isinstance(best.whitespace_before_args, cst.ParenthesizedWhitespace):
            gap = cst.Comma(whitespace_after=best.whitespace_before_args)
            args = [last.with_changes(comma=gap), call.args[0].with_changes(comma=last.comma)]
        elif len(best.args) > 1:
            args = [*best.args[:-1], last.with_changes(comma=best.args[-2].comma), args[-1]]
    else:
        args = [
            *best.args[:-1],
            last.with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))),
            call.args[0],
        ]
    return tree.with_deep_changes(best, args=args)


def _by_key(tree: cst.Module, lines: tuple[int, int], argument: str) -> cst.Module | None:
    """``Note.query.get_or_404(note_id)`` becomes a search by the key and the owner with the same answer."""
    import libcst as cst

    for name, node in calls_between(tree, lines):
        if name not in _BY_KEY or len(node.args) != 1 or not isinstance(node.func, cst.Attribute):
            continue
        model, key = tree.code_for_node(node.func.value), tree.code_for_node(node.args[0].value)
        if model.endswith(".query"):
            fresh = cst.parse_expression(f"{model}.filter_by(id={key}, {argument}).{_BY_KEY[name]}()")
            return cst.ensure_type(tree.deep_replace(node, fresh), cst.Module)
    return None


def _linked(tree: cst.Module, lines: tuple[int, int], link: str) -> cst.Module | None:
    """One more filter behind the last that is there, in a line of its own where the chain has one for each."""
    import libcst as cst

    chain = [(name, node) for name, node in calls_between(tree, lines) if isinstance(node.func, cst.Attribute)]
    last = next((node for name, node in reversed(chain) if name in _FILTERS), None)
    last = last or next((node for name, node in reversed(chain) if name in _STARTS), None)
    if last is None or any(name in {"insert", "upsert", "rpc"} for name, _ in chain):
        return None
    fresh = cst.ensure_type(cst.parse_expression(f"x{link}"), cst.Call)
    func = cst.ensure_type(fresh.func, cst.Attribute)
    dot = cst.ensure_type(last.func, cst.Attribute).dot
    return cst.ensure_type(
        tree.deep_replace(last, fresh.with_changes(func=func.with_changes(value=last, dot=dot))), cst.Module
    )
