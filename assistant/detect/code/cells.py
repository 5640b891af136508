"""Which attack of the matrix speaks of a query of the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.matrix import Actor, Verb, Verdict


if TYPE_CHECKING:
    from assistant.domain.code import Query
    from assistant.domain.matrix import Cell


def speaks_of(cell: Cell, query: Query) -> bool:
    """Not where somebody raised their own row, nor where they moved one to another tenant by a column that the query does not write."""
    variant = cell.variant.split("/")
    if "raise" in variant:
        return False
    written = {each.column.rpartition(".")[2] for each in query.written}
    moved = "move" in variant and cell.verb is Verb.UPDATE and bool(cell.columns)
    return not moved or not written or "*" in written or bool(written & set(cell.columns))


def got_nowhere(cell: Cell) -> bool:
    """Another person tried it on a row that is not theirs, and the rules held; that there was no row to try says nothing."""
    return (
        cell.verdict is Verdict.HOLDS
        and cell.actor is Actor.OTHER_TENANT
        and not cell.variant.startswith(("raise", "move"))
        and not cell.reason.startswith(("no row", "members may", "making a tenant"))
    )
