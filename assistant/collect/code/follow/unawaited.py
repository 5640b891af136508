"""``const mine = prisma.note.findFirst(…)`` without ``await``: a promise, which is always true, and no row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.values import Known, Promise
from assistant.domain.code import OriginKind
from assistant.domain.syntax import Call, Name


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Value
    from assistant.domain.syntax import Declare

_PROMISING = frozenset({"prisma", "sequelize", "typeorm"})
"""Mappers whose queries answer promises; builders of others are put together first and awaited in the end."""


def as_declared(run: Run, node: Declare, value: Value, known: int) -> Value:
    """What a name stands for that was given a query's answer; whoever awaits the name gets the row.

    ``known`` queries were there before: a row of one of them was awaited already.
    """
    if not isinstance(node.value, Call) or not isinstance(node.pattern, Name) or not isinstance(value, Known):
        return value
    origin = next(iter(value.origins)) if len(value.origins) == 1 else None
    if origin is None or origin.kind is not OriginKind.ROW or origin.path or origin.row < known:
        return value
    record = run.ledger.record(origin.row)
    whole = record is not None and record.engine in _PROMISING and not record.place.file.endswith(".py")
    return Promise(value) if whole else value
