"""``document.ref`` of Firestore: where a row that was found lies, so that it and what lies below it can be changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.values import Chain, Constant, Known, Step
from assistant.domain.code import Origin, OriginKind


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run

_ONE = re.compile(r"(?:(?:docs|\d+)(?:\.|$))*")
"""Paths of a snapshot at which a document stands."""


def reference(run: Run, row: Known) -> Chain | None:
    """The reference of a document that a query found; None for anything else."""
    origin = next(iter(row.origins)) if len(row.origins) == 1 else None
    if origin is None or origin.kind is not OriginKind.ROW or not _ONE.fullmatch(origin.path):
        return None
    record = run.ledger.record(origin.row)
    if record is None or record.engine != "firestore" or not record.table:
        return None
    found = Known(frozenset({Origin(OriginKind.ROW, "id", origin.row)}))
    steps = (("firestore", ()), ("collection", (Constant(record.table),)), ("doc", (found,)))
    return Chain("firebase-admin", "*", tuple(Step(name, given, False, run.module, 0, 0) for name, given in steps))
