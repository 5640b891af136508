"""Tables that no migration creates: their columns are known from generated types, their rules are not.

In the rehearsal such a table has no policy and the platform's default grants, so every attack on it would succeed. That says
nothing about the hosted database: such cells are unknown, with the reason, unless a migration switches row-level security on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from assistant.domain.matrix import Severity, Verdict


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.domain.catalog import Catalog
    from assistant.domain.matrix import Cell, Matrix

REASON: Final = "no migration creates this table: its rules stand only in the hosted database"
"""Why a cell of such a table is unknown."""


def without_unseen(matrix: Matrix, filled_in: Iterable[str], catalog: Catalog) -> Matrix:
    """The matrix with every verdict about an unseen table taken back.

    Args:
        matrix: as attacked.
        filled_in: names of tables taken from generated types (``Replay.filled_in``).
        catalog: to tell which of them a migration guards after all.
    """
    guarded = {str(name) for name, table in catalog.tables.items() if table.rls}
    unseen = set(filled_in) - guarded
    if not unseen:
        return matrix
    return replace(matrix, cells=tuple(_taken_back(cell) if _about(cell, unseen) else cell for cell in matrix.cells))


def _about(cell: Cell, unseen: set[str]) -> bool:
    name = cell.object.rpartition(".")[0] if cell.kind == "column" else cell.object
    return name in unseen or (cell.through is not None and str(cell.through) in unseen)


def _taken_back(cell: Cell) -> Cell:
    return replace(
        cell, verdict=Verdict.UNKNOWN, reason=REASON, severity=Severity.INFO, steps=(), columns=(), witness=""
    )
