"""Proof of files as they are written, for a migration that the operator changed by hand: nobody knows which fix is in it.

The text itself is replayed on a clone, as the migration tool would run it, and every attack is repeated. The undo is not judged:
it was made for the text before the change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.attack.compare import compare
from assistant.attack.run import attack
from assistant.collect.catalog import read_catalog
from assistant.domain.fixes import Proof, ProofVerdict
from assistant.prove.blame import rightful
from assistant.shadow.replay import replay
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.domain.catalog import Catalog
    from assistant.domain.fixes import Fix
    from assistant.domain.matrix import Comparison, Matrix
    from assistant.domain.ownership import OwnershipMap
    from assistant.domain.replay import Replay, Source
    from assistant.shadow.database import Shadow


def prove_files(
    shadow: Shadow,
    sources: Sequence[Source],
    *,
    before: Matrix,
    ownership: OwnershipMap,
    catalog: Catalog,
    fixes: Sequence[Fix] = (),
) -> Proof:
    """Replay migration files on a clone and attack it again.

    Args:
        shadow: the replayed schema, never changed.
        sources: the files in the order in which the migration tool runs them.
        before: the attack on the shadow as it is.
        ownership: the map both attacks are judged by.
        catalog: what the shadow holds.
        fixes: what the files were before the change; what they withdraw on purpose is no lock-out here either.

    Raises:
        ShadowError: the shadow is gone.
    """
    platform = catalog.platform
    with shadow.clone() as clone:
        replayed = replay(clone, sources)
        with clone.connect() as connection:
            changed = read_catalog(
                connection,
                platform.kind,
                text_subject=platform.text_subject,
                exposed_schemas=platform.exposed_schemas,
            )
        after = attack(clone, changed, ownership)
    comparison = rightful(compare(before, after), before, ownership, fixes, catalog)
    verdict, reason = judge(comparison, replayed)
    return Proof(
        claim=f"the files as edited close {plural(len(comparison.closed), 'leak')} and lock nobody out",
        verdict=verdict,
        reason=reason,
        before=before.counts(),
        after=after.counts(),
        comparison=comparison,
        failed=tuple((skipped.statement, skipped.reason) for skipped in replayed.skipped),
    )


def judge(comparison: Comparison, replayed: Replay) -> tuple[ProofVerdict, str]:
    """The worst that is true of the edited files, in one sentence."""
    if replayed.skipped:
        first = replayed.skipped[0]
        return ProofVerdict.UNKNOWN, f"PostgreSQL refused line {first.line} of {first.file}: {first.reason}"
    if comparison.locked_out:
        cell = comparison.locked_out[0]
        return ProofVerdict.LOCKED_OUT, f"after the files the owner can no longer {cell.verb.value} {cell.object}"
    if comparison.opened:
        cell = comparison.opened[0]
        return ProofVerdict.LEAKS, f"the files open {cell.object} to {cell.actor.value} ({cell.verb.value})"
    if not comparison.closed and comparison.still_open:
        return (
            ProofVerdict.LEAKS,
            f"the files close nothing; {plural(len(comparison.still_open), 'leak is', 'leaks are')} still open",
        )
    left = f"; {plural(len(comparison.still_open), 'leak stays', 'leaks stay')} open" if comparison.still_open else ""
    lost = f"; {len(comparison.lost_sight)} could not be tried again" if comparison.lost_sight else ""
    return (
        ProofVerdict.HOLDS,
        f"{plural(len(comparison.closed), 'leak was tried again and holds', 'leaks were tried again and hold')}{left}{lost}",
    )
