"""SQLAlchemy, SQLModel and Flask-SQLAlchemy: models, columns and comparisons; shared by the other mappers of Python."""

from __future__ import annotations

import re

from assistant.collect.code.drafts import Draft
from assistant.collect.code.recognise.chains import (
    argument,
    fields_of,
    normal,
    options,
    package_of,
)
from assistant.collect.code.recognise.conditions import Condition, either, negated
from assistant.collect.code.values import UNKNOWN, Blueprint, Chain, Constant, Either, Shape, Step, Test, Value
from assistant.domain.syntax import Name


SINGLE = {
    "first": True,
    "one": True,
    "one_or_none": True,
    "scalar": True,
    "scalar_one": True,
    "scalar_one_or_none": True,
    "first_or_404": True,
    "get": True,
    "get_or_404": True,
    "one_or_404": True,
    "get_or_none": True,
    "earliest": True,
    "latest": True,
    "last": True,
    "aget": True,
    "afirst": True,
}
_LOOKUPS = {
    "in": "in",
    "exact": "eq",
    "iexact": "eq",
    "contains": "like",
    "icontains": "like",
    "startswith": "like",
    "istartswith": "like",
    "endswith": "like",
    "gt": "gt",
    "gte": "gte",
    "lt": "lt",
    "lte": "lte",
    "isnull": "match",
    "range": "match",
    "pk": "eq",
    "not": "neq",
    "ne": "neq",
}
ENDS = frozenset(SINGLE) | {
    "all",
    "scalars",
    "count",
    "exists",
    "delete",
    "update",
    "create",
    "bulk_create",
    "get_or_create",
    "update_or_create",
    "paginate",
    "values_list",
    "iterator",
    "aggregate",
    "in_bulk",
    "fetchall",
    "acreate",
    "aupdate",
    "adelete",
    "bulk_update",
}
"""Calls after which nothing can be added: the query runs, Python has no await to show it."""
_STATEMENTS = {"select": "select", "insert": "insert", "update": "update", "delete": "delete"}


def is_session(chain: Chain) -> bool:
    """True for something that is called a session or a connection."""
    words = [chain.name, *(step.name for step in chain.steps[:-1])]
    return any("session" in word.lower() or word in {"db", "s", "conn"} for word in words if word) or package_of(
        chain.source
    ).startswith(("sqlalchemy", "sqlmodel"))


def draft_of(
    verb: str,
    table: str,
    filters: list[Condition],
    *,
    written: tuple[tuple[str, Value], ...] = (),
    single: bool = False,
    columns: tuple[str, ...] | None = None,
) -> Draft:
    """A query of a Python mapper."""
    shown = () if verb in {"insert", "update", "delete"} and columns is None else columns
    return Draft(
        engine="sqlalchemy",
        client="pool",
        verb=verb,
        table=table,
        columns=shown,
        filters=tuple(filters),
        written=written,
        single=single,
        lazy=True,
    )


def model_of(value: Value | None) -> str:
    """Name of a model: a class of the repository, or a chain that ends in a capitalised name."""
    if isinstance(value, Blueprint):
        return value.klass.name
    if isinstance(value, Chain):
        value = normal(value)
        name = value.steps[-1].name if value.steps else value.name
        if value.steps and value.steps[-1].arguments is not None:
            return ""
        return name if re.match(r"^[A-Z]", name) else ""
    if isinstance(value, Either):
        return next((found for each in value.values if (found := model_of(each))), "")
    return ""


def _column(value: Value | None) -> tuple[str, str] | None:
    """Model and column of ``Order.id``."""
    if not isinstance(value, Chain) or not value.steps:
        return None
    last = value.steps[-1]
    if last.arguments is not None or not last.name:
        return None
    owner = value.steps[-2].name if len(value.steps) > 1 else value.name
    if owner == "c" and len(value.steps) > 2:  # noqa: PLR2004 - table.c.column
        owner = value.steps[-3].name
    return (owner, last.name) if re.match(r"^[A-Z]", owner) or value.source == "column" else None


def conditions_of(value: Value | None, main: str, depth: int = 0) -> list[Condition]:
    """Conditions of ``filter``: comparisons, ``and_``, ``or_``, methods of columns."""
    if value is None or depth > 8 or isinstance(value, Shape):  # noqa: PLR2004 - deeper than people nest
        return []
    if isinstance(value, Either):
        return either([conditions_of(each, main, depth + 1) for each in value.values])
    if isinstance(value, Test):
        return _tested(value, main, depth)
    if isinstance(value, Chain):
        value = normal(value)
        last = value.last
        if last is not None and last.arguments is not None:
            name = last.name or value.name
            if name in {"and_", "or_"}:
                parts = [conditions_of(each, main, depth + 1) for each in last.arguments]
                return (
                    either(parts, written=True) if name == "or_" and parts else [one for part in parts for one in part]
                )
            if name == "not_":
                return negated(conditions_of(argument(last, 0), main, depth + 1))
            column = _column(value.through(value.steps[:-1]))
            words = {
                "in_": "in",
                "notin_": "nin",
                "not_in": "nin",
                "like": "like",
                "ilike": "like",
                "is_": "eq",
                "is_not": "neq",
                "isnot": "neq",
                "contains": "like",
                "any": "match",
                "has": "match",
                "between": "match",
                "startswith": "like",
            }
            if column is not None and name in words:
                return [(_qualified(column, main), words[name], argument(last, 0) or UNKNOWN)]
    return [] if isinstance(value, Constant) else [("", "match", value)]


def _qualified(column: tuple[str, str], main: str) -> str:
    return column[1] if not main or column[0] == main else f"{column[0]}.{column[1]}"


def _tested(value: Test, main: str, depth: int) -> list[Condition]:
    how = {"equal": "eq", "differ": "neq", "more": "gt", "less": "lt", "order": "match", "in": "in"}.get(value.kind)
    if value.kind in {"all", "any"}:
        parts = [conditions_of(each, main, depth + 1) for each in value.operands]
        return either(parts, written=True) if value.kind == "any" else [one for part in parts for one in part]
    if value.kind == "not":
        return negated([one for each in value.operands for one in conditions_of(each, main, depth + 1)])
    if how is None or len(value.operands) != 2:  # noqa: PLR2004 - two sides
        return [("", "match", value)]
    left, right = value.operands
    column, other = _column(left), right
    if column is None:
        column, other = _column(right), left
    if column is None:
        return [("", "match", value)]
    if _column(other) is not None:
        return []
    return [(_qualified(column, main), how, other)]


def keywords_in(value: Value | None) -> list[Condition]:
    """``owner__id__in=x``: the lookup is the last word."""
    out: list[Condition] = []
    if not isinstance(value, Shape):
        return out
    for key, each in value.fields.items():
        path = key.split("__")
        how = _LOOKUPS.get(path[-1], "eq") if len(path) > 1 else "eq"
        if len(path) > 1 and path[-1] in _LOOKUPS and path[-1] != "pk":
            path = path[:-1]
        out.append((".".join("id" if part == "pk" else part for part in path), how, each))
    return out + [("", "match", rest) for rest in value.rest]


def queried(chain: Chain, names: list[str]) -> Draft | None:
    """``session.query(User).filter(…).first()``, ``User.query.filter_by(…).first()``."""
    at = names.index("query")
    chain = chain.through(resolved(chain.steps))
    asked = chain.steps[at]
    if asked.arguments is not None:
        models = [found for each in asked.arguments if (found := model_of(each))]
        columns = [pair for each in asked.arguments if (pair := _column(each))]
        if not models and not columns:
            return None
        table = models[0] if models else columns[0][0]
        chosen = tuple(column for _, column in columns) or None
    else:
        table, chosen = (chain.steps[at - 1].name if at else chain.name), None
        if not re.match(r"^[A-Z]", table):
            return None
    return _walked(
        chain.steps[at + 1 :],
        table,
        chosen if not asked.arguments or not any(model_of(each) for each in asked.arguments) else None,
    )


def _models_in(values: tuple[Value, ...], depth: int = 0) -> list[Blueprint]:
    """Classes named anywhere in a query: its columns are looked up in them."""
    out: list[Blueprint] = []
    for value in values:
        if isinstance(value, Blueprint):
            out.append(value)
        elif isinstance(value, Chain) and depth < 3:  # noqa: PLR2004 - a statement inside execute
            out += [each for step in value.steps for each in _models_in(step.arguments or (), depth + 1)]
    return out


def resolved(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps with ``Order.id`` in place of the ``Column(Integer)`` that a class of the repository holds under that name."""
    models = [each for step in steps for each in _models_in(step.arguments or ())]
    fields = {
        (model.module, declared.value.end): (model.klass.name, declared.pattern.id)
        for model in models
        for declared in model.klass.fields
        if declared.value is not None and isinstance(declared.pattern, Name)
    }
    if not fields:
        return steps
    return _Naming(fields).steps(steps, 0)


class _Naming:
    """Puts the names of columns into values; what several values hold is looked through once."""

    def __init__(self, fields: dict[tuple[str, int], tuple[str, str]]) -> None:
        """``fields`` are class and column by the place where the class makes it."""
        self._fields = fields
        self._known: dict[int, Value] = {}

    def steps(self, steps: tuple[Step, ...], depth: int) -> tuple[Step, ...]:
        """The steps with names in their arguments."""
        return tuple(
            step.given(tuple(self._of(each, depth) for each in step.arguments)) if step.arguments else step
            for step in steps
        )

    def _of(self, value: Value, depth: int) -> Value:
        if depth > 8 or not isinstance(value, Test | Either | Chain):  # noqa: PLR2004 - deeper than people nest
            return value
        known = self._known.get(id(value))
        if known is None:
            known = self._known[id(value)] = self._named(value, depth)
        return known

    def _named(self, value: Test | Either | Chain, depth: int) -> Value:
        if isinstance(value, Test):
            return value.of(tuple(self._of(each, depth + 1) for each in value.operands))
        if isinstance(value, Either):
            return Either(tuple(self._of(each, depth + 1) for each in value.values), value.facts)
        for number, step in enumerate(value.steps):
            found = self._fields.get((step.module, step.end))
            if found is not None and step.arguments is not None:
                column = Step(found[1], None, new=False, module=step.module, at=step.at, end=step.end)
                return Chain("column", found[0], self.steps((column, *value.steps[number + 1 :]), depth + 1))
        return value.through(self.steps(value.steps, depth + 1))


def _walked(steps: tuple[Step, ...], table: str, chosen: tuple[str, ...] | None) -> Draft:
    verb, filters, written, single = "select", list[Condition](), tuple[tuple[str, Value], ...](), False
    for step in steps:
        if step.name in {"filter", "where", "having"}:
            filters += [one for each in step.arguments or () for one in conditions_of(each, table)]
        elif step.name == "filter_by":
            filters += keywords_in(options(step))
        elif step.name in {"get", "get_or_404", "get_or_none"} and step.arguments:
            filters.append(("id", "eq", argument(step, 0) or UNKNOWN))
        elif step.name in {"delete", "update"}:
            verb = step.name
            written += fields_of(argument(step, 0)) if verb == "update" else ()
        elif step.name == "values":
            written += fields_of(options(step))
        elif step.name in {"with_entities", "returning"}:
            chosen = tuple(found[1] for each in step.arguments or () if (found := _column(each))) or chosen
        elif step.name in {"count", "exists"}:
            chosen = ()
        single = single or SINGLE.get(step.name, False)
    draft = draft_of(verb, table, filters, written=written, single=single, columns=chosen)
    return draft._replace(lazy=not any(step.name in ENDS for step in steps))


def executed(last: Step) -> Draft | None:
    """``session.execute(select(User).where(…))``."""
    given = argument(last, 0)
    if not isinstance(given, Chain):
        return None
    built = normal(given)
    built = built.through(resolved(built.steps))
    start = next(
        (
            n
            for n, step in enumerate(built.steps)
            if (step.name or built.name) in _STATEMENTS and step.arguments is not None
        ),
        None,
    )
    if start is None:
        return None
    first = built.steps[start]
    models = [found for each in first.arguments or () if (found := model_of(each))]
    columns = [pair for each in first.arguments or () if (pair := _column(each))]
    table = models[0] if models else columns[0][0] if columns else ""
    if not table:
        return None
    draft = _walked(built.steps[start + 1 :], table, None if models else tuple(column for _, column in columns))
    verb = _STATEMENTS[first.name or built.name]
    return draft._replace(lazy=False, verb=verb, columns=draft.columns if verb == "select" else (draft.columns or ()))
