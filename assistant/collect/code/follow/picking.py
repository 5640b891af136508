"""``omit(row, ["secret"])`` and ``pick(row, ["id", "name"])`` of the libraries that everybody uses for it; columns of a table laid out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.follow.attributes import attribute
from assistant.collect.code.follow.binding import leave_out
from assistant.collect.code.follow.container import resolved
from assistant.collect.code.recognise.drizzle_tables import columns_defined
from assistant.collect.code.values import Blueprint, Chain, Constant, Known, Listed, Shape, Step, Test, unwrapped


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Value

_LIBRARIES = re.compile(
    r"^(?:lodash(?:-es)?|lodash[./](?:omit|pick|difference|intersection)|es-toolkit|remeda|radash(?:i)?|ramda|rambda|underscore|just-(?:omit|pick))(?:/|$)"
)
_KEYS_FIRST = ("ramda", "rambda")
_WITH_KEYS = 2
_ENTITIES = frozenset({"create", "merge"})
_MAPPERS = ("typeorm", "@nestjs/typeorm")
_OF_BOTH = frozenset({"difference", "without", "intersection", "diff"})
_COLUMNS = frozenset({"getTableColumns", "getColumns"})


def picked_fields(run: Run, chain: Chain) -> Value | None:
    """The object without some fields, or with some only; None for any other call, and when the fields are chosen at run time."""
    last = chain.last
    entity = entity_made(run, chain) or resolved(run, chain)
    if entity is not None:
        return entity
    word = (last.name if last is not None and last.name else chain.name).rpartition("/")[2]
    if chain.name == "default" and not (last is not None and last.name):
        word = re.split(r"[./-]", chain.source)[-1]
    if last is not None and word in _OF_BOTH and _LIBRARIES.match(chain.source):
        return _shared(run, word, last.arguments)
    if last is None or last.arguments is None or word not in {"omit", "pick"} or not _LIBRARIES.match(chain.source):
        return None
    given = last.arguments[::-1] if chain.source.startswith(_KEYS_FIRST) else last.arguments
    names = _names(given[1:]) if len(given) >= _WITH_KEYS else None
    if names is None:
        return None
    whole = given[0]
    return _without(run, whole, names) if word == "omit" else _only(run, whole, names, last.module, last.at)


def entity_made(run: Run, chain: Chain) -> Value | None:
    """``repository.create(values)``, ``repository.merge(entity, values)`` of TypeORM, which store nothing yet."""
    last = chain.last
    given = last.arguments if last is not None else None
    if last is None or not given or last.name not in _ENTITIES or not _is_mapper(chain):
        return None
    if isinstance(given[0], Blueprint):
        given = given[1:]
    if not given:
        return None
    if last.name == "create":
        return given[0]
    fields: dict[str, Value] = {}
    rest: list[Value] = []
    for one in given:
        fields.update(one.fields if isinstance(one, Shape) else {})
        rest += one.rest if isinstance(one, Shape) else [one]
    made = Shape(fields, tuple(rest))
    run.become(given[0], made)
    return made


def _is_mapper(chain: Chain) -> bool:
    names = [chain.name, *(step.name for step in chain.steps[:-1])]
    return chain.source.startswith(_MAPPERS) or any(
        name == "getRepository" or name.endswith(("Repository", "Repo")) for name in names
    )


def _shared(run: Run, word: str, given: tuple[Value, ...] | None) -> Value | None:
    """``difference(ids, mine)``: the ids that are none of mine; ``intersection(ids, mine)``: those that are."""
    if not given or len(given) != _WITH_KEYS or not isinstance(given[0], Known):
        return None
    inside = Test("in", (given[0], given[1]))
    return run.picked(given[0], (given[0],), inside if word == "intersection" else Test("not", (inside,)), many=True)


def _names(given: tuple[Value, ...]) -> set[str] | None:
    """Field names, in a list or one by one; None when one of them is not written in the code."""
    said = [item for one in given for item in (one.items if isinstance(one, Listed) else (one,))]
    names = {one.value for one in said if isinstance(one, Constant) and isinstance(one.value, str)}
    return names if len(names) == len(said) else None


def _without(run: Run, whole: Value, names: set[str]) -> Value | None:
    if isinstance(whole, Shape) and isinstance(whole.fields, dict) and not whole.rest:
        return Shape({key: one for key, one in whole.fields.items() if key not in names})
    if isinstance(whole, Known):
        leave_out(run, whole, names)
        return whole
    return None


def _only(run: Run, whole: Value, names: set[str], module: str, at: int) -> Value | None:
    if isinstance(whole, Shape | Known):
        return Shape({name: attribute(run, whole, name, module, at, at) for name in sorted(names)})
    return None


def columns_laid_out(chain: Chain) -> Value | None:
    """``getTableColumns(users)`` of Drizzle: every column by its name, to leave some out of."""
    last = chain.last
    name = (last.name if last is not None else "") or chain.name
    if last is None or name not in _COLUMNS or not last.arguments or not chain.source.startswith("drizzle-orm"):
        return None
    table = unwrapped(last.arguments[0])
    if not isinstance(table, Chain):
        return None
    found = {
        column: table.through((*table.steps, Step(column, None, False, last.module, last.at, last.end)))
        for column in columns_defined(table)
    }
    return Shape(found) if found else None
