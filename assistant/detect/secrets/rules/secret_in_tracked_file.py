"""Whoever can read the repository has it, and so has every clone, fork, runner and assistant."""

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
    id="secret-in-tracked-file",
    title="A secret stands in a file that git tracks",
    why="Everybody who can read the repository has it, and every clone, fork, pipeline and backup keeps it.",
    remedy="Move it to the environment of the host (and to an ignored .env.local for development), then change it: taking the line out does not take "
    "it back. Rewriting the history is advice for afterwards, never a substitute.",
    docs="https://docs.github.com/en/code-security/secret-scanning",
)
EXAMPLES = (
    SecretExample(
        quiet={".env.example": "STRIPE_SECRET_KEY=sk_live_xxxxxxxxxxxxxxxxxxxxxxxx\n"},
        leak={".env": "STRIPE_SECRET_KEY={stripe-live}\n"},
    ),
    SecretExample(
        quiet={"lib/db.ts": 'const url = "postgres://postgres:postgres@localhost:5432/app"\n'},
        leak={"lib/db.ts": 'const url = "{database-url}"\n'},
    ),
)


def find(found: SecretsFound) -> Iterator[Finding]:
    """One for each secret in a file."""
    for seen in found.sightings:
        if seen.standing is not Standing.TRACKED or seen.public_variable:
            continue
        tests = " The path says test, example or documentation: it may be made up." if seen.in_tests else ""
        detail = f"Whoever has {seen.shown}{about(seen)} {can(seen)}.{tests} {life(seen.past, found)}"
        yield finding(RULE.id, seen, f"{first_upper(called(seen))} is tracked by git", detail.strip())
