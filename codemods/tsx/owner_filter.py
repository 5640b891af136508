"""Adds the owner to a query's conditions, so that a row of somebody else is not found.

Facts: ``also`` (a path to the members of the row's space, when it names its author too: Prisma), ``column`` (as the query language wants it; ``team.users.some.userId`` for a relation), ``value`` (expression; without one, the
caller's id in scope), ``engine``, ``verb``, ``prisma`` (major version, empty when unknown).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Needed, Refusal
from codemods.tsx.insert import with_imports
from codemods.tsx.layout import add_entry, add_link, joined
from codemods.tsx.present import with_present
from codemods.tsx.raw_sql import add_condition, statement_at
from codemods.tsx.style import style_of
from codemods.tsx.tree import arguments, around, chain_around, field, links, pairs, parse, plain, text, walk
from codemods.tsx.whose import whose


if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from codemods.target import Answer, Target
    from codemods.tsx.style import Style

SAYS: Final = "The row is found by its id alone: whose it is has to be asked too."
_SUPABASE_FILTERS: Final = frozenset(
    {
        "eq",
        "neq",
        "gt",
        "gte",
        "lt",
        "lte",
        "like",
        "ilike",
        "is",
        "in",
        "contains",
        "match",
        "not",
        "or",
        "filter",
        "textSearch",
    }
)
_SUPABASE_STARTS: Final = frozenset({"select", "update", "delete", "rpc"})
_NO_WHERE: Final = frozenset({"create", "createMany", "insert", "upsert"})


def edit(source: bytes, target: Target) -> Answer:
    """Add the condition; no edit when it is there."""
    root = parse(source, target.path)
    call = _call_at(root, target.at)
    column = target.facts.get("column", "")
    if call is None:
        return Refusal("The query could not be found in this file: add the owner to its conditions by hand.")
    if not column:
        return Refusal("The column that says whose row it is is not known: name it in the ownership map.")
    value = whose(call, column, target)
    if not value:
        return Refusal(
            "No value here says who the caller is: ask for the session first, then add the owner to the query."
        )
    made = condition(source, target, root, style_of(root, source), value)
    return with_present(source, root, call, value, target, made)


def condition(source: bytes, target: Target, root: Node, style: Style, value: str) -> Answer:
    """The condition alone, with a value that is known to the place."""
    call = _call_at(root, target.at)
    column, engine = target.facts.get("column", ""), target.facts.get("engine", "")
    put = _ENGINES.get(engine)
    if put is None or call is None:
        return Refusal(
            f"Queries of {engine or 'this kind'} are not rewritten: add `{column}` = {value} to the condition by hand."
        )
    return put(source, style, call, column, value, target)


def _call_at(root: Node, at: tuple[int, int]) -> Node | None:
    if at[1] <= at[0]:
        return None
    found = plain(around(root, at))
    if found is None:
        return None
    if found.type != "call_expression":
        found = next((one for one in walk(found) if one.type == "call_expression"), found)
    return chain_around(found) if found.type == "call_expression" else None


def _supabase(source: bytes, style: Style, call: Node, column: str, value: str, _: Target) -> Answer:
    steps = links(call)
    if any(name in {"insert", "upsert"} for name, _ in steps):
        return Refusal("An insert has no condition: set the owner column from the session by hand.")
    last = None
    for name, one in steps:
        given = arguments(one)
        if name == "eq" and len(given) > 1 and text(given[0]).strip("\"'`") == column and _same(text(given[1]), value):
            return Edits(())
        starts = name in _SUPABASE_STARTS and (last is None or not _is_filter(last))
        if name in _SUPABASE_FILTERS or starts:
            last = one
    if last is None:
        return Refusal("The query has no place for a condition: scope it by hand.")
    link = f".eq({style.quoted(column)}, {value})"
    return Edits(tuple(add_link(source, style, call, last, link, SAYS)))


def _is_filter(call: Node) -> bool:
    return text(field(field(call, "function"), "property")) in _SUPABASE_FILTERS


def _prisma(source: bytes, style: Style, call: Node, column: str, value: str, target: Target) -> Answer:
    steps = links(call)
    found = next(
        (
            one
            for name, one in reversed(steps)
            if arguments(one) and re.match(r"find|update|delete|count|aggregate|groupBy", name)
        ),
        None,
    )
    if found is None:
        names = {name for name, _ in steps}
        if names & _NO_WHERE:
            return Refusal("A row that is made has no condition: set its owner from the session by hand.")
        return Refusal("The query has no argument to add a condition to: scope it by hand.")
    name = text(field(field(found, "function"), "property"))
    record = plain(arguments(found)[0])
    if record is None or record.type != "object":
        return Refusal("The conditions of the query are made elsewhere: add the owner there.")
    old = target.facts.get("prisma", "")
    hunks: list[Hunk] = []
    if old and int(old) < 5:  # noqa: PLR2004 - since 5, unique lookups take further conditions
        if name in {"findUnique", "findUniqueOrThrow"}:
            prop = field(field(found, "function"), "property")
            assert prop is not None
            hunks.append(Hunk(at=prop.start_byte, end=prop.end_byte, text=name.replace("Unique", "First"), says=SAYS))
        elif name in {"update", "delete"}:
            return Refusal(
                f"Prisma {old} takes a unique key alone in `{name}`: read the row with its owner first, or use `{name}Many`."
            )
    where = pairs(record).get("where")
    entry = _entry(style, column, target.facts.get("also", ""), value)
    if where is None:
        whole = add_entry(source, style, record, f"where: {style.braces(entry)}", SAYS, first=True)
        return Edits((*hunks, *whole))
    joined = _joined(source, style, plain(where), column if entry[:3] != "OR:" else "OR", value, entry)
    return Edits((*hunks, *joined.hunks)) if isinstance(joined, Edits) and joined.hunks else joined


def _entry(style: Style, column: str, also: str, value: str) -> str:
    """The owner, or whoever belongs to the space of a row that names its author too."""
    one = nested(style, column, value)
    return f"OR: [{style.braces(one)}, {style.braces(nested(style, also, value))}]" if also else one


def _joined(source: bytes, style: Style, inner: Node | None, column: str, value: str, entry: str) -> Answer:
    """The condition beside those that are there; no edit when it is one of them."""
    if inner is None or inner.type not in {"object", "identifier", "shorthand_property_identifier"}:
        return Refusal("The conditions of the query are computed: add the owner where they are made.")
    if inner.type == "object":
        first = column.split(".", 1)[0]
        there = pairs(inner).get(first)
        if _squeezed(entry).replace(",]", "]") in re.sub(r",(?=[}\]])", "", _squeezed(text(inner))):
            return Edits(())
        if there is not None and (
            _same(text(there), value) or _squeezed(entry) in _squeezed(text(inner)) or "." in column
        ):
            return (
                Edits(())
                if _last_word(value) in text(there)
                else Refusal(f"The query has a condition on `{first}` already: compare it with {value} by hand.")
            )
        if there is not None:
            return Refusal(f"`{first}` is compared with something else already: compare it with {value} by hand.")
        return Edits(tuple(add_entry(source, style, inner, entry, SAYS)))
    spread = f"{{ ...{text(inner)}, {entry} }}" if style.spaced else f"{{...{text(inner)}, {entry}}}"
    put = f"{text(inner)}: {spread}" if inner.type == "shorthand_property_identifier" else spread
    return Edits((Hunk(at=inner.start_byte, end=inner.end_byte, text=put, says=SAYS),))


def nested(style: Style, column: str, value: str) -> str:
    """``userId: session.user.id``, shorthand when the names agree, nested objects for a path."""
    key, _, rest = column.partition(".")
    if not rest:
        return key if key == value else f"{key}: {value}"
    return f"{key}: {style.braces(nested(style, rest, value))}"


def _drizzle(source: bytes, style: Style, call: Node, column: str, value: str, target: Target) -> Answer:
    root = call
    while root.parent is not None:
        root = root.parent
    steps = links(call)
    condition = _drizzle_condition(call, steps)
    table = _drizzle_table(steps, condition) or target.facts.get("table", "")
    if not table:
        return Refusal("The table of the query is chosen elsewhere: add the owner to its condition by hand.")
    test = f"eq({table}.{column}, {value})"
    if _squeezed(test) in _squeezed(text(call)):
        return Edits(())
    if condition is None:
        starts = [one for name, one in steps if name in {"from", "set", "delete", "innerJoin", "leftJoin"}]
        if not starts or any(name == "insert" for name, _ in steps):
            return Refusal("The query has no place for a condition: scope it by hand.")
        hunks = add_link(source, style, call, starts[-1], f".where({test})", SAYS)
        return with_imports(root, source, style, hunks, [Needed("drizzle-orm", "eq")])
    callback = (
        re.search(r"\{\s*([^}]*)\}", text(field(_arrow_of(condition), "parameters"))) if _arrow_of(condition) else None
    )
    given = {word.strip() for word in callback[1].split(",")} if callback else set()
    needs = [Needed("drizzle-orm", word) for word in ("and", "eq") if word not in given]
    if given and needs:
        return Refusal(f"The condition is built from {', '.join(sorted(given))} alone: add {test} by hand.")
    inner = plain(condition)
    if inner is not None and inner.type == "call_expression" and text(field(inner, "function")) == "and":
        last = arguments(inner)[-1]
        multi = last.start_point.row != inner.start_point.row
        gap = style.eol + " " * last.start_point.column if multi else " "
        return with_imports(
            root, source, style, [Hunk(at=last.end_byte, end=last.end_byte, text=f",{gap}{test}", says=SAYS)], needs
        )
    return with_imports(root, source, style, joined(source, style, call, condition, test, SAYS), needs)


def _arrow_of(node: Node) -> Node | None:
    parent = node.parent
    return parent if parent is not None and parent.type == "arrow_function" else None


def _drizzle_condition(_call: Node, steps: list[tuple[str, Node]]) -> Node | None:
    found = next((one for name, one in reversed(steps) if name == "where" and arguments(one)), None)
    if found is not None:
        return arguments(found)[0]
    name, last = steps[-1]
    given = arguments(last)
    record = plain(given[0]) if given and name in {"findFirst", "findMany"} else None
    where = pairs(record).get("where") if record is not None and record.type == "object" else None
    inner = plain(where)
    if inner is not None and inner.type == "arrow_function":
        return field(inner, "body")
    return where


def _drizzle_table(steps: list[tuple[str, Node]], condition: Node | None) -> str:
    for name, one in steps:
        if name in {"from", "update", "delete"} and arguments(one):
            return text(arguments(one)[0])
    for one in walk(condition) if condition is not None else ():
        if one.type == "call_expression" and text(field(one, "function")) == "eq" and arguments(one):
            first = arguments(one)[0]
            if first.type == "member_expression":
                return text(field(first, "object"))
    return ""


def _kysely(source: bytes, style: Style, call: Node, column: str, value: str, _: Target) -> Answer:
    steps = links(call)
    link = f".where({style.quoted(column)}, {style.quoted('=')}, {value})"
    if _squeezed(link) in _squeezed(text(call)):
        return Edits(())
    after = [
        one
        for name, one in steps
        if name in {"where", "selectFrom", "updateTable", "deleteFrom", "set", "innerJoin", "leftJoin"}
    ]
    if not after:
        return Refusal("The query has no place for a condition: scope it by hand.")
    return Edits(tuple(add_link(source, style, call, after[-1], link, SAYS)))


def _sql(_source: bytes, _style: Style, call: Node, column: str, value: str, _: Target) -> Answer:
    statement = statement_at(call)
    if statement is None:
        return Refusal(
            f"The SQL is made elsewhere: add `AND {column} = $n` to the statement, with {value} as its argument."
        )
    return add_condition(statement, column, value)


def _squeezed(words: str) -> str:
    return re.sub(r"[\s\"'`?!]", "", words)


def _last_word(value: str) -> str:
    return value.rsplit(".", 1)[-1]


def _same(one: str, other: str) -> bool:
    return _squeezed(one) == _squeezed(other)


_ENGINES: Final[dict[str, Callable[[bytes, Style, Node, str, str, Target], Answer]]] = {
    "supabase": _supabase,
    "prisma": _prisma,
    "drizzle": _drizzle,
    "kysely": _kysely,
    "sql": _sql,
}
