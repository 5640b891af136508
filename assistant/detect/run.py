"""Runs every rule and puts the findings in the order in which a frightened person should read them.

What the attack executed comes first, then severity, then certainty. The catch-all runs last and takes the leaking cells that no
rule has explained, so that every leak of the matrix is in some finding. Nothing is suspected of a table that no migration creates.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.detect.context import Context
from assistant.detect.registry import rules


if TYPE_CHECKING:
    from assistant.domain.catalog import Catalog
    from assistant.domain.findings import Finding
    from assistant.domain.matrix import Matrix
    from assistant.domain.ownership import OwnershipMap
    from assistant.domain.replay import Replay


def detect(catalog: Catalog, ownership: OwnershipMap, matrix: Matrix | None, replay: Replay) -> tuple[Finding, ...]:
    """All findings, most urgent first, one for each fingerprint.

    Args:
        catalog: the rebuilt schema.
        ownership: who owns each row.
        matrix: what the attack showed; without one every finding is only suspected.
        replay: where each object was last set.
    """
    context = Context(catalog=catalog, ownership=ownership, matrix=matrix, replay=replay)
    found: dict[str, Finding] = {}
    consequences = {module.RULE.id for module in rules() if module.RULE.consequence}
    for last in (False, True):
        if last:
            claimed = frozenset(
                key
                for finding in found.values()
                for key in finding.cells
                if finding.rule not in consequences or key[1].startswith("column")
            )
            context = replace(context, claimed=claimed)
        for module in rules():
            if module.RULE.catches_all is not last:
                continue
            for finding in module.find(context):
                kept = found.get(finding.fingerprint)
                if kept is None or finding.rank < kept.rank:
                    found[finding.fingerprint] = finding
    unseen = {name for name in replay.filled_in if not _guarded(catalog, name)}
    seen = (finding for finding in found.values() if finding.executed or finding.subject.name not in unseen)
    return tuple(sorted(seen, key=lambda finding: finding.rank))


def _guarded(catalog: Catalog, table: str) -> bool:
    """A migration switches row-level security on: its rules stand in the repository after all."""
    return any(str(name) == table and own.rls for name, own in catalog.tables.items())
