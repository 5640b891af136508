"""Two matrices of the same attacks, before and after a change: what closed, what opened, who was locked out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.attack.triage import REPEATS
from assistant.domain.matrix import Actor, Comparison, Verb, Verdict


if TYPE_CHECKING:
    from assistant.domain.matrix import Cell, Matrix


def compare(before: Matrix, after: Matrix) -> Comparison:
    """Cell by cell; cells that only one matrix has count as holding where they are absent.

    A leak whose cell disappeared counts as closed only when its object is gone or no longer attackable: an absent cell of an
    object that still has other cells of that verb is closed, for the attempt no longer applies.
    """
    then = {cell.key: cell for cell in before.cells}
    now = {cell.key: cell for cell in after.cells}
    closed: list[Cell] = []
    still_open: list[Cell] = []
    opened: list[Cell] = []
    locked_out: list[Cell] = []
    lost: list[Cell] = []
    for key, cell in sorted(then.items()):
        later = now.get(key)
        if cell.verdict is Verdict.LEAKS:
            if later is None or later.verdict in {Verdict.HOLDS, Verdict.LOCKED_OUT}:
                closed.append(cell)
            elif later.verdict is Verdict.LEAKS:
                still_open.append(later)
            else:
                lost.append(later)
        elif (
            is_allow(cell)
            and cell.verdict is Verdict.HOLDS
            and later is not None
            and later.verdict is not Verdict.HOLDS
        ):
            locked_out.append(later)
    for key, cell in sorted(now.items()):
        earlier = then.get(key)
        if cell.verdict is Verdict.LEAKS and (earlier is None or earlier.verdict is not Verdict.LEAKS):
            repeated = earlier is not None and earlier.reason.startswith(REPEATS)
            (still_open if repeated else opened).append(cell)
        if cell.verdict is Verdict.LOCKED_OUT and (earlier is None or earlier.verdict is not Verdict.LOCKED_OUT):
            locked_out.append(cell)
    unique = {cell.key: cell for cell in locked_out}
    return Comparison(
        closed=tuple(closed),
        still_open=tuple(still_open),
        opened=tuple(opened),
        locked_out=tuple(unique[key] for key in sorted(unique)),
        lost_sight=tuple(lost),
    )


def is_allow(cell: Cell) -> bool:
    """True for a cell that asserts a right instead of a denial."""
    return (cell.actor is Actor.OWNER or "allow" in cell.variant.split("/")) and cell.verb in Verb
