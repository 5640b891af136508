"""The matrix as rows and cells of text: object by actor, the worst verdict in each cell, leaking verbs spelled out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.domain.matrix import SEVERITY_RANK, Actor, Verb, Verdict
from assistant.faces.tui.words import VERDICT_STYLE, VERDICT_SYMBOL, VERDICT_WORD


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.domain.matrix import Cell, Matrix

ACTORS: Final = tuple(actor for actor in Actor)
"""Columns in order."""

_WORST: Final = (Verdict.LEAKS, Verdict.LOCKED_OUT, Verdict.UNKNOWN, Verdict.HOLDS)
_BRIEF: Final = {Verdict.LEAKS: "✗ LEAK", Verdict.LOCKED_OUT: "! LOCK", Verdict.UNKNOWN: "? n/t", Verdict.HOLDS: "✓ ok"}
"""Six columns: every actor fits on a terminal of 80."""
_SHORT: Final = {
    Verb.SELECT: "read",
    Verb.INSERT: "add",
    Verb.UPDATE: "change",
    Verb.DELETE: "delete",
    Verb.EXECUTE: "call",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Square:
    """One cell of the screen: everything an actor tried on an object."""

    text: str
    """Symbol and words."""
    style: str
    """Style in the terminal's own palette."""
    cells: tuple[Cell, ...]
    """What stands behind it, worst first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One object."""

    object: str
    """Its name."""
    kind: str
    """table, view, function, bucket, column."""
    squares: tuple[Square, ...]
    """One for each actor, in order."""
    worst: Verdict
    """Worst verdict of the row."""


def rows(matrix: Matrix, *, only_bad: bool = False) -> tuple[Row, ...]:
    """All objects, leaking ones first by severity, then untested, then holding; names in order within."""
    grouped: dict[tuple[str, str], dict[Actor, list[Cell]]] = defaultdict(lambda: defaultdict(list))
    for cell in matrix.cells:
        grouped[cell.object, cell.kind][cell.actor].append(cell)
    made = [
        Row(
            object=name,
            kind=kind,
            squares=tuple(square(by_actor.get(actor, ())) for actor in ACTORS),
            worst=_worst([cell for cells in by_actor.values() for cell in cells]),
        )
        for (name, kind), by_actor in grouped.items()
    ]
    if only_bad:
        made = [row for row in made if row.worst is not Verdict.HOLDS]
    return tuple(sorted(made, key=_order))


def square(cells: Sequence[Cell]) -> Square:
    """The text of one cell; an actor who tried nothing is said to have tried nothing, never shown as safe."""
    if not cells:
        return Square(text="-", style="dim", cells=())
    ordered = tuple(
        sorted(cells, key=lambda cell: (_WORST.index(cell.verdict), SEVERITY_RANK[cell.severity], cell.key))
    )
    worst = ordered[0].verdict
    text = f"{VERDICT_SYMBOL[worst]} {VERDICT_WORD[worst]}"
    if worst is not Verdict.HOLDS:
        verbs = dict.fromkeys(_SHORT[cell.verb] for cell in ordered if cell.verdict is worst)
        text = f"{text} {','.join(verbs)}"
    return Square(text=text, style=VERDICT_STYLE[worst], cells=ordered)


def brief(square: Square) -> str:
    """The text of a cell where every actor must fit on 80 columns."""
    return _BRIEF[square.cells[0].verdict] if square.cells else square.text


def brief_actor(actor: Actor) -> str:
    """Column heading of at most seven letters."""
    return {
        Actor.SIGNED_IN: "signed",
        Actor.OTHER_TENANT: "other",
        Actor.TEAMMATE: "mate",
        Actor.FORGED_CLAIMS: "forged",
    }.get(actor, actor.value)


def brief_name(name: str, width: int) -> str:
    """An object's name cut in the middle, so that schema and end stay readable."""
    name = name.removeprefix("public.") if len(name) > width else name
    if len(name) <= width:
        return name
    head = (width - 1) // 2
    return f"{name[:head]}…{name[len(name) - (width - 1 - head) :]}"


LEGEND: Final = (
    "guest: not signed in, signed: signed in without a tenant, other: member of another tenant, mate: of the same one, "
    "forged: edits their own metadata; n/t: not tested, -: nothing to try"
)
"""What the headings mean."""


def summary(matrix: Matrix) -> str:
    """The denominator in one line."""
    counts = matrix.counts()
    seeded = f"{matrix.seeding.seeded} of {matrix.seeding.tables} tables filled"
    return (
        f"{sum(counts.values())} attacks: {counts['leaks']} leak, {counts['holds']} hold, "
        f"{counts['locked_out']} locked out, {counts['unknown']} not tested; {seeded}; "
        f"map {'confirmed' if matrix.confirmed else 'inferred, not confirmed'}"
    )


def witness_text(cells: Sequence[Cell]) -> str:
    """Everything behind a cell, for reading and for copying: verdict, reason, steps, script."""
    blocks = []
    for cell in cells:
        head = f"{VERDICT_SYMBOL[cell.verdict]} {cell.actor.value} {cell.verb.value} {cell.object}"
        if cell.variant:
            head += f" ({cell.variant})"
        lines = [f"{head}: {VERDICT_WORD[cell.verdict]}"]
        if cell.reason:
            lines.append(f"  {cell.reason}")
        if cell.columns:
            lines.append(f"  columns: {', '.join(cell.columns)}")
        lines.extend(f"  {n}. {step}" for n, step in enumerate(cell.steps, 1))
        if cell.witness:
            lines += ["", cell.witness.rstrip(), ""]
        blocks.append("\n".join(lines))
    return "\n".join(blocks)


def _worst(cells: Sequence[Cell]) -> Verdict:
    return min((cell.verdict for cell in cells), key=_WORST.index)


def _order(row: Row) -> tuple[int, int, str, str]:
    severities = [
        SEVERITY_RANK[cell.severity] for square in row.squares for cell in square.cells if cell.verdict is row.worst
    ]
    return (_WORST.index(row.worst), min(severities, default=9), row.object, row.kind)
