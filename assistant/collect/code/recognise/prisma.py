"""Prisma: model calls with nested conditions, nested writes and selections; raw statements go to ``rawsql``."""

from __future__ import annotations

import re

from assistant.collect.code.drafts import Draft
from assistant.collect.code.origins import origins_of
from assistant.collect.code.recognise.chains import (
    NOBODYS,
    Seen,
    alternatives,
    argument,
    at_path,
    is_nothing,
    is_true,
    items_of,
    opened,
    package_of,
)
from assistant.collect.code.recognise.conditions import Condition, chosen_by_sender, either, negated, operator, within
from assistant.collect.code.recognise.extensions import by_policies, extended
from assistant.collect.code.values import UNKNOWN, Chain, Constant, Either, Known, Listed, Shape, Step, Value
from assistant.domain.code import Origin, OriginKind


_READS = frozenset({"findUnique", "findUniqueOrThrow", "findFirst", "findFirstOrThrow", "findMany"})
_COUNTS = frozenset({"count", "aggregate", "groupBy"})
_WRITES = {
    "create": "insert",
    "createMany": "insert",
    "createManyAndReturn": "insert",
    "update": "update",
    "updateMany": "update",
    "updateManyAndReturn": "update",
    "upsert": "upsert",
    "delete": "delete",
    "deleteMany": "delete",
}
_UNMISTAKABLE = frozenset(
    {
        "findUnique",
        "findUniqueOrThrow",
        "findFirstOrThrow",
        "findFirst",
        "findMany",
        "createManyAndReturn",
        "updateManyAndReturn",
        "groupBy",
        "upsert",
    }
)
_ALL = _READS | _COUNTS | frozenset(_WRITES)
_MANY = frozenset({"findMany", "groupBy", "createManyAndReturn", "updateManyAndReturn"})
_COUNTED = frozenset({"createMany", "updateMany", "deleteMany", "count"})
_KEYS = frozenset(
    {"where", "data", "select", "include", "orderBy", "take", "cursor", "omit", "distinct", "by", "_count", "_sum"}
)
_OPERATORS = frozenset(
    {
        "equals",
        "in",
        "notIn",
        "not",
        "lt",
        "lte",
        "gt",
        "gte",
        "contains",
        "startsWith",
        "endsWith",
        "search",
        "has",
        "hasSome",
        "hasEvery",
        "isEmpty",
        "array_contains",
        "string_contains",
        "string_starts_with",
        "string_ends_with",
        "isSet",
    }
)
_SETTINGS = frozenset({"mode", "path"})
_RELATIONS = frozenset({"is", "isNot", "some", "every", "none"})
_WRITTEN_BELOW = frozenset(
    {
        "create",
        "connect",
        "connectOrCreate",
        "update",
        "upsert",
        "createMany",
        "delete",
        "deleteMany",
        "updateMany",
        "disconnect",
    }
)
_SCALAR = frozenset({"set", "increment", "decrement", "multiply", "divide", "push"})
_RELATIVE = frozenset({"increment", "decrement", "multiply", "push"})
_COUNTS_UP = re.compile(r"view|click|hit|count|visit|download|play|impression", re.IGNORECASE)
_PACKAGES = ("@prisma/", ".prisma/", "prisma", "@zenstackhq/")
_DEEPEST = 8


def is_prisma(chain: Chain) -> bool:
    """True for a client that surely is Prisma's: its class, or its everyday name."""
    if chain.name == "PrismaClient" or package_of(chain.source).startswith(_PACKAGES):
        return True
    if chain.source in NOBODYS or chain.source.startswith(("@", "~", ".", "#")):
        return "prisma" in chain.name.lower() or any("prisma" in step.name.lower() for step in chain.steps[:-2])
    return False


def query(chain: Chain, seen: Seen) -> Draft | None:
    """A model call; None for anything else."""
    last = chain.last
    if last is None or last.name not in _ALL or last.arguments is None or len(chain.steps) < 1:
        return None
    model = chain.steps[-2] if len(chain.steps) > 1 else None
    if model is None:
        # ``db.user`` handed out under a name of its own: a delegate nobody saw being made
        return (
            _draft(chain.name, last)
            if chain.source in NOBODYS and last.name in _UNMISTAKABLE and _is_asked(last)
            else None
        )
    if model.arguments is not None or not model.name:
        return None
    if not is_prisma(chain) and not _shaped(chain, last):
        return None
    draft = _draft(model.name, extended(chain, model.name, last, seen))
    return draft._replace(client="user") if by_policies(chain) else draft


def _shaped(chain: Chain, last: Step) -> bool:
    """True for ``db.model.method({ where … })`` on an object nobody knows; drizzle's ``db.query.table.findFirst`` is not Prisma's."""
    if chain.source not in NOBODYS and not chain.source.startswith(("@", "~", ".", "#")):
        return False
    if any(step.name in {"query", "_query"} for step in chain.steps[:-1]):
        return False
    return last.name in _UNMISTAKABLE or _is_asked(last)


def _is_asked(last: Step) -> bool:
    asked = argument(last, 0)
    return any(isinstance(each, Shape) and bool(_KEYS & set(each.fields)) for each in alternatives(asked)) or (
        last.name in _UNMISTAKABLE and not last.arguments
    )


def _draft(model: str, last: Step) -> Draft:
    asked = argument(last, 0)
    verb = _WRITES.get(last.name, "select")
    if verb == "upsert" and _only_counted(at_path(asked, "update")):
        asked, verb = Shape({"data": at_path(asked, "create") or UNKNOWN}), "insert"  # what is there stays as it is
    filters = _where(at_path(asked, "where")) if isinstance(asked, Shape) else _unknown(asked)
    cursor = at_path(asked, "cursor")
    if cursor is not None:
        filters += [(column, "match", value) for column, _, value in _where(cursor)]
    data: list[tuple[str, Value]] = []
    if verb in {"insert", "update"}:
        data = written_in(at_path(asked, "data")) if isinstance(asked, Shape) else [("*", asked or UNKNOWN)]
    elif verb == "upsert":
        data = written_in(at_path(asked, "create")) + written_in(at_path(asked, "update"))
    columns = () if last.name in _COUNTED else columns_in(asked)
    return Draft(
        engine="prisma",
        client="pool",
        verb=verb,
        table=model,
        columns=columns,
        filters=tuple(filters),
        written=tuple(data),
        single=last.name not in _MANY | _COUNTED,
        many=last.name in _MANY,
        below=tuple(_below(asked, "")),
    )


def _only_counted(change: Value | None) -> bool:
    """Nothing is changed where there is a row already, or one more visit is counted: ``{ views: { increment: 1 } }``."""
    if not isinstance(change, Shape) or change.rest:
        return False
    return all(
        _COUNTS_UP.search(name) is not None and isinstance(at_path(value, "increment"), Constant)
        for name, value in change.fields.items()
    )


def _below(asked: Value | None, path: str, depth: int = 0) -> list[tuple[str, str, str, Value]]:
    """Conditions on relations that are read along: ``include: { members: { where: { userId } } }``."""
    out: list[tuple[str, str, str, Value]] = []
    for word in ("select", "include"):
        chosen = at_path(asked, word)
        fields = chosen.fields if isinstance(chosen, Shape) and depth < _DEEPEST else {}
        for name, value in fields.items():
            inner = path if name == "_count" else f"{path}.{name}" if path else name
            out += [(inner, *condition) for condition in _where(at_path(value, "where"))]
            out += _below(value, inner, depth + 1)
    return out


def _unknown(asked: Value | None) -> list[Condition]:
    return [] if is_nothing(asked) else [("", "match", asked or UNKNOWN)]


def columns_in(asked: Value | None) -> tuple[str, ...] | None:
    """Columns of ``select``; ``*`` and relations for ``include``; ``-password`` for ``omit``; None for whole rows."""
    if not isinstance(asked, Shape):
        return None
    chosen = at_path(asked, "select")
    if isinstance(chosen, Shape):
        return tuple(_chosen(chosen))
    added = at_path(asked, "include")
    out = ["*"]
    if isinstance(added, Shape):
        for name, value in added.fields.items():
            if name == "_count" or not is_true(value):
                continue
            below = columns_in(value)
            out += [f"{name}.*"] if below is None else [f"{name}.{column}" for column in below]
    left_out = at_path(asked, "omit")
    if isinstance(left_out, Shape):
        out += [f"-{name}" for name, value in left_out.fields.items() if is_true(value)]
    return None if out == ["*"] else tuple(out)


def _chosen(chosen: Shape) -> list[str]:
    out: list[str] = ["*"] if chosen.rest else []
    for name, value in chosen.fields.items():
        if name == "_count" or not is_true(value):
            continue
        if isinstance(value, Shape):
            below = columns_in(value)
            out += [f"{name}.*"] if below is None else [f"{name}.{column}" for column in below]
        else:
            out.append(name)
    return out


def _where(value: Value | None, depth: int = 0) -> list[Condition]:
    """Conditions of a ``where`` with their paths; unknown parts under an empty column."""
    if value is None or is_nothing(value):
        return []
    value = opened(value)
    if isinstance(value, Either):
        return either([_where(each, depth + 1) for each in value.values], written=chosen_by_sender(value))
    if not isinstance(value, Shape) or depth > _DEEPEST:
        return [("", "match", value)]
    out: list[Condition] = []
    for key, each in value.fields.items():
        out += _condition(key, each, depth)
    for rest in value.rest:
        out += _where(rest, depth + 1)
    return out


def _condition(key: str, value: Value, depth: int) -> list[Condition]:
    value = opened(value)
    if key == "AND":
        return [one for each in items_of(value) for one in _where(each, depth + 1)]
    if key == "OR":
        branches = [_where(each, depth + 1) for each in items_of(value) if not is_nothing(each)]
        return either(branches, written=True) if branches else []
    if key == "NOT":
        return negated([one for each in items_of(value) for one in _where(each, depth + 1)])
    if key in _RELATIONS and isinstance(value, Shape):
        inner = within(key, _where(value, depth + 1))
        return negated(inner) if key in {"isNot", "none"} else inner
    if isinstance(value, Either):
        # ``where: { teamId: teamId ?? undefined }``: what may be undefined asks nothing
        ways = [_condition(key, each, depth + 1) if not _left_out(each) else [] for each in value.values]
        return either(ways, written=chosen_by_sender(value))
    if not isinstance(value, Shape):
        return [(key, "eq", value)]
    words = set(value.fields) - _SETTINGS
    if words and words <= _OPERATORS:
        return [one for word in sorted(words) for one in _operated(key, word, value.fields[word], depth)]
    if words and key == "_".join(value.fields):
        return _where(value, depth + 1)
    return within(key, _where(value, depth + 1)) if words or value.rest else []


def _left_out(value: Value) -> bool:
    return isinstance(value, Constant) and value.value is None


def _operated(key: str, word: str, value: Value, depth: int) -> list[Condition]:
    if word == "not" and isinstance(value, Shape):
        return negated(_condition(key, value, depth + 1))
    return [(key, operator(word), value)]


def written_in(value: Value | None, depth: int = 0) -> list[tuple[str, Value]]:
    """Columns that ``data`` writes: ``poll.connect.id`` for nested writes, ``*`` for what is spread in."""
    out: list[tuple[str, Value]] = []
    for each in alternatives(value):
        for row in items_of(each):
            for real in alternatives(row):
                out += _row(real, depth)
    return out


def _row(row: Value, depth: int) -> list[tuple[str, Value]]:
    if is_nothing(row):
        return []
    if not isinstance(row, Shape) or depth > _DEEPEST:
        return [("*", row)]
    out = [pair for key, value in row.fields.items() for pair in _column(key, value, depth)]
    return out + [("*", rest) for rest in row.rest if not is_nothing(rest)]


def _column(key: str, value: Value, depth: int) -> list[tuple[str, Value]]:
    """What one key writes; ``tags: ids ? { connect: … } : undefined`` is read each way."""
    options = alternatives(value)
    if len(options) > 1 and any(_is_nested(one) for one in options):
        return [pair for one in options if not is_nothing(one) for pair in _column(key, one, depth)]
    if not isinstance(value, Shape) or not _is_nested(value):
        return [(key, value)]
    out: list[tuple[str, Value]] = []
    for word, below in value.fields.items():
        if word in _RELATIVE:  # once more is not the same as once
            out.append((key, Known(origins_of(below) | {Origin(OriginKind.GENERATED, "increment")})))
        elif word in _SCALAR and not (word == "set" and _names_rows(below)):
            out.append((key, below))
        elif word in _WRITTEN_BELOW | _SCALAR and isinstance(below, (Shape, Listed, Either)):
            out += [(f"{key}.{word}.{column}", one) for column, one in _nested(word, below, depth)]
        else:
            out.append((f"{key}.{word}", below))
    return out


def _is_nested(value: Value) -> bool:
    return isinstance(value, Shape) and bool(set(value.fields) & (_WRITTEN_BELOW | _SCALAR))


def _names_rows(value: Value) -> bool:
    """``tags: { set: ids.map((id) => ({ id })) }`` links rows; ``labels: { set: ["a"] }`` fills a list."""
    return any(isinstance(each, Shape) for one in alternatives(value) for each in items_of(one))


def _nested(word: str, below: Value, depth: int) -> list[tuple[str, Value]]:
    """A nested write; ``where`` and ``data`` inside it are not columns."""
    out: list[tuple[str, Value]] = []
    for each in (one for value in alternatives(below) for one in items_of(value)):
        if not isinstance(each, Shape):
            out.append(("*", each))
            continue
        if word == "connectOrCreate" and "where" in each.fields:
            out += [(f"where.{column}", one) for column, one in written_in(each.fields["where"], depth + 1)]
            each = Shape({name: one for name, one in each.fields.items() if name != "where"})  # noqa: PLW2901
        parts = [each.fields[name] for name in ("where", "data", "create", "update") if name in each.fields]
        if parts and word != "create":
            out += [pair for part in parts for pair in written_in(part, depth + 1)]
        else:
            out += written_in(each, depth + 1)
    return out
