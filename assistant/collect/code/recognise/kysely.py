"""Kysely: ``selectFrom``, ``insertInto``, ``updateTable``, ``deleteFrom`` with columns and operators as strings."""

from __future__ import annotations

from assistant.collect.code.drafts import Draft
from assistant.collect.code.recognise.chains import (
    Seen,
    alternatives,
    argument,
    fields_of,
    items_of,
    literal,
    normal,
    run,
)
from assistant.collect.code.recognise.conditions import Condition, apart, either, negated, operator
from assistant.collect.code.values import UNKNOWN, Chain, Closure, Constant, Shape, Step, Value, text_of


_STARTS = {
    "selectFrom": "select",
    "insertInto": "insert",
    "replaceInto": "upsert",
    "updateTable": "update",
    "deleteFrom": "delete",
    "mergeInto": "upsert",
}
BUILDER = Chain("kysely", "eb")
"""What a callback of ``where`` gets."""
_ENDS = frozenset({"execute", "executeTakeFirst", "executeTakeFirstOrThrow", "stream"})
_TERNARY = 3
_REFERS = frozenset({"whereRef", "onRef"})


def query(chain: Chain, seen: Seen) -> Draft | None:
    """A query of a Kysely builder; None for anything else."""
    start = next((n for n, step in enumerate(chain.steps) if step.name in _STARTS and step.arguments), None)
    last = chain.last
    if start is None or last is None or last.name == "as":
        return None
    first, rest = chain.steps[start], chain.steps[start + 1 :]
    seen = _with_tables(chain.steps[:start], seen)
    verb = _STARTS[first.name]
    table = _table(argument(first, 0))
    filters = list(_of_common(table, seen) or ())
    written: tuple[tuple[str, Value], ...] = ()
    for step in rest:
        joined = step.name == "whereRef" and isinstance(argument(step, 2), Chain)  # with the rows of another query
        if joined or step.name in {"where", "having", "orWhere"}:
            filters += [(_own(column, table), how, value) for column, how, value in _where(step, seen)]
        elif step.name in {"values", "set"}:
            if len(step.arguments or ()) > 1 and literal(step):
                written += ((literal(step), argument(step, 1) or UNKNOWN),)
            else:
                written += fields_of(argument(step, 0))
        elif step.name in {"onConflict", "onDuplicateKeyUpdate"}:
            verb = "upsert"
            written += fields_of(argument(step, 0)) if isinstance(argument(step, 0), Shape) else ()
    return Draft(
        engine="kysely",
        client="pool",
        verb=verb,
        table=table.partition(" ")[0],
        columns=_columns(verb, rest),
        filters=tuple(filters),
        written=written,
        single=any(step.name.startswith("executeTakeFirst") for step in rest),
        many=verb == "select" and last.name == "execute",
        lazy=last.name not in _ENDS,
    )


def _with_tables(steps: tuple[Step, ...], seen: Seen) -> Seen:
    """``with("mine", (db) => db.selectFrom("members").where("user_id", "=", me))``: each sees those before it."""
    for step in steps:
        made = run(seen, argument(step, 1), BUILDER) if step.name in {"with", "withRecursive"} else None
        found = query(normal(made), seen) if isinstance(made, Chain) else None
        if found is not None and found.verb == "select" and literal(step):
            asked = tuple(
                (each if "." in each else f"{found.table}.{each}", how, one) for each, how, one in found.filters
            )
            seen = seen._replace(common=(*seen.common, (literal(step), asked)))
    return seen


def _of_common(table: str, seen: Seen) -> tuple[Condition, ...] | None:
    return next((asked for name, asked in reversed(seen.common) if name == table.partition(" ")[0]), None)


def _table(value: Value | None) -> str:
    for each in alternatives(value):
        for one in items_of(each):
            if text_of(one):
                return (text_of(one) or "").replace(" as ", " ").strip()
    return ""


def _own(column: str, table: str) -> str:
    """A column without the name or alias of its own table."""
    owner, _, name = column.rpartition(".")
    return name if owner and owner in table.split() else column


def _columns(verb: str, rest: tuple[Step, ...]) -> tuple[str, ...] | None:
    wanted = {"select", "selectAll"} if verb == "select" else {"returning", "returningAll"}
    steps = [step for step in rest if step.name in wanted]
    if not steps:
        return None if verb == "select" and not any(step.name == "select" for step in rest) else ()
    out: list[str] = []
    for step in steps:
        if step.name in {"selectAll", "returningAll"}:
            out.append("*" if not step.arguments else f"{literal(step)}.*")
        for item in items_of(argument(step, 0)) if step.name in {"select", "returning"} else ():
            name = text_of(item)
            out.append(name.partition(" as ")[0] if name else "")
    found = [name for name in out if name]
    return None if found == ["*"] or not found else tuple(found)


def _where(step: Step, seen: Seen) -> list[Condition]:
    if len(step.arguments or ()) == _TERNARY:
        return _ternary(argument(step, 0), argument(step, 1), argument(step, 2), seen)
    given = argument(step, 0)
    return conditions_of(given, seen)


def _ternary(column: Value | None, how: Value | None, value: Value | None, seen: Seen) -> list[Condition]:
    name = text_of(column) or (_reference(column) if isinstance(column, Chain) else "")
    if isinstance(value, Closure):
        value = run(seen, value, BUILDER)
    out: list[Condition] = [(name, operator(text_of(how) or ""), value if value is not None else UNKNOWN)]
    if isinstance(value, Chain) and (found := query(normal(value), seen)) is not None:
        out += [(each if "." in each else f"{found.table}.{each}", word, one) for each, word, one in found.filters]
    return out


def _reference(value: Chain) -> str:
    last = value.last
    return literal(last) if last is not None and last.name in {"ref", "fn", "lower", "cast"} else ""


def conditions_of(value: Value | None, seen: Seen, depth: int = 0) -> list[Condition]:
    """Conditions of an expression or of a callback that makes one."""
    if value is None or depth > 6:  # noqa: PLR2004 - deeper than people nest
        return []
    if isinstance(value, Closure):
        return conditions_of(run(seen, value, BUILDER), seen, depth + 1)
    if not isinstance(value, Chain):
        return [] if isinstance(value, Constant) else [("", "match", value)]
    chain = normal(value)
    last = chain.last
    if last is None or last.arguments is None:
        return []
    name = last.name or chain.name
    if name in {"or", "and"}:
        branches = [conditions_of(each, seen, depth + 1) for each in items_of(argument(last, 0))]
        if isinstance(argument(last, 0), Shape):
            branches = [[(key, "eq", each)] for key, each in fields_of(argument(last, 0))]
        before = chain.through(chain.steps[:-1])
        chained = before.last is not None and before.last.arguments is not None
        if chained:
            branches = [conditions_of(before, seen, depth + 1), _where(last, seen)]
        return (
            either(branches, written=True)
            if name == "or" and branches
            else [one for branch in branches for one in branch]
        )
    if name == "not":
        return negated(conditions_of(argument(last, 0), seen, depth + 1))
    if name == "exists":
        inner = argument(last, 0)
        found = query(normal(inner), seen) if isinstance(inner, Chain) else None
        asked = [(f"{found.table}.{column}", how, each) for column, how, each in found.filters] if found else []
        joined = isinstance(inner, Chain) and any(step.name in _REFERS or "oin" in step.name for step in inner.steps)
        return asked if joined else apart(asked)
    if len(last.arguments) == _TERNARY:
        return _ternary(argument(last, 0), argument(last, 1), argument(last, 2), seen)
    return [("", "match", value)]
