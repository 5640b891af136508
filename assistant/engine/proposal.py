"""What a rehearsal proposes to write, what it leaves open, and the line below which nothing is offered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.errors import ProofError
from assistant.domain.fixes import ProofVerdict


if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from assistant.domain.fixes import Artifact, Proof
    from assistant.engine.rehearsal import Rehearsal
    from assistant.engine.writing import Plan


_FEW = 3
"""Findings with one reason that are still listed one by one."""


def plan_for(rehearsal: Rehearsal) -> Plan:
    """The files of a rehearsal's proven fixes, named after a moment."""

    def plan(at: datetime) -> Sequence[Artifact]:
        from assistant.write.migration import plan as plan_migration

        proof = rehearsal.proof()
        return plan_migration(rehearsal.repository, proof.fixes, proof, now=at)

    return plan


def left_open(rehearsal: Rehearsal) -> tuple[tuple[str, str], ...]:
    """Fingerprint and reason of each finding that is not fixed, once each, worst first."""
    reasons: dict[str, str] = {}
    for none in (*rehearsal.not_fixed(), *(rehearsal.proof().not_fixed if rehearsal.fixes() else ())):
        reasons.setdefault(none.finding, none.reason)
    order = {finding.fingerprint: at for at, finding in enumerate(rehearsal.findings())}
    return tuple(sorted(reasons.items(), key=lambda item: order.get(item[0], len(order))))


def told_open(rehearsal: Rehearsal) -> tuple[str, ...]:
    """What is not fixed, in sentences: a reason that many findings share is said once."""
    by_reason: dict[str, list[str]] = {}
    for fingerprint, reason in left_open(rehearsal):
        by_reason.setdefault(reason, []).append(title_of(rehearsal, fingerprint).rstrip("."))
    said = []
    for reason, titles in by_reason.items():
        if len(titles) > _FEW:
            said.append(f"{len(titles)} findings, the first: {titles[0]}: {reason}")
        else:
            said += [f"{title}: {reason}" for title in titles]
    return tuple(said)


def title_of(rehearsal: Rehearsal, fingerprint: str) -> str:
    """The title of a finding, or its fingerprint when it is not among them."""
    return next((found.title for found in rehearsal.findings() if found.fingerprint == fingerprint), fingerprint)


def refuse_unproven(proof: Proof) -> None:
    """Only a migration that the rehearsal accepted, that closes something and harms nobody, is ever offered.

    Raises:
        ProofError: it is none.
    """
    comparison = proof.comparison
    harmless = not (comparison.opened or comparison.locked_out or proof.failed)
    helps = bool(comparison.closed) or proof.verdict is ProofVerdict.HOLDS
    if not (proof.fixes and harmless and helps):
        raise ProofError(
            f"the fix is not proven: {proof.reason.rstrip('.')}.",
            "Nothing was written; read the proof, correct the map with `stanch own`, and run the step again.",
        )
