"""A preview that holds production's key or database is production, without its guards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.code.rule import CodeRule
from assistant.detect.secrets.rule import SecretExample
from assistant.domain.facts import Subject
from assistant.domain.findings import Finding, fingerprint
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.domain.secrets import SecretsFound

RULE = CodeRule(
    id="same-secret-in-environments",
    title="Production shares a key or its database with another environment",
    why="Whoever can open a preview deployment, or a developer's machine, reads and changes the data of real customers; and a session or token made "
    "there is believed in production.",
    remedy="Give each environment its own project, database and keys; start with the database.",
    docs="https://vercel.com/docs/environment-variables",
)
EXAMPLES = (
    SecretExample(
        quiet={".env.production": "OPENAI_API_KEY={openai-key}\n", ".env.preview": "OPENAI_API_KEY={openai-key-2}\n"},
        leak={".env.preview": "OPENAI_API_KEY={openai-key}\n"},
        ignored=(".env*",),
    ),
)


def find(found: SecretsFound) -> Iterator[Finding]:
    """One for each key or database that production shares."""
    for shared in found.shared:
        others = [name for name in shared.environments if name != "production"]
        elsewhere = next(
            (place for place in shared.places[1:] if place.file != shared.places[0].file), shared.places[-1]
        )
        subject = Subject(kind="secret", name=f"{shared.what} {shared.shown}")
        thing = "the same database" if shared.what == "database" else "the same key"
        places = ", ".join(str(place) for place in shared.places[:4])
        yield Finding(
            rule=RULE.id,
            subject=subject,
            title=f"Production and {' and '.join(others)} use {thing}",
            severity=Severity.MEDIUM,
            confidence=Confidence.HIGH,
            executed=False,
            where=elsewhere,
            fingerprint=fingerprint(RULE.id, subject, elsewhere.file),
            detail=f"{shared.shown} is set in {places}. What is done in {' or '.join(others)} is done in production.",
            facts=(
                ("environments", ",".join(shared.environments)),
                ("kind", shared.what),
                ("secret", shared.fingerprint),
                ("shown", shared.shown),
            ),
        )
