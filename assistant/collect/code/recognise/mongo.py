"""MongoDB and Mongoose: a filter object, an update object, a projection."""

from __future__ import annotations

import re

from assistant.collect.code.drafts import Draft
from assistant.collect.code.recognise.chains import (
    NOBODYS,
    Seen,
    argument,
    at_path,
    fields_of,
    is_nothing,
    items_of,
    literal,
    opened,
    package_of,
)
from assistant.collect.code.recognise.conditions import Condition, either, negated, operator
from assistant.collect.code.values import UNKNOWN, Chain, Constant, Either, Shape, Step, Value, text_of


_READS = {
    "find": False,
    "findOne": True,
    "findById": True,
    "findOneOrFail": True,
    "countDocuments": False,
    "count": False,
    "estimatedDocumentCount": False,
    "exists": True,
    "distinct": False,
    "aggregate": False,
    "find_one": True,
    "count_documents": False,
}
_WRITES = {
    "create": "insert",
    "insertOne": "insert",
    "insertMany": "insert",
    "insert_one": "insert",
    "insert_many": "insert",
    "updateOne": "update",
    "updateMany": "update",
    "update_one": "update",
    "update_many": "update",
    "replaceOne": "update",
    "findOneAndUpdate": "update",
    "find_one_and_update": "update",
    "findOneAndReplace": "update",
    "findByIdAndUpdate": "update",
    "deleteOne": "delete",
    "deleteMany": "delete",
    "delete_one": "delete",
    "delete_many": "delete",
    "findOneAndDelete": "delete",
    "findByIdAndDelete": "delete",
    "findByIdAndRemove": "delete",
    "findOneAndRemove": "delete",
    "remove": "delete",
}
_UNMISTAKABLE = frozenset(
    {
        "findById",
        "countDocuments",
        "insertOne",
        "insertMany",
        "updateOne",
        "replaceOne",
        "findOneAndUpdate",
        "findOneAndReplace",
        "findByIdAndUpdate",
        "deleteOne",
        "findOneAndDelete",
        "findByIdAndDelete",
        "findByIdAndRemove",
        "find_one",
        "insert_one",
        "update_one",
        "delete_one",
        "find_one_and_update",
    }
)
_ALSO = frozenset(
    {
        "findOne",
        "find",
        "updateMany",
        "deleteMany",
        "exists",
        "aggregate",
        "create",
        "insert_many",
        "update_many",
        "delete_many",
        "count_documents",
    }
)
_REST = frozenset(
    {
        "where",
        "select",
        "lean",
        "populate",
        "sort",
        "limit",
        "skip",
        "exec",
        "toArray",
        "equals",
        "project",
        "then",
        "orFail",
        "cursor",
        "to_list",
        "session",
        "hint",
        "next",
        "map",
        "forEach",
    }
)
_PACKAGES = ("mongoose", "mongodb", "pymongo", "motor", "@typegoose/", "beanie", "mongoengine", "odmantic")


def query(chain: Chain, seen: Seen) -> Draft | None:
    """A call on a collection or a model; None for anything else."""
    at = next(
        (
            n
            for n, step in enumerate(chain.steps)
            if (step.name in _READS or step.name in _WRITES) and step.arguments is not None
        ),
        None,
    )
    if at is None:
        return _new(chain)
    package = package_of(chain.source)
    step = chain.steps[at]
    owned = package.startswith(_PACKAGES)
    del seen
    if not owned and not _shaped(chain, at, package):
        return None
    if owned and at == 0 and step.name in {"connect", "model"}:
        return None
    if any(later.name not in _REST for later in chain.steps[at + 1 :]):
        return None
    return _draft(chain, at, step)


def _new(chain: Chain) -> Draft | None:
    """``new Project({ ...body, owner }).save()`` of a model."""
    last, made = chain.last, chain.steps[-2] if len(chain.steps) > 1 else None
    if last is None or last.name != "save" or last.arguments is None or made is None or not made.new:
        return None
    model = chain.through(chain.steps[:-2])
    if not package_of(chain.source).startswith(_PACKAGES) and not re.match(r"^[A-Z]", chain.name):
        return None
    table = _table(model, len(model.steps))
    written = fields_of(argument(made, 0))
    return (
        Draft(engine="mongo", client="pool", verb="insert", table=table, columns=(), written=written) if table else None
    )


def _shaped(chain: Chain, at: int, package: str) -> bool:
    """True for ``User.findById(id)`` and ``db.collection("users").findOne(…)`` on objects nobody saw being made."""
    if chain.source not in NOBODYS - {"global"} and not package.startswith(("@/", "~/", ".", "#")):
        return False
    if any(step.name in {"collection", "get_collection"} and literal(step) for step in chain.steps[:at]):
        return True
    step = chain.steps[at]
    owner = chain.steps[at - 1].name if at else chain.name
    return bool(re.match(r"^[A-Z]", owner)) and (
        step.name in _UNMISTAKABLE or (step.name in _ALSO and _is_filter(step))
    )


def _is_filter(step: Step) -> bool:
    """A plain filter object: Prisma's and TypeORM's options say ``where``."""
    asked = argument(step, 0)
    return isinstance(asked, Shape) and not {"where", "data", "include", "relations", "transaction"} & set(asked.fields)


def _draft(chain: Chain, at: int, step: Step) -> Draft:
    verb = _WRITES.get(step.name, "select")
    first = argument(step, 0)
    by_id = "ById" in step.name
    filters: list[Condition] = []
    if by_id and first is not None:
        filters = [("_id", "eq", first)]
    elif step.name == "aggregate":
        filters = [one for stage in items_of(first) for one in where_in(at_path(stage, "$match"))]
        searched = any(at_path(stage, "$vectorSearch") is not None for stage in items_of(first))
        if searched:
            verb = "vector"
            filters += [one for stage in items_of(first) for one in where_in(at_path(stage, "$vectorSearch", "filter"))]
    elif step.name == "distinct":
        filters = where_in(argument(step, 1))
    elif verb != "insert":
        filters = where_in(first)
    filters += _chained(chain.steps[at + 1 :])
    written: tuple[tuple[str, Value], ...] = ()
    if verb == "insert":
        written = fields_of(first)
    elif verb == "update":
        written = _updated(argument(step, 1))
    settings = argument(step, 2) if verb == "update" else None
    if verb == "update" and not is_nothing(at_path(settings, "upsert")):
        verb = "upsert"
    return Draft(
        engine="mongo",
        client="pool",
        verb=verb,
        table=_table(chain, at),
        columns=_columns(chain, at, step, verb),
        filters=tuple(filters),
        written=written,
        single=_READS.get(
            step.name,
            step.name in {"create", "findOneAndUpdate", "findByIdAndUpdate", "findOneAndDelete", "findByIdAndDelete"},
        ),
        many=step.name in {"find", "aggregate"},
        lazy=True,
    )


def _table(chain: Chain, at: int) -> str:
    for step in chain.steps[:at]:
        if step.name in {"collection", "get_collection", "model", "discriminator"} and literal(step):
            return literal(step)
    if chain.name in {"model", "getModelForClass"} and chain.steps and not chain.steps[0].name:
        return literal(chain.steps[0])
    owner = chain.steps[at - 1].name if at else chain.name
    return owner if owner not in {"default", "*", "models"} else ""


def where_in(value: Value | None, depth: int = 0) -> list[Condition]:
    """Conditions of a filter object: ``{ owner: id, $or: […], age: { $gt: 3 } }``."""
    if value is None or is_nothing(value) or depth > 6:  # noqa: PLR2004 - deeper than filters nest
        return []
    value = opened(value)
    if isinstance(value, Either):
        return either([where_in(each, depth + 1) for each in value.values])
    if not isinstance(value, Shape):
        return [("", "match", value)]
    out: list[Condition] = []
    for key, each in value.fields.items():
        if key in {"$or", "$and", "$nor"}:
            branches = [where_in(one, depth + 1) for one in items_of(each)]
            if key == "$or" and branches:
                out += either(branches, written=True)
            else:
                joined = [one for branch in branches for one in branch]
                out += joined if key == "$and" else negated(joined)
        elif isinstance(each, Shape) and each.fields and all(word.startswith("$") for word in each.fields):
            out += [
                (key, operator(word), one) for word, one in each.fields.items() if word not in {"$options", "$exists"}
            ]
        elif not key.startswith("$"):
            out.append((key, "eq", _identified(each)))
        else:
            out.append(("", "match", each))
    return out + [one for rest in value.rest for one in where_in(rest, depth + 1)]


def _identified(value: Value) -> Value:
    """``new ObjectId(id)`` is the id."""
    if (
        isinstance(value, Chain)
        and value.last is not None
        and (value.last.name or value.name) in {"ObjectId", "ObjectID"}
        and value.last.arguments
    ):
        return value.last.arguments[0]
    return value


def _chained(steps: tuple[Step, ...]) -> list[Condition]:
    """``.where("owner").equals(id)``, ``.where({ owner: id })``."""
    out: list[Condition] = []
    column = ""
    for step in steps:
        if step.name == "where":
            column = literal(step)
            if len(step.arguments or ()) > 1:
                out.append((column, "eq", argument(step, 1) or UNKNOWN))
            elif not column:
                out += where_in(argument(step, 0))
        elif step.name == "equals" and column:
            out.append((column, "eq", argument(step, 0) or UNKNOWN))
    return out


def _updated(value: Value | None) -> tuple[tuple[str, Value], ...]:
    """Columns of ``{ $set: {…}, $inc: {…} }`` or of a plain object."""
    if not isinstance(value, Shape):
        return fields_of(value)
    out: list[tuple[str, Value]] = []
    for key, each in value.fields.items():
        out += fields_of(each) if key.startswith("$") else [(key, each)]
    return (*out, *(("*", rest) for rest in value.rest))


def _columns(chain: Chain, at: int, step: Step, verb: str) -> tuple[str, ...] | None:
    if step.name in {"countDocuments", "count", "exists", "estimatedDocumentCount"} or (
        verb in {"update", "delete"} and not step.name.startswith("find")
    ):
        return ()
    chosen = next((argument(one, 0) for one in chain.steps[at + 1 :] if one.name in {"select", "project"}), None)
    if chosen is None and verb == "select":
        chosen = argument(step, 1)
        nested = at_path(chosen, "projection")
        chosen = nested if nested is not None else chosen
    text = text_of(chosen)
    if text:
        names = text.split()
        return (
            ("*", *names) if all(name.startswith("-") for name in names) else tuple(name.lstrip("+") for name in names)
        )
    if isinstance(chosen, Shape) and chosen.fields:
        kept = [key for key, each in chosen.fields.items() if not (isinstance(each, Constant) and each.value == 0)]
        return tuple(kept) if kept else ("*", *(f"-{key}" for key in chosen.fields))
    return None
