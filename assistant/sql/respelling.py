"""The same predicate in a faster spelling: the caller and uncorrelated lists are asked once a statement.

Two replacements in the policy's own text, both without a change of meaning for any row or NULL: ``auth.uid()`` becomes
``(select auth.uid())``, and ``x IN (SELECT ...)`` whose query knows nothing of the row becomes ``x = ANY (ARRAY(SELECT ...))``. Every
column, comparison, AND and OR stays where it stands; the result is read again and refused when it does not say the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from assistant.sql.expression import bare, read, write
from assistant.sql.scopes import resolve


if TYPE_CHECKING:
    from assistant.domain.names import Name
    from assistant.sql.branches import Surface

_CALLER: Final = re.compile(
    r"('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\")|(?<!select )(?<![\w.])(auth\.(?:uid|jwt|role|email|user_id)\(\))",
    re.IGNORECASE,
)
_SETTING: Final = re.compile(
    r"(?<!select )(?<![\w.])(current_setting\((?:'[^']*'(?:::text)?)(?:, (?:true|false))?\))", re.IGNORECASE
)
_LIST: Final = re.compile(r"(?<=[\w\"])\s+IN\s+(\(\s*SELECT\b)", re.IGNORECASE)
"""After a column or a cast; a row of several columns has no array."""
_QUOTED: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")


def respelled(text: str | None, row: Name, surface: Surface) -> str | None:
    """The predicate in its faster spelling, or as it is when there is none that says the same.

    Args:
        text: a predicate as the catalog prints it.
        row: the table it guards.
        surface: the names it may use.
    """
    if text is None:
        return None
    new = wrapped(_fetched_once(text, row, surface)) or text
    return new if meaning(new) is not None and meaning(new) == meaning(text) else text


def wrapped(text: str | None) -> str | None:
    """Each bare ``auth.uid()`` and setting as a scalar sub-select, strings untouched."""
    if text is None:
        return None
    once = _CALLER.sub(lambda found: found.group(1) or f"(select {found.group(2)})", text)
    return _SETTING.sub(r"(select \1)", once)


def meaning(text: str) -> str | None:
    """The predicate with both replacements undone; None when it cannot be read. Equal texts say the same."""
    expression = read(text)
    if expression is None:
        return None
    root = exp.Paren(this=expression)
    for equal in list(root.find_all(exp.EQ)):
        query = _array_query(equal)
        if query is not None:
            equal.replace(exp.In(this=equal.this, query=exp.Subquery(this=query)))
    for scalar in list(root.find_all(exp.Subquery)):
        select = scalar.this
        if isinstance(select, exp.Select) and not select.args.get("from_") and len(select.expressions) == 1:
            only = select.expressions[0]
            scalar.replace(only.this if isinstance(only, exp.Alias) else only)
    for paren in list(root.find_all(exp.Paren)):
        if paren is not root and not isinstance(paren.this, (exp.And, exp.Or)):
            paren.replace(paren.this)
    return write(bare(root))


def _array_query(node: exp.EQ) -> exp.Expr | None:
    """The query of ``x = ANY (ARRAY(SELECT ...))``."""
    if not isinstance(node.expression, exp.Any):
        return None
    array = bare(node.expression.this)
    if not isinstance(array, exp.Array) or len(array.expressions) != 1:
        return None
    query = array.expressions[0]
    while isinstance(query, (exp.Subquery, exp.Paren)):
        query = query.this
    return query if isinstance(query, exp.Select) else None


def _fetched_once(text: str, row: Name, surface: Surface) -> str:
    """Lists that do not depend on the row, outermost only, as arrays."""
    at = 0
    while (found := _LIST.search(_masked(text), at)) is not None:
        at = found.end()
        start = found.start(1)
        end = _closing(_masked(text), start)
        if end is None or _inside_query(_masked(text), found.start()):
            continue
        if _free_of_row(text[start + 1 : end], row, surface):
            text = f"{text[: found.start()]} = ANY (ARRAY{text[start : end + 1]}){text[end + 1 :]}"
            at = end
    return text


def _masked(text: str) -> str:
    """Strings and quoted names blanked (their quotes stay), so that positions hold and nothing inside is taken for SQL."""
    return _QUOTED.sub(lambda found: f"{found.group()[0]}{'_' * (len(found.group()) - 2)}{found.group()[0]}", text)


def _closing(text: str, start: int) -> int | None:
    depth = 0
    for position in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        if depth == 0:
            return position
    return None


def _inside_query(text: str, position: int) -> bool:
    """True when the position lies within another sub-select."""
    opened: list[bool] = []
    for at, sign in enumerate(text[:position]):
        if sign == "(":
            opened.append(re.match(r"\(\s*SELECT\b", text[at:], re.IGNORECASE) is not None)
        elif sign == ")" and opened:
            opened.pop()
    return any(opened)


def _free_of_row(query: str, row: Name, surface: Surface) -> bool:
    """The query reads one column and nothing of the guarded row, as far as every one of its names can be placed."""
    expression = read(query)
    if not isinstance(expression, exp.Select) or len(expression.expressions) != 1:
        return False
    # it must be read where it stands, inside a predicate over the row
    resolved = resolve(exp.Paren(this=expression), row, surface.relations)
    uses = list(resolved.within(expression))
    columns = list(expression.find_all(exp.Column))
    return len(uses) == len(columns) and not any(use.of_row for use in uses)
