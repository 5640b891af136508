"""TypeORM, Sequelize, Knex, Objection and MikroORM: options with ``where``, or builders with conditions in strings."""

from __future__ import annotations

import re

from assistant.collect.code.drafts import Draft
from assistant.collect.code.recognise.chains import (
    NOBODYS,
    Seen,
    alternatives,
    argument,
    at_path,
    fields_of,
    is_nothing,
    items_of,
    literal,
    package_of,
)
from assistant.collect.code.recognise.conditions import Condition, either, negated, operator
from assistant.collect.code.recognise.sqlscan import conditions_in
from assistant.collect.code.values import UNKNOWN, Blueprint, Chain, Constant, Either, Shape, Step, Value, text_of


_TYPEORM = {
    "find": "select",
    "findOne": "select",
    "findBy": "select",
    "findOneBy": "select",
    "findOneOrFail": "select",
    "findOneByOrFail": "select",
    "findAndCount": "select",
    "findByIds": "select",
    "findOneById": "select",
    "count": "select",
    "countBy": "select",
    "exists": "select",
    "save": "upsert",
    "insert": "insert",
    "upsert": "upsert",
    "update": "update",
    "delete": "delete",
    "softDelete": "delete",
    "remove": "delete",
    "restore": "update",
}
_SEQUELIZE = {
    "findOne": "select",
    "findAll": "select",
    "findByPk": "select",
    "findAndCountAll": "select",
    "findOrCreate": "upsert",
    "count": "select",
    "create": "insert",
    "bulkCreate": "insert",
    "update": "update",
    "upsert": "upsert",
    "destroy": "delete",
    "increment": "update",
}
_SURE = frozenset({"findByPk", "findAndCountAll", "findAll", "bulkCreate", "findOrCreate", "destroy"})
_KNEX_WHERE = {
    "where": "eq",
    "andWhere": "eq",
    "whereNot": "neq",
    "whereIn": "in",
    "whereNotIn": "nin",
    "whereNull": "eq",
    "whereLike": "like",
    "whereILike": "like",
    "whereRaw": "match",
    "findById": "eq",
    "orWhere": "match",
}
_KNEX_VERBS = {
    "insert": "insert",
    "update": "update",
    "patch": "update",
    "del": "delete",
    "delete": "delete",
    "deleteById": "delete",
    "patchAndFetchById": "update",
    "updateAndFetchById": "update",
    "insertAndFetch": "insert",
    "upsertGraph": "upsert",
    "truncate": "delete",
    "increment": "update",
    "decrement": "update",
    "merge": "upsert",
}
_SQL_FUNCTIONS = {
    "In": "in",
    "Not": "neq",
    "Like": "like",
    "ILike": "like",
    "MoreThan": "gt",
    "LessThan": "lt",
    "Equal": "eq",
    "IsNull": "eq",
    "Any": "in",
}


def query(chain: Chain, seen: Seen) -> Draft | None:
    """A call of one of these mappers; None for anything else."""
    last = chain.last
    if last is None or last.arguments is None:
        return None
    package = package_of(chain.source)
    del seen
    if package.startswith(("typeorm", "@nestjs/typeorm", "@mikro-orm/")) or _is_repository(chain):
        return _typeorm(chain, last)
    if package.startswith(("sequelize", "@sequelize/")) or (chain.source in NOBODYS and _is_model(chain, last)):
        return _sequelize(chain, last)
    if package.startswith(("knex", "objection")) or (chain.source in {"unresolved", "parameter"} and _is_knex(chain)):
        return _knex(chain)
    return None


def _is_repository(chain: Chain) -> bool:
    if chain.source not in NOBODYS - {"global"}:
        return False
    return any(
        step.name in {"getRepository", "createQueryBuilder"} or step.name.endswith(("Repository", "Repo"))
        for step in chain.steps[:-1]
    ) or (chain.name.endswith(("Repository", "Repo")) and len(chain.steps) == 1)


def _is_model(chain: Chain, last: Step) -> bool:
    owner = chain.steps[-2].name if len(chain.steps) > 1 else chain.name
    if not re.match(r"^[A-Z]", owner) or last.name not in _SEQUELIZE:
        return False
    if last.name in _SURE:
        return True
    return any(at_path(each, "where") is not None for each in last.arguments or ())


def _is_knex(chain: Chain) -> bool:
    return chain.name.lower() in {"knex", "trx"} and bool(chain.steps)


def _entity(value: Value | None) -> str:
    for each in alternatives(value):
        if isinstance(each, Blueprint):
            return each.klass.name
        if isinstance(each, Chain):
            return each.name if each.name not in {"default", "*"} else ""
        if text_of(each):
            return text_of(each) or ""
    return ""


def _draft(
    engine: str, verb: str, table: str, filters: list[Condition], **more: tuple[tuple[str, Value], ...]
) -> Draft:
    columns = () if verb in {"update", "delete"} else None
    return Draft(
        engine=engine,
        client="pool",
        verb=verb,
        table=table,
        columns=columns,
        filters=tuple(filters),
        written=more.get("written", ()),
    )


def _typeorm(chain: Chain, last: Step) -> Draft | None:
    builder = next(
        (
            n
            for n, step in enumerate(chain.steps)
            if step.name in {"createQueryBuilder", "qb"} and step.arguments is not None
        ),
        None,
    )
    table = next(
        (
            found
            for step in chain.steps
            if step.name in {"getRepository", "createQueryBuilder", "from"} and (found := _entity(argument(step, 0)))
        ),
        "",
    )
    owner = chain.steps[-2].name if len(chain.steps) > 1 else chain.name
    if builder is not None:
        return _built(chain.steps[builder + 1 :], table or re.sub(r"(Repository|Repo)$", "", owner))
    if last.name not in _TYPEORM:
        return None
    first = argument(last, 0)
    if owner in {"manager", "entityManager", "em"} or isinstance(first, Blueprint):
        table = table or _entity(first)
        first, second = argument(last, 1), argument(last, 2)
    else:
        table = table or re.sub(r"(Repository|Repo)$", "", owner)
        second = argument(last, 1)
    verb = _TYPEORM[last.name]
    asked = at_path(first, "where")
    filters: list[Condition] = []
    if verb in {"select", "delete", "update"}:
        by_options = (
            last.name in {"find", "findOne", "findOneOrFail", "findAndCount", "count", "exists"} and asked is not None
        )
        filters = _object(asked if by_options else first)
    written = fields_of(second) if verb == "update" else fields_of(first) if verb in {"insert", "upsert"} else ()
    return _draft("typeorm", verb, table, filters, written=written)._replace(single="One" in last.name)


def _object(value: Value | None, prefix: str = "") -> list[Condition]:
    """``{ id: 1, owner: { id: me }, name: Like(x) }``; a list of objects is an alternative; a bare value is the id."""
    if value is None or is_nothing(value):
        return []
    items = items_of(value)
    if len(items) > 1:
        return either([_object(each, prefix) for each in items], written=True)
    if not items:
        return []
    one = items[0]
    if isinstance(one, Either) and all(isinstance(each, Shape) for each in one.values):
        return either([_object(each, prefix) for each in one.values])  # made in one way or another
    if not isinstance(one, Shape):
        return [("id" if not prefix else prefix.rstrip("."), "eq", one)]
    out: list[Condition] = []
    for key, each in one.fields.items():
        if (
            isinstance(each, Shape)
            and each.fields
            and not any(word.startswith(("$", "Symbol")) for word in each.fields)
        ):
            out += _object(each, f"{prefix}{key}.")
        elif isinstance(each, Shape) and each.fields:
            out += [(prefix + key, operator(word), below) for word, below in each.fields.items()]
        elif isinstance(each, Chain) and each.last is not None and (each.last.name or each.name) in _SQL_FUNCTIONS:
            word = each.last.name or each.name
            out.append((prefix + key, _SQL_FUNCTIONS[word], argument(each.last, 0) or Constant(None)))
        else:
            out.append((prefix + key, "eq", each))
    return out + [("", "match", rest) for rest in one.rest]


def _built(steps: tuple[Step, ...], table: str) -> Draft | None:
    verb, filters, written = "select", list[Condition](), tuple[tuple[str, Value], ...]()
    for step in steps:
        if step.name in {"update", "delete", "insert", "softDelete"}:
            verb = {"softDelete": "delete"}.get(step.name, step.name)
            table = _entity(argument(step, 0)) or table
        elif step.name in {"from", "into"}:
            table = _entity(argument(step, 0)) or table
        elif step.name in {"set", "values"}:
            written += fields_of(argument(step, 0))
        elif step.name in {"where", "andWhere", "orWhere"}:
            text, given = text_of(argument(step, 0)), argument(step, 1)
            found = conditions_in(text, (given,) if given is not None else ()) if text else _object(argument(step, 0))
            found = [
                (column.rpartition(".")[2] if column.count(".") == 1 else column, how, value)
                for column, how, value in found
            ]
            filters += found if step.name != "orWhere" else [(column, "match", value) for column, _, value in found]
    return _draft("typeorm", verb, table, filters, written=written)._replace(
        lazy=True, single=any(step.name in {"getOne", "getRawOne", "getOneOrFail"} for step in steps)
    )


def _sequelize(chain: Chain, last: Step) -> Draft | None:
    if last.name not in _SEQUELIZE:
        return None
    owner = chain.steps[-2].name if len(chain.steps) > 1 else chain.name
    table = next((literal(step) for step in chain.steps if step.name in {"define", "model"} and literal(step)), owner)
    verb = _SEQUELIZE[last.name]
    asked = next((found for each in last.arguments or () if (found := at_path(each, "where")) is not None), None)
    filters: list[Condition] = []
    if last.name == "findByPk" and last.arguments:
        filters = [("id", "eq", argument(last, 0) or UNKNOWN)]
    elif asked is not None:
        filters = _operated(asked)
    written = fields_of(argument(last, 0)) if verb in {"insert", "update", "upsert"} else ()
    named = [found for each in (last.arguments or ())[1:] if (found := at_path(each, "fields")) is not None]
    kept = [name for each in items_of(named[0] if named else None) if (name := text_of(each))]
    if kept:  # ``update(body, { fields: ["name"] })`` writes those and no others
        whole = tuple((name, value) for column, value in written if column == "*" for name in kept)
        written = tuple((column, value) for column, value in written if column in kept) + whole
    if last.name == "findOrCreate":
        written = fields_of(at_path(argument(last, 0), "defaults"))
    chosen = next((found for each in last.arguments or () if (found := at_path(each, "attributes")) is not None), None)
    columns = (
        tuple(text_of(each) or "" for each in items_of(chosen))
        if chosen is not None and not isinstance(chosen, Shape)
        else None
    )
    draft = _draft("sequelize", verb, table, filters, written=written)
    single = last.name in {"findOne", "findByPk", "create"}
    return draft._replace(single=single, columns=columns) if verb == "select" else draft._replace(single=single)


def _operated(value: Value) -> list[Condition]:
    """Conditions of ``where``; ``[Op.or]`` is a computed key and stays unread."""
    found = _object(value)
    return [(column, how, one) if column else ("", "match", one) for column, how, one in found]


def _knex(chain: Chain) -> Draft | None:
    table, verb, filters, written = "", "select", list[Condition](), tuple[tuple[str, Value], ...]()
    columns: tuple[str, ...] | None = None
    begun = False
    for number, step in enumerate(chain.steps):
        if step.arguments is None:
            table = table or (step.name if re.match(r"^[A-Z]", step.name) else "")
        elif step.name in {"from", "into", "table"} or (not step.name and literal(step) and not step.new):
            table, begun = literal(step).partition(" as ")[0], True
        elif step.name == "query" and not number:
            table, begun = table or chain.name, True
        elif step.name in {"select", "first", "returning", "columns"}:
            names = [text_of(one) for each in step.arguments for one in items_of(each)]
            columns = tuple(name for name in names if name) if names and "*" not in names else columns
            begun = True
        elif step.name in _KNEX_WHERE:
            filters += _knex_where(step)
        elif step.name in _KNEX_VERBS:
            verb, begun = _KNEX_VERBS[step.name], True
            by_id = step.name in {"deleteById", "patchAndFetchById", "updateAndFetchById"}
            if by_id:
                filters.append(("id", "eq", argument(step, 0) or UNKNOWN))
            if verb != "delete":
                written += fields_of(argument(step, 1 if by_id else 0))
    if not begun or not table:
        return None
    if verb != "select" and columns is None:
        columns = ()
    single = any(step.name in {"first", "findById"} for step in chain.steps)
    return _draft("knex", verb, table, filters, written=written)._replace(lazy=True, columns=columns, single=single)


def _knex_where(step: Step) -> list[Condition]:
    how = _KNEX_WHERE[step.name]
    first = argument(step, 0)
    if step.name == "findById":
        return [("id", "eq", first or UNKNOWN)]
    if step.name == "whereRaw":
        text = text_of(first)
        return conditions_in(text, items_of(argument(step, 1))) if text else [("", "match", first or UNKNOWN)]
    if isinstance(first, Shape):
        found: list[Condition] = [(key, "eq" if key != "*" else "match", value) for key, value in fields_of(first)]
        return (
            negated(found)
            if how == "neq"
            else [(key, "match" if how == "match" else word, value) for key, word, value in found]
        )
    column = literal(step)
    if not column:
        return [("", "match", first)] if first is not None else []
    if len(step.arguments or ()) > 2:  # noqa: PLR2004 - column, operator, value
        return [(column, operator(literal(step, 1)) if how != "match" else "match", argument(step, 2) or UNKNOWN)]
    return [(column, how, argument(step, 1) or Constant(None))]
