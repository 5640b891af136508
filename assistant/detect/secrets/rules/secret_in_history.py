"""Deleted is not gone: every clone still has the commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.code.rule import CodeRule
from assistant.detect.secrets.rule import SecretExample
from assistant.detect.secrets.words import about, called, can, finding, first_upper, life
from assistant.domain.secrets import Standing


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.domain.findings import Finding
    from assistant.domain.secrets import SecretsFound

RULE = CodeRule(
    id="secret-in-history",
    title="A secret stands in a commit",
    why="The line is gone from the files and not from the history: every clone, fork and cached view of the commit still shows it.",
    remedy="Change the secret, unless you know that it was changed after the last commit named here; then declare it in stanch.toml: "
    '`[secrets] known = [{ fingerprint = "…", reason = "rotated …" }]`. Rewriting the history does not call back the clones.',
    docs="https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/removing-sensitive-data-from-a-repository",
)
EXAMPLES = (
    SecretExample(
        quiet={"config.ts": "export const key = process.env.RESEND_API_KEY\n"},
        leak={"config.ts": 'export const key = "{resend-key}"\n'},
        committed_then_mended=True,
    ),
)


def find(found: SecretsFound) -> Iterator[Finding]:
    """One for each secret that no file of the work tree holds any more."""
    for seen in found.sightings:
        if seen.standing is not Standing.HISTORY:
            continue
        detail = f"Whoever has {seen.shown}{about(seen)} {can(seen)}. {life(seen.past, found)} No file of the work tree holds it now."
        yield finding(RULE.id, seen, f"{first_upper(called(seen))} stands in the history", detail)
