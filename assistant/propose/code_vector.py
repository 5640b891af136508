"""A vector search function with the tenant as one more argument: only where its body can be changed without doubt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from assistant.detect.code import words
from assistant.sql.names import ident, qualified


if TYPE_CHECKING:
    from assistant.domain.catalog import Function
    from assistant.domain.code import Query
    from assistant.propose.code_ground import CodeGround


class Scoped(NamedTuple):
    """The migration and what the call has to hand over."""

    forward: tuple[str, ...]
    """Statements, in order."""
    backward: tuple[str, ...]
    """The way back, in order, as many."""
    argument: str
    column: str


def scoped_function(ground: CodeGround, query: Query) -> Scoped | str:
    """The function of an rpc with a tenant argument; one sentence why not."""
    found = [
        one for name, one in (ground.catalog.functions if ground.catalog else {}).items() if name.name == query.table
    ]
    if len(found) != 1:
        return f"The function `{query.table}` is not in the schema once: give it an argument for the tenant, and compare the tenant's column with it."
    function = found[0]
    read = re.findall(r"\bfrom\s+(?:public\.)?\"?(\w+)\"?", function.body, re.IGNORECASE)
    tables = {words.table_key(name): name for name in read}
    if len(tables) != 1 or len(re.findall(r"\bselect\b", function.body, re.IGNORECASE)) != 1:
        return f"`{query.table}` reads more than one table: add the tenant to its condition by hand, and hand it over in the call."
    table = next(iter(tables.values()))
    columns = ground.owner_columns(table, "supabase")
    if not columns:
        return f"Which column of `{table}` says whose a row is could not be told: name it in the ownership map (`stanch own`), then run this again."
    return _rewritten(ground, function, table, columns[0])


def _rewritten(ground: CodeGround, function: Function, table: str, column: str) -> Scoped | str:
    catalog = ground.catalog
    assert catalog is not None
    kind = next(
        (
            one.type
            for name, each in catalog.tables.items()
            if name.name == table
            for one in each.columns
            if one.name == column
        ),
        "",
    )
    argument = f"match_{column}"
    clauses = list(re.finditer(r"\bwhere\b", function.body, re.IGNORECASE))
    alias = re.search(
        rf"\bfrom\s+(?:public\.)?\"?{re.escape(table)}\"?(?:\s+(?:as\s+)?(?!where|order|limit|join|on)(\w+))?",
        function.body,
        re.IGNORECASE,
    )
    if (
        not kind
        or len(clauses) > 1
        or alias is None
        or function.language not in {"sql", "plpgsql"}
        or not function.definition
    ):
        return f"The body of `{function.name.name}` is not simple enough to be changed safely: add `{column} = {argument}` to its condition by hand."
    source = ident(alias[1] or table)
    test = f"{source}.{ident(column)} = {ident(argument)}"
    if clauses:
        at = clauses[0].end()
        body = f"{function.body[:at]} {test} and{function.body[at:]}"
        if re.search(r"\bor\b", function.body[at:], re.IGNORECASE):
            return f"The condition of `{function.name.name}` has an OR: add `{column} = {argument}` around it by hand."
    else:
        at = alias.end()
        body = f"{function.body[:at]} where {test}{function.body[at:]}"
    definition = function.definition.rstrip().rstrip(";")
    head, held, tail = definition.partition(function.body)
    opened = head.find(")\n RETURNS") if ")\n RETURNS" in head else -1
    if not held or opened < 0:
        return f"`{function.name.name}` is written in a form that is not rewritten: add `{column} = {argument}` to its condition by hand."
    # with a default in front, PostgreSQL wants one here too: null finds nothing
    put = f"{', ' if function.arguments else ''}{ident(argument)} {kind} DEFAULT NULL"
    create = f"{head[:opened]}{put}{head[opened:]}{body}{tail}"
    drop = f"drop function {qualified(function.name)}"
    arguments = f"{function.name.args},{kind}" if function.name.args else kind
    back = f"drop function {ident(function.name.schema)}.{ident(function.name.name)}({arguments})"
    return Scoped((drop, create), (back, definition), argument, column)
