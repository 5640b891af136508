"""Python's mappers and drivers: Django here, SQLAlchemy next door, statements as text through psycopg, asyncpg and sessions.

Keyword arguments are one trailing object literal; a model is a class of the repository, or a chain that ends in its name.
"""

from __future__ import annotations

import re

from assistant.collect.code.drafts import Draft
from assistant.collect.code.recognise.chains import (
    NOBODYS,
    Seen,
    argument,
    fields_of,
    is_nothing,
    items_of,
    literal,
    named_argument,
    normal,
    options,
    package_of,
    template_of,
)
from assistant.collect.code.recognise.conditions import Condition, either, negated
from assistant.collect.code.recognise.sqlalchemy import (
    ENDS,
    SINGLE,
    draft_of,
    executed,
    is_session,
    keywords_in,
    model_of,
    queried,
)
from assistant.collect.code.recognise.sqlscan import statement
from assistant.collect.code.values import UNKNOWN, Chain, Known, Listed, Shape, Step, Test, Value


_DEEPEST = 8
_DRIVERS = (
    "psycopg",
    "psycopg2",
    "asyncpg",
    "sqlite3",
    "aiosqlite",
    "pymysql",
    "MySQLdb",
    "aiomysql",
    "databases",
    "duckdb",
    "mysql.connector",
)
_RUNS = frozenset(
    {
        "execute",
        "executemany",
        "fetch",
        "fetchrow",
        "fetchval",
        "fetch_all",
        "fetch_one",
        "fetchone",
        "fetchall",
        "fetch_val",
        "run",
        "scalar",
        "scalars",
        "exec",
        "raw",
        "copy",
    }
)
_DJANGO_READS = frozenset(
    {
        "get",
        "filter",
        "exclude",
        "all",
        "first",
        "last",
        "values",
        "values_list",
        "only",
        "defer",
        "count",
        "exists",
        "aggregate",
        "annotate",
        "order_by",
        "select_related",
        "prefetch_related",
        "distinct",
        "latest",
        "earliest",
        "in_bulk",
        "aget",
        "get_or_none",
        "using",
        "iterator",
        "raw",
    }
)
_DJANGO_WRITES = {
    "create": "insert",
    "acreate": "insert",
    "bulk_create": "insert",
    "get_or_create": "upsert",
    "update_or_create": "upsert",
    "update": "update",
    "aupdate": "update",
    "bulk_update": "update",
    "delete": "delete",
    "adelete": "delete",
}
_BEGINS = re.compile(r"^\s*(?:select|insert|update|delete|with|call|merge|copy|truncate)\b", re.IGNORECASE)


def query(chain: Chain, seen: Seen) -> Draft | None:
    """A query of a Python mapper or driver; None for anything else."""
    last = chain.last
    if last is None or last.arguments is None:
        return None
    del seen
    package = package_of(chain.source)
    names = [step.name for step in chain.steps]
    if last.name in {"get_object_or_404", "get_list_or_404", "aget_object_or_404"} or (
        chain.name in {"get_object_or_404", "get_list_or_404"} and len(names) == 1
    ):
        return _or_404(last)
    if "objects" in names[:-1] or "_default_manager" in names[:-1]:
        return _django(chain, names)
    if last.name in _RUNS and (found := _text(last, package, chain)) is not None:
        return found
    if last.name in {"execute", "scalars", "scalar", "exec", "fetch_all", "fetch_one", "stream", "stream_scalars"}:
        return executed(last)
    if last.name == "get" and len(last.arguments) > 1 and (model := model_of(argument(last, 0))) and is_session(chain):
        return draft_of("select", model, [("id", "eq", argument(last, 1) or UNKNOWN)], single=True)._replace(lazy=False)
    if "query" in names and (
        package.startswith(("sqlalchemy", "flask_sqlalchemy", "sqlmodel", ".")) or chain.source in NOBODYS
    ):
        return queried(chain, names)
    return None


def _text(last: Step, package: str, chain: Chain) -> Draft | None:
    """``cursor.execute(sql, params)``, ``session.execute(text(sql), params)``, ``conn.fetch(sql, *args)``."""
    first, given = argument(last, 0), tuple(last.arguments or ())[1:]
    if isinstance(first, Shape):  # database.fetch_one(query=sql, values={...})
        said = [found for key in ("query", "sql", "statement") if (found := first.fields.get(key)) is not None]
        with_it = [found for key in ("values", "params", "parameters", "args") if (found := first.fields.get(key))]
        first, given = next(iter(said), None), tuple(with_it[:1])
    if (
        isinstance(first, Chain)
        and first.last is not None
        and (first.last.name or first.name) in {"text", "SQL", "sql"}
        and first.last.arguments
        and not first.last.text
    ):
        first = first.last.arguments[0]
    written = template_of(first)
    driver = package.startswith(_DRIVERS)
    if written is None:
        return (
            Draft("sql", "pool", "select", "", filters=(("", "match", first),))
            if driver and isinstance(first, Known) and last.name != "run"
            else None
        )
    if not _BEGINS.match(written[0]) or chain.source == "global":
        return None
    if len(given) == 1 and isinstance(given[0], Listed):
        given = given[0].items
    return statement(
        written[0], written[1] or given, single=last.name in {"fetchrow", "fetchone", "fetchval", "fetch_one"}
    )


def _django(chain: Chain, names: list[str]) -> Draft | None:
    at = names.index("objects") if "objects" in names else names.index("_default_manager")
    table = chain.steps[at - 1].name if at else chain.name
    steps = chain.steps[at + 1 :]
    if any(step.name == "none" for step in steps):
        return None  # a set of no rows, for documentation that is generated
    if any(
        step.name not in _DJANGO_READS and step.name not in _DJANGO_WRITES and step.name != "select_for_update"
        for step in steps
    ):
        return None
    verb, filters, written, single = "select", list[Condition](), tuple[tuple[str, Value], ...](), False
    columns: tuple[str, ...] | None = None
    for step in steps:
        keywords = options(step)
        if step.name in {"filter", "get", "exclude", "get_or_none", "aget"}:
            found = keywords_in(keywords) + [
                one
                for each in step.arguments or ()
                if not isinstance(each, Shape) and not is_nothing(each)
                for one in _of_q(each)
            ]
            filters += negated(found) if step.name == "exclude" else found
        elif step.name in {"values", "values_list", "only"}:
            columns = tuple(literal(step, n) for n in range(len(step.arguments or ())) if literal(step, n)) or None
        elif step.name in {"count", "exists", "aggregate"}:
            columns = ()
        elif step.name == "raw" and (found_text := template_of(argument(step, 0))):
            return statement(found_text[0], found_text[1] or items_of(argument(step, 1)))
        if step.name in _DJANGO_WRITES:
            verb = _DJANGO_WRITES[step.name]
            written = fields_of(keywords) if keywords is not None else fields_of(argument(step, 0))
            if verb == "upsert" and isinstance(keywords, Shape):
                found = [(column, how, value) for column, how, value in keywords_in(keywords) if column != "defaults"]
                filters += found
                written = fields_of(named_argument(step, "defaults")) + tuple(
                    (column, value) for column, _, value in found
                )
        single = single or SINGLE.get(step.name, False)
    draft = draft_of(verb, table, filters, written=written, single=single, columns=columns)
    return draft._replace(engine="django", lazy=not any(step.name in ENDS - {"all"} for step in steps))


def _of_q(value: Value, depth: int = 0) -> list[Condition]:
    """``Q(owner=user) | Q(pk=pk)``: an alternative is no condition."""
    if depth > _DEEPEST:
        return [("", "match", value)]
    if isinstance(value, Test) and value.kind in {"all", "any", "not"}:
        parts = [_of_q(each, depth + 1) for each in value.operands]
        if value.kind == "any":
            return either(parts, written=True)
        flat = [one for part in parts for one in part]
        return negated(flat) if value.kind == "not" else flat
    last = value.last if isinstance(value, Chain) else None
    if isinstance(value, Chain) and last is not None and last.arguments is not None and "Q" in {value.name, last.name}:
        found = keywords_in(options(last))
        inner = [one for each in last.arguments if not isinstance(each, Shape) for one in _of_q(each, depth + 1)]
        return [*found, *inner]
    return [("", "match", value)]


def _or_404(last: Step) -> Draft | None:
    """``get_object_or_404(Order, id=pk)``, also of a queryset."""
    first = argument(last, 0)
    table = model_of(first)
    filters = keywords_in(options(last))
    if not table and isinstance(first, Chain):
        inner = (
            _django(normal(first), [step.name for step in normal(first).steps])
            if any(step.name == "objects" for step in first.steps)
            else None
        )
        if inner is not None:
            table, filters = inner.table, [*inner.filters, *filters]
    return (
        draft_of("select", table, filters, single=True)._replace(engine="django", lazy=False)
        if table or filters
        else None
    )
