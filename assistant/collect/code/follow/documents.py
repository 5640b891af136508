"""Rows that store themselves: ``document.save()`` of Mongoose, ``row.update(values)`` and ``row.destroy()`` of Sequelize, ``entity.remove()`` of TypeORM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.drafts import Draft
from assistant.collect.code.follow.queries import noted
from assistant.collect.code.recognise.chains import fields_of
from assistant.collect.code.values import Chain, Closure, Known, Promise, Shape, Step, Value
from assistant.domain.code import Origin, OriginKind


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run

_STORES = {
    "mongo": {"save": "update", "updateOne": "update", "deleteOne": "delete", "remove": "delete"},
    "sequelize": {"save": "update", "update": "update", "destroy": "delete", "increment": "update"},
    "typeorm": {"save": "update", "remove": "delete", "softRemove": "delete"},
}
_SETS = frozenset({"set", "overwrite", "setAttributes"})
"""Methods that fill a row in, without storing it."""


def document_method(
    run: Run, of: Value, name: str, arguments: tuple[Value, ...], module: str, at: int, end: int
) -> Value | None:
    """A change of a row by its own method; None when it is no such row, or no such method."""
    rows = [origin for one in _rows(of) for origin in one.origins if origin.kind is OriginKind.ROW]
    if not rows or any(origin.path for origin in rows):
        return None
    row = rows[0].row
    record = run.ledger.record(row)
    if record is None or record.engine not in _STORES or not record.reads:
        return None
    if name in _SETS and len(arguments) == 1:
        run.become(of, Shape({}, (*_rows(of), arguments[0])))
        return of
    verb = _STORES[record.engine].get(name)
    if verb is None:
        return None
    written = fields_of(arguments[0]) if name in {"update", "updateOne"} and arguments else ()
    if isinstance(of, Shape):
        kept = [(key, value) for key, value in of.fields.items() if not isinstance(value, Closure)]
        written = (*kept, *(("*", one) for one in of.rest if one not in _rows(of)), *written)
    key = "_id" if record.engine == "mongo" else "id"
    draft = Draft(
        engine=record.engine,
        client=record.client.value,
        verb=verb,
        table=record.table,
        columns=(),
        filters=((key, "eq", Known(frozenset({Origin(OriginKind.ROW, key, row)}))),),
        written=tuple(written) if verb == "update" else (),
    )
    noted(run, Chain("parameter", "row", (Step(name, arguments, False, module, at, end),)), draft)
    return Promise(of)


def _rows(of: Value) -> list[Known]:
    """The row itself, or the one behind fields that were set on it."""
    parts = (of,) if isinstance(of, Known) else of.rest if isinstance(of, Shape) else ()
    return [one for one in parts if isinstance(one, Known) and any(o.kind is OriginKind.ROW for o in one.origins)]
