"""Drizzle's tables, columns and conditions, wherever they are defined."""

from __future__ import annotations

import re

from assistant.collect.code.recognise.chains import (
    NOBODYS,
    Seen,
    argument,
    is_nothing,
    items_of,
    literal,
    normal,
    opened,
    package_of,
    run,
)
from assistant.collect.code.recognise.conditions import Condition, apart, chosen_by_sender, either, negated, operator
from assistant.collect.code.recognise.texts import joined_templates
from assistant.collect.code.values import (
    UNKNOWN,
    Chain,
    Closure,
    Constant,
    Either,
    Known,
    Listed,
    Shape,
    Step,
    Value,
    parts_of,
)


_MAKERS = frozenset(
    {
        "pgTable",
        "mysqlTable",
        "sqliteTable",
        "singlestoreTable",
        "gelTable",
        "pgView",
        "pgMaterializedView",
        "mysqlView",
        "sqliteView",
        "view",
        "materializedView",
        "table",
    }
)
_CREATORS = frozenset({"pgTableCreator", "mysqlTableCreator", "sqliteTableCreator", "createTable"})
_COMPARED = frozenset(
    {
        "eq",
        "ne",
        "gt",
        "gte",
        "lt",
        "lte",
        "like",
        "ilike",
        "notLike",
        "notIlike",
        "inArray",
        "notInArray",
        "arrayContains",
        "arrayContained",
        "arrayOverlaps",
        "between",
        "notBetween",
    }
)
_WORDS = _COMPARED | {"and", "or", "not", "isNull", "isNotNull", "exists", "notExists", "sql"}
_DISTANCE = frozenset({"cosineDistance", "l2Distance", "l1Distance", "innerProduct", "maxInnerProduct"})
_DEEPEST = 8
_HOLE = re.compile(r"\$(\d+)")
OPERATORS = Chain("drizzle-orm", "*")
"""What a callback gets as its second parameter."""


def is_drizzle(package: str) -> bool:
    """True for a package of Drizzle."""
    return package.startswith("drizzle-orm")


def table_of(value: Value | None) -> str:
    """Name of a table; empty when the value is none."""
    if not isinstance(value, Chain):
        return ""
    value = normal(value)
    if is_drizzle(package_of(value.source)):
        return _defined(value)
    if value.source in NOBODYS or value.source.startswith(("@", "~", ".", "#")):
        if any(step.arguments is not None for step in value.steps) or value.source == "global":
            return ""
        return value.steps[-1].name if value.steps else value.name
    return ""


def _defined(value: Chain) -> str:
    """``pgTable("chat", …)``, ``pgSchema("a").table("b")``, ``creator("post")``, ``alias(table, "p")``, a builder with ``.as("x")``."""
    if value.name == "alias" and value.steps:
        return table_of(argument(value.steps[0], 0)) or literal(value.steps[0], 1)
    if value.name in _CREATORS and len(value.steps) > 1 and not value.steps[1].name:
        return literal(value.steps[1])
    if value.name in _CREATORS and value.steps and value.steps[0].arguments and len(value.steps[0].arguments) > 1:
        return literal(value.steps[0])
    schema = literal(value.steps[0]) if value.name in {"pgSchema", "mysqlSchema"} and value.steps else ""
    for step in value.steps[:4]:
        if (step.name or value.name) in _MAKERS and step.arguments is not None:
            return f"{schema}.{literal(step)}" if schema else literal(step)
    start = next(
        (step for step in value.steps if step.name in {"from", "into", "update", "delete"} and step.arguments), None
    )
    return table_of(argument(start, 0)) if start else ""


def columns_defined(value: Value | None) -> dict[str, bool]:
    """Columns of a table as its definition spells them, with whether they are never empty; nothing when it cannot be read whole."""
    if not isinstance(value, Chain):
        return {}
    value = normal(value)
    made = next((step for step in value.steps if (step.name or value.name) in _MAKERS and step.arguments), None)
    fields = argument(made, 1)
    if not is_drizzle(package_of(value.source)) or not isinstance(fields, Shape) or fields.rest:
        return {}
    return {name: _never_empty(column) for name, column in fields.fields.items()}


def _never_empty(column: Value) -> bool:
    return isinstance(column, Chain) and any(step.name in {"notNull", "primaryKey"} for step in column.steps)


def column_of(value: Value | None) -> tuple[str, str] | None:
    """Table and column of ``table.column``; None when the value is no column."""
    if isinstance(value, Either):
        return next((found for each in value.values if (found := column_of(each))), None)
    if not isinstance(value, Chain) or not value.steps:
        return None
    last = value.steps[-1]
    if last.arguments is not None or not last.name:
        return None
    owner = value.through(value.steps[:-1])
    if is_drizzle(package_of(value.source)):
        table = table_of(owner)
        return (table, last.name) if table or owner.steps else None
    if value.source in {"unresolved", "parameter"} or value.source.startswith(("@/", "~", ".", "#")):
        if any(step.arguments is not None for step in owner.steps):
            return None
        return (owner.steps[-1].name if owner.steps else owner.name), last.name
    return None


def _word(value: Chain) -> str:
    """The operator a chain is: ``eq`` for ``eq(…)`` and ``op.eq(…)``."""
    last = value.last
    if last is None or (last.arguments is None and not last.text):
        return ""
    word = last.name or value.name
    if word not in _WORDS:
        return ""
    known = (
        is_drizzle(package_of(value.source))
        or value.source in {"unresolved", "parameter"}
        or value.source.startswith(("@", "~", ".", "#"))
    )
    return word if known else ""


def conditions_of(value: Value | None, seen: Seen, main: str = "", depth: int = 0) -> list[Condition]:
    """Conditions of ``where``: columns of other tables carry their table's name before them."""
    if value is None or is_nothing(value) or depth > 10:  # noqa: PLR2004 - deeper than people nest
        return []
    value = opened(value)
    if isinstance(value, Either):
        ways = [conditions_of(each, seen, main, depth + 1) for each in value.values]
        return either(ways, written=chosen_by_sender(value))
    if isinstance(value, Listed):
        return [one for each in value.items for one in conditions_of(each, seen, main, depth + 1)]
    if isinstance(value, Closure):
        return conditions_of(run(seen, value, Chain("parameter", main or "table"), OPERATORS), seen, main, depth + 1)
    if not isinstance(value, Chain):
        return [("", "match", value)]
    value = normal(value)
    word = _word(value)
    if word in {"and", "or"}:
        given = [each for one in (value.last.arguments or () if value.last else ()) for each in items_of(one)]
        parts = [conditions_of(each, seen, main, depth + 1) for each in given if not is_nothing(each)]
        return either(parts, written=True) if word == "or" and parts else [one for part in parts for one in part]
    if word == "not":
        return negated(conditions_of(argument(value.last, 0), seen, main, depth + 1))
    if word in {"exists", "notExists"}:
        from assistant.collect.code.recognise.drizzle import query

        inner = argument(value.last, 0)
        found = query(normal(inner), seen) if isinstance(inner, Chain) else None
        asked = [(_below(column, found.table), how, each) for column, how, each in found.filters] if found else []
        if main and not _is_about(inner, main):
            asked = apart(asked)
        return negated(asked) if word == "notExists" else asked
    return _compared(value, word, seen, main)


def _is_about(inner: Value | None, main: str, depth: int = 0) -> bool:
    """A query inside ``exists`` compares something with the row outside; one whose text is written by hand is believed to."""
    if inner is None or depth > _DEEPEST:
        return True
    if isinstance(inner, Chain):
        column = column_of(inner)
        if (column is not None and column[0] == main) or any(step.text for step in inner.steps):
            return True
    return any(isinstance(one, Chain | Listed | Either) and _is_about(one, main, depth + 1) for one in parts_of(inner))


def _below(column: str, table: str) -> str:
    return column if "." in column or not table else f"{table}.{column}"


def _compared(value: Chain, word: str, seen: Seen, main: str) -> list[Condition]:
    last = value.last
    if word == "sql" or (last is not None and last.text):
        return _written(value, main)
    column = column_of(argument(last, 0))
    if not word or column is None:
        distance = argument(last, 0)
        if word and isinstance(distance, Chain) and distance.name in _DISTANCE:
            return []
        return [("", "match", value)]
    name = column[1] if column[0] in {main, "", "table"} or not main else f"{column[0]}.{column[1]}"
    if word in {"isNull", "isNotNull"}:
        return [(name, "eq" if word == "isNull" else "neq", Constant(None))]
    other = argument(last, 1)
    if column_of(other) is not None and word in {"eq", "ne"} and not isinstance(other, Known):
        return []
    out: list[Condition] = [(name, operator(word), other if other is not None else UNKNOWN)]
    if word == "inArray" and isinstance(other, Chain):
        out += _inside(other, seen)
    return out


def _inside(other: Chain, seen: Seen) -> list[Condition]:
    """Conditions of a query inside ``inArray``: they bind as well."""
    from assistant.collect.code.recognise.drizzle import query

    found = query(normal(other), seen)
    return [(_below(column, found.table), how, each) for column, how, each in found.filters] if found else []


def _written(value: Chain, main: str) -> list[Condition]:
    """Conditions inside a ``sql`` template: ``sql`${table.owner} = ${id}```."""
    from assistant.collect.code.recognise.sqlscan import conditions_in

    last = value.last
    if last is None or not last.text:
        return [("", "match", value)]
    text, values = named(last.text, last.arguments or (), main)
    found = conditions_in(text, values)
    return found or ([("", "match", value)] if _HOLE.search(text) else [])


def named(text: str, values: tuple[Value, ...], main: str = "") -> tuple[str, tuple[Value, ...]]:
    """Text of a template with the names of tables and columns in place of their holes, nested templates opened; values keep their numbers."""
    known = list(values)

    def inside(last: Step) -> str:
        inner, more = named(last.text, last.arguments or (), main)
        base = len(known)
        known.extend(more)
        return _HOLE.sub(lambda hole: f"${int(hole[1]) + base}", inner)

    def fill(match: re.Match[str]) -> str:
        number = int(match[1])
        value = values[number - 1] if 0 < number <= len(values) else None
        column, table = column_of(value), table_of(value)
        if column is not None:
            return column[1] if column[0] in {main, ""} else f"{column[0]}.{column[1]}"
        if table and is_drizzle(package_of(value.source if isinstance(value, Chain) else "")):
            return table
        last = value.last if isinstance(value, Chain) else None
        if last is not None and last.text and last.name in {"", "sql", "raw"}:
            return inside(last)
        several = joined_templates(value)
        if several is not None:
            return f" {several[0]} ".join(f"({inside(one)})" for one in several[1])
        return match[0]

    return _HOLE.sub(fill, text), tuple(known)
