"""Runs every rule about secrets; what stanch.toml declares known is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.secrets.registry import secret_rules


if TYPE_CHECKING:
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
    return tuple(sorted(findings.values(), key=lambda finding: finding.rank))


def is_known(found: SecretsFound, finding: Finding) -> bool:
    """Declared in ``[secrets] known``, by the finding's fingerprint (the same on every machine) or the secret's (of this installation)."""
    secret = dict(finding.facts).get("secret", "")
    return finding.fingerprint in found.known or bool(secret and any(secret.startswith(known) for known in found.known))
