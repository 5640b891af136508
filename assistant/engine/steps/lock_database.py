"""Proposes the migration that closes the leaks, proves it on a clone, and writes it after approval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.errors import ProofError
from assistant.domain.events import FactTaken, FixProposed, Proved
from assistant.domain.fixes import ProofVerdict
from assistant.engine.actions import approved, begins, edited, undone
from assistant.engine.proposal import plan_for, refuse_unproven, told_open
from assistant.engine.writing import as_edited, propose_files, remove_files, write_files
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from datetime import datetime

    from assistant.domain.events import Happening
    from assistant.domain.fixes import Artifact, Proof
    from assistant.engine.actions import Context


@begins("lock-database")
def begin(context: Context) -> Generator[Happening, None, str]:
    """Findings, fixes, proof, diff; then the question."""
    rehearsal, step = context.world.rehearsal(), context.step.id
    if not rehearsal.fixes():
        for none in rehearsal.not_fixed():
            yield FactTaken(step=step, says=f"no fix for {none.finding}: {none.reason}")
        return "nothing to change: no finding has a fix"
    proof = rehearsal.proof()
    for fix in proof.fixes:
        yield FixProposed(step=step, fix=fix.id, title=fix.title, applies=fix.applies.value)
    for sentence in told_open(rehearsal):
        yield FactTaken(step=step, says=f"not fixed: {sentence}")
    yield proved(context, proof)
    refuse_unproven(proof)
    counts = (
        f"{plural(proof.before.get('leaks', 0), 'leak')} before, {proof.after.get('leaks', 0)} after, nobody locked out"
    )
    yield from propose_files(context, plan_for(rehearsal), f"Write this migration into the repository? ({counts})")
    return ""


@approved("lock-database")
def write(context: Context) -> Generator[Happening, None, str]:
    """Write the migration and its undo."""

    def plan(at: datetime) -> Sequence[Artifact]:
        return plan_for(context.world.rehearsal())(at)

    return (yield from write_files(context, plan))


@edited("lock-database")
def try_edited(context: Context, path: str, text: str) -> Generator[Happening, None, str]:
    """Rehearse the files as they now read; what does not hold is not offered."""
    rehearsal = context.world.rehearsal()
    artifacts = yield from as_edited(context, path, text)
    context.world.progress("rehearsing the edited files")
    proof = rehearsal.proof_of(
        {artifact.path: artifact.content for artifact in artifacts if artifact.kind == "migration"}
    )
    yield proved(context, proof)
    if proof.verdict is not ProofVerdict.HOLDS:
        raise ProofError(
            f"the files as edited are not proven: {proof.reason.rstrip('.')}.",
            "Nothing was written; your text is in the evidence of this step. Run it again and edit what it proposes.",
        )
    yield FactTaken(step=context.step.id, says="the undo was written for the text before your change: read it once")
    counts = (
        f"{plural(proof.before.get('leaks', 0), 'leak')} before, {proof.after.get('leaks', 0)} after, nobody locked out"
    )
    yield from propose_files(context, lambda _at: artifacts, f"Write the files as you edited them? ({counts})")
    return ""


@undone("lock-database")
def take_back(context: Context) -> Generator[Happening, None, str]:
    """Remove the migration and its undo; a database that they already reached is not touched."""
    return (yield from remove_files(context))


def proved(context: Context, proof: Proof) -> Proved:
    """A proof as the journal keeps it, with its details as evidence."""
    comparison = proof.comparison
    lines = [proof.claim, f"verdict {proof.verdict.value}: {proof.reason}"]
    lines += [f"closed {cell.key}" for cell in comparison.closed]
    lines += [f"still open {cell.key}" for cell in comparison.still_open]
    lines += [f"opened {cell.key}" for cell in comparison.opened]
    lines += [f"locked out {cell.key}" for cell in comparison.locked_out]
    lines += [f"lost sight of {cell.key}" for cell in comparison.lost_sight]
    lines += [f"refused: {reason}: {statement}" for statement, reason in proof.failed]
    lines += [f"plan {note.table} ({', '.join(note.columns)}): {note.plan}" for note in proof.plans]
    lines += [f"undo works: {proof.undo_works}", f"second run changes nothing: {proof.again_is_noop}"]
    kept = context.world.evidence.put(
        "proof", f"{plural(len(comparison.closed), 'leak')} closed", "\n".join(lines) + "\n"
    )
    return Proved(
        step=context.step.id,
        claim=proof.claim,
        verdict=proof.verdict.value,
        reason=proof.reason,
        before=dict(proof.before),
        after=dict(proof.after),
        evidence=kept.id,
    )
