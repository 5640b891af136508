"""Runs every rule about secrets; what stanch.toml declares known is left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.detect.secrets.registry import secret_rules
from assistant.domain.matrix import SEVERITY_RANK, Severity


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.domain.findings import Finding
    from assistant.domain.secrets import SecretsFound


def detect_secrets(found: SecretsFound) -> tuple[Finding, ...]:
    """Findings, most urgent first, one for each fingerprint.

    Args:
        found: what ``read_secrets`` saw.
    """
    findings = {
        finding.fingerprint: finding
        for module in secret_rules()
        for finding in module.find(found)
        if not is_known(found, finding)
    }
    return tuple(sorted(_told_once(findings.values()), key=lambda finding: finding.rank))


def _told_once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """A key that is tracked in many files is told loudly at the worst of them: it is changed once, and each place is still listed."""
    first: dict[str, Finding] = {}
    for finding in sorted(findings, key=lambda one: one.rank):
        secret = dict(finding.facts).get("secret", "")
        if finding.rule != "secret-in-tracked-file" or not secret:
            yield finding
            continue
        worst = first.setdefault(secret, finding)
        if worst is finding or worst.where is None:
            yield finding
            continue
        low = SEVERITY_RANK[finding.severity] < SEVERITY_RANK[Severity.LOW]
        yield replace(
            finding,
            title=f"{finding.title} here too: it is the one in {worst.where.file}",
            severity=Severity.LOW if low else finding.severity,
        )


def is_known(found: SecretsFound, finding: Finding) -> bool:
    """Declared in ``[secrets] known``, by the finding's fingerprint (the same on every machine) or the secret's (of this installation)."""
    secret = dict(finding.facts).get("secret", "")
    return finding.fingerprint in found.known or bool(secret and any(secret.startswith(known) for known in found.known))
