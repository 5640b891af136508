"""Replays the repository as it now stands and repeats every attack: what was proven on a clone must hold in the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.errors import ProofError
from assistant.domain.events import Proved
from assistant.domain.fixes import ProofVerdict
from assistant.domain.matrix import Verdict
from assistant.engine.actions import begins
from assistant.engine.leaks import worst_first
from assistant.engine.steps.confirm_scope import found, unknowns


if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from assistant.domain.events import Happening
    from assistant.domain.matrix import Matrix
    from assistant.engine.actions import Context


@begins("database-tests")
def begin(context: Context) -> Generator[Happening, None, str]:
    """A fresh rehearsal from disk; nothing of the earlier one is reused."""
    context.world.forget()
    rehearsal, step = context.world.rehearsal(), context.step.id
    matrix = rehearsal.attack()
    counts = matrix.counts()
    verdict, reason = _verdict(matrix)
    cells = "\n".join(f"{cell.verdict.value} {' '.join(cell.key)} {cell.reason}" for cell in matrix.cells)
    kept = context.world.evidence.put("matrix", f"{len(matrix.cells)} attacks on the files as they stand", cells)
    yield Proved(
        step=step,
        claim="the schema as it lies in the repository shows nobody's rows to others",
        verdict=verdict.value,
        reason=reason,
        before=_before(context),
        after=counts,
        evidence=kept.id,
    )
    yield from unknowns(context)
    if verdict is not ProofVerdict.HOLDS:
        yield from (found(step, finding) for finding in rehearsal.findings() if finding.executed)
        raise ProofError(
            f"{reason.rstrip('.')}.", "Lock the database again, or skip this step and say what stays open."
        )
    return f"{counts['holds']} of {len(matrix.cells)} attacks hold, {counts['unknown']} could not be tested"


def _verdict(matrix: Matrix) -> tuple[ProofVerdict, str]:
    counts = matrix.counts()
    if not counts["holds"] and not counts["leaks"] and not counts["locked_out"]:
        return ProofVerdict.UNKNOWN, "no attack could be carried out"
    if leaks := worst_first(matrix.of(Verdict.LEAKS)):
        worst = leaks[0]
        more = f", and {len(leaks) - 1} more" if len(leaks) > 1 else ""
        return ProofVerdict.LEAKS, f"{worst.actor.value} can still {worst.verb.value} {worst.object}{more}"
    if locked := matrix.of(Verdict.LOCKED_OUT):
        return ProofVerdict.LOCKED_OUT, f"owners cannot {locked[0].verb.value} {locked[0].object}"
    return ProofVerdict.HOLDS, f"{counts['holds']} attacks hold and none leaks"


def _before(context: Context) -> Mapping[str, int]:
    """The cells of the first proof of the incident: where it started."""
    for event in context.incident.events:
        if isinstance(event.what, Proved) and event.what.before:
            return event.what.before
    return {}
