"""Drizzle: the SQL-like builder, the relational queries below ``db.query``, raw statements."""

from __future__ import annotations

from assistant.collect.code.drafts import Draft
from assistant.collect.code.recognise.chains import (
    NOBODYS,
    Seen,
    alternatives,
    argument,
    at_path,
    fields_of,
    is_true,
    items_of,
    normal,
    package_of,
    run,
)
from assistant.collect.code.recognise.conditions import Condition, either, negated, operator
from assistant.collect.code.recognise.drizzle_joins import joined_along
from assistant.collect.code.recognise.drizzle_tables import (
    OPERATORS,
    column_of,
    columns_defined,
    conditions_of,
    is_drizzle,
    named,
    table_of,
)
from assistant.collect.code.recognise.sqlscan import statement
from assistant.collect.code.values import UNKNOWN, Chain, Closure, Either, Shape, Step, Value, text_of


_DEEPEST = 8
_STARTS = {
    "select": "select",
    "selectDistinct": "select",
    "selectDistinctOn": "select",
    "insert": "insert",
    "update": "update",
    "delete": "delete",
}
_INNER = frozenset({"innerJoin", "rightJoin", "innerJoinLateral"})
_CLIENTS = frozenset(
    {"db", "tx", "trx", "database", "drizzle", "dbClient", "client", "conn", "orm", "dbHttp", "dbPool", "pg"}
)
_DISTANCE = frozenset(
    {
        "cosineDistance",
        "l2Distance",
        "l1Distance",
        "innerProduct",
        "maxInnerProduct",
        "hammingDistance",
        "jaccardDistance",
    }
)


def query(chain: Chain, seen: Seen) -> Draft | None:
    """A query of a Drizzle client; None for anything else."""
    last = chain.last
    if last is None or (last.arguments is None and not last.text):
        return None
    owned = is_drizzle(package_of(chain.source))
    if owned and (chain.name in {"sql", "alias"} or "Table" in chain.name):
        return None
    if not owned and chain.source not in NOBODYS and not chain.source.startswith(("@", "~", ".", "#")):
        return None
    names = [step.name for step in chain.steps]
    if "query" in names[:-1] or "_query" in names[:-1]:
        return _relational(chain, names, seen, owned=owned)
    if last.name == "$count":
        table = table_of(argument(last, 0))
        return _draft("select", table, (), conditions_of(argument(last, 1), seen, table)) if table else None
    start = next((n for n, step in enumerate(chain.steps) if step.name in _STARTS and step.arguments is not None), None)
    if start is None and last.name in {"execute", "run", "all", "get", "values"} and last.arguments:
        return _raw(last, owned=owned)
    if start is None or last.name == "as":
        return None
    return _built(chain, start, seen, owned=owned)


def _draft(
    verb: str,
    table: str,
    columns: tuple[str, ...] | None,
    filters: list[Condition],
    *,
    written: tuple[tuple[str, Value], ...] = (),
    single: bool = False,
    many: bool = False,
    lazy: bool = True,
    below: tuple[tuple[str, str, str, Value], ...] = (),
    filled: tuple[str, ...] = (),
) -> Draft:
    return Draft(
        engine="drizzle",
        client="pool",
        verb=verb,
        table=table,
        columns=columns,
        filters=tuple(filters),
        written=written,
        single=single,
        many=many,
        lazy=lazy,
        below=below,
        filled=filled,
    )


def _built(chain: Chain, start: int, seen: Seen, *, owned: bool) -> Draft | None:
    first, rest = chain.steps[start], chain.steps[start + 1 :]
    verb = _STARTS[first.name]
    holder = first if verb != "select" else next((step for step in rest if step.name == "from"), None)
    target = argument(holder, 0)
    table = _table(target)
    if holder is None or not (table or owned):
        return None
    if not owned and not _surely(chain, start, target, rest):
        return None
    filters: list[Condition] = []
    last_where = next((step for step in rest[::-1] if step.name == "where"), None)  # a later one takes the place
    for step in rest:
        if (step is last_where or step.name == "having") and step.arguments:
            filters += conditions_of(argument(step, 0), seen, table)
        elif step.name in _INNER and len(step.arguments or ()) > 1:
            filters += conditions_of(argument(step, 1), seen, table)
    filters = _supplied([*filters, *_inner(target, seen)], rest)
    written: tuple[tuple[str, Value], ...] = ()
    for step in rest:
        if step.name in {"values", "set"}:
            written += fields_of(argument(step, 0))
        elif step.name == "onConflictDoUpdate":
            verb = "upsert"
            written += fields_of(at_path(argument(step, 0), "set"))
            filters += _conflict(argument(step, 0), dict(written))
            filters += conditions_of(at_path(argument(step, 0), "setWhere"), seen, table)
        elif step.name == "onDuplicateKeyUpdate":
            verb = "upsert"
            written += fields_of(at_path(argument(step, 0), "set"))
    columns = _columns(verb, first, rest)
    known = _defined(target) if not any("oin" in step.name for step in rest) else {}
    if columns is None and known:
        columns = tuple(known)
    if known:
        written = tuple(one for one in written if one[0] in known or not one[0].isidentifier())  # others are left out
    vector = verb == "select" and any(step.name in {"orderBy", "where"} and _near(step) for step in rest)
    return _draft(
        "vector" if vector else verb,
        table,
        columns,
        filters,
        written=written,
        single=any(step.name == "get" for step in rest),
        many=verb == "select" and not any(step.name == "get" for step in rest),
        below=joined_along(first, rest, seen) if verb == "select" else (),
        filled=tuple(name for name, filled in known.items() if filled and verb == "select"),
    )


def _supplied(filters: list[Condition], rest: tuple[Step, ...]) -> list[Condition]:
    """``.prepare("name").execute({ id })``: what stands for a placeholder is given when the statement runs."""
    last = rest[-1] if rest else None
    if last is None or last.name != "execute" or not any(step.name == "prepare" for step in rest):
        return filters
    return [(column, how, _given(value, argument(last, 0))) for column, how, value in filters]


def _given(value: Value, supplied: Value | None) -> Value:
    if isinstance(value, Chain) and value.last is not None and value.last.name == "placeholder":
        name = text_of(argument(value.last, 0))
        found = at_path(supplied, name) if name else None
        return UNKNOWN if found is None else found
    return value


def _defined(target: Value | None) -> dict[str, bool]:
    """Columns of the table that the code defines."""
    return next((found for each in alternatives(target) if (found := columns_defined(each))), {})


def _table(target: Value | None) -> str:
    for each in alternatives(target):
        below = _named_query(each)
        start = next((step for step in below.steps if step.name == "from"), None) if below is not None else None
        found = table_of(each) or (_table(argument(start, 0)) if start is not None else "")
        if found:
            return found
    return ""


def _surely(chain: Chain, start: int, target: Value | None, rest: tuple[Step, ...]) -> bool:
    """True when the table is Drizzle's, or the client's name and the shape of the call leave no doubt."""
    if any(isinstance(each, Chain) and is_drizzle(package_of(each.source)) for each in alternatives(target)):
        return True
    owner = chain.steps[start - 1].name if start else chain.name
    shaped = {step.name for step in rest} & {
        "where",
        "from",
        "values",
        "set",
        "returning",
        "innerJoin",
        "leftJoin",
        "limit",
        "orderBy",
    }
    return bool(shaped) and (owner in _CLIENTS or owner.lower().endswith(("db", "tx", "drizzle")))


def _inner(target: Value | None, seen: Seen) -> list[Condition]:
    """Conditions of a query that stands in ``from``."""
    below = _named_query(target)
    found = query(below, seen) if below is not None else None
    return list(found.filters) if found else []


def _named_query(target: Value | None) -> Chain | None:
    """The query behind a name in ``from``: ``select(…).as("mine")``, ``$with("mine").as(select(…))``."""
    last = target.last if isinstance(target, Chain) else None
    if not isinstance(target, Chain) or last is None or last.name != "as":
        return None
    given = argument(last, 0)
    return normal(given) if isinstance(given, Chain) else target.through(target.steps[:-1])


def _conflict(asked: Value | None, written: dict[str, Value]) -> list[Condition]:
    target = at_path(asked, "target")
    columns = [column for each in items_of(target) if (column := column_of(each))]
    return [(name, "eq", written[name]) for _, name in columns if name in written]


def _columns(verb: str, first: Step, rest: tuple[Step, ...]) -> tuple[str, ...] | None:
    if verb == "select":
        asked = argument(first, 1 if first.name == "selectDistinctOn" else 0)
        return _asked(asked)
    returned = next((step for step in rest if step.name in {"returning", "$returningId"}), None)
    return () if returned is None else ("id",) if returned.name == "$returningId" else _asked(argument(returned, 0))


def _asked(asked: Value | None) -> tuple[str, ...] | None:
    if not isinstance(asked, Shape):
        return None
    out: list[str] = []
    for key, value in asked.fields.items():
        if column_of(value) is None and table_of(value):
            out.append(f"{key}.*")
        elif isinstance(value, Shape):
            out += [f"{key}.{below}" for below in value.fields]
        else:
            found = column_of(value)
            out.append(found[1] if found else key)
    return (*out, *("*" for _ in asked.rest[:1]))


def _near(step: Step) -> bool:
    """True when the order or the condition is a distance between vectors."""
    todo: list[Value] = list(step.arguments or ())
    for _ in range(60):
        if not todo:
            return False
        value = todo.pop()
        if isinstance(value, Chain):
            if value.name in _DISTANCE or any(
                one.name in _DISTANCE or "<=>" in one.text or "<->" in one.text for one in value.steps
            ):
                return True
            todo += [each for one in value.steps for each in one.arguments or ()]
        elif isinstance(value, Either):
            todo += value.values
    return False


def _relational(chain: Chain, names: list[str], seen: Seen, *, owned: bool) -> Draft | None:
    at = names.index("query" if "query" in names else "_query")
    last = chain.steps[-1]
    if (
        names[-1] not in {"findFirst", "findMany"}
        or at + 3 != len(names)
        or (not owned and chain.steps[at].arguments is not None)
    ):
        return None
    given = _in_schema(chain, names[at + 1])
    table, known = table_of(given) or names[at + 1], columns_defined(given)
    asked = argument(last, 0)
    where = at_path(asked, "where")
    if isinstance(where, Closure):
        where = run(seen, where, Chain("parameter", table), OPERATORS)
    filters = conditions_of(where, seen) if not isinstance(where, Shape) else _by_object(where)
    columns = columns_in(asked)
    if columns is None and known:
        columns = tuple(known)
    filled = tuple(name for name, filled in known.items() if filled)
    draft = _draft("select", table, columns, filters, single=names[-1] == "findFirst", lazy=False, filled=filled)
    return draft._replace(below=tuple(_below(asked, "", seen)), many=names[-1] == "findMany")


def _below(asked: Value | None, path: str, seen: Seen, depth: int = 0) -> list[tuple[str, str, str, Value]]:
    """Conditions on relations that are read along: ``with: { members: { where: eq(members.userId, me) } }``."""
    out: list[tuple[str, str, str, Value]] = []
    added = at_path(asked, "with")
    for name, value in added.fields.items() if isinstance(added, Shape) and depth < _DEEPEST else ():
        inner, where = f"{path}.{name}" if path else name, at_path(value, "where")
        if isinstance(where, Closure):
            where = run(seen, where, Chain("parameter", name), OPERATORS)
        found = _by_object(where) if isinstance(where, Shape) else conditions_of(where, seen)
        out += [(inner, *condition) for condition in found]
        out += _below(value, inner, seen, depth + 1)
    return out


def _in_schema(chain: Chain, name: str) -> Value | None:
    """The table behind ``db.query.apiKeys`` when the client was given its schema."""
    for step in chain.steps[:2]:
        for value in step.arguments or ():
            found = at_path(value, "schema", name)
            if table_of(found):
                return found
    return None


def _by_object(where: Shape, prefix: str = "") -> list[Condition]:
    """Conditions of the second generation of relational queries: ``where: { id: 1, owner: { id: me } }``."""
    out: list[Condition] = []
    for key, value in where.fields.items():
        if key in {"AND", "OR"}:
            branches = [_by_object(each, prefix) for each in items_of(value) if isinstance(each, Shape)]
            out += (
                either(branches, written=True)
                if key == "OR" and branches
                else [one for branch in branches for one in branch]
            )
        elif key == "NOT" and isinstance(value, Shape):
            out += negated(_by_object(value, prefix))
        elif isinstance(value, Shape) and operator(next(iter(value.fields), "")) != "match":
            out += [(prefix + key, operator(word), each) for word, each in value.fields.items()]
        elif isinstance(value, Shape):
            out += _by_object(value, f"{prefix}{key}.")
        else:
            out.append((prefix + key, "eq", value))
    return out + [("", "match", rest) for rest in where.rest]


def columns_in(asked: Value | None) -> tuple[str, ...] | None:
    """Columns of ``columns`` and ``with``; ``-password`` for what is switched off; None for whole rows."""
    if not isinstance(asked, Shape):
        return None
    chosen, added = at_path(asked, "columns"), at_path(asked, "with")
    out: list[str] = []
    if isinstance(chosen, Shape):
        out = [name for name, value in chosen.fields.items() if is_true(value)]
        if not out and chosen.fields:
            out = ["*", *(f"-{name}" for name in chosen.fields)]
    else:
        out = ["*"]
    if isinstance(added, Shape):
        for name, value in added.fields.items():
            if is_true(value):
                below = columns_in(value)
                out += [f"{name}.*"] if below is None else [f"{name}.{column}" for column in below]
    return None if out == ["*"] else tuple(out)


def _raw(last: Step, *, owned: bool) -> Draft | None:
    """``db.execute(sql`…`)``."""
    given = argument(last, 0)
    if not isinstance(given, Chain) or given.last is None or not given.last.text:
        return None
    if not owned and not (is_drizzle(package_of(given.source)) or given.name == "sql"):
        return None
    text, values = named(given.last.text, given.last.arguments or ())
    return statement(text, values, wraps=("rows",) if last.name == "execute" else ())
