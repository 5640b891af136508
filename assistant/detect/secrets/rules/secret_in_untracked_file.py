"""A file that git neither tracks nor ignores is one `git add .` away from everybody."""

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
    id="secret-in-untracked-file",
    title="A secret stands in a file that the next `git add .` would commit",
    why="Nobody else has it yet. The file is neither tracked nor ignored, so the next careless commit publishes it.",
    remedy="Add the file to .gitignore, or move the secret into an ignored .env.local. It need not be changed.",
)
EXAMPLES = (
    SecretExample(
        quiet={"notes.txt": "the key is in the password safe\n"},
        leak={"notes.txt": "key={anthropic-key}\n"},
        untracked=("notes.txt",),
    ),
)


def find(found: SecretsFound) -> Iterator[Finding]:
    """One for each secret in a file."""
    for seen in found.sightings:
        if seen.standing is Standing.UNTRACKED and not seen.public_variable:
            detail = f"Whoever has {seen.shown}{about(seen)} {can(seen)}. The file is not committed yet. {life(seen.past, found)}"
            yield finding(RULE.id, seen, f"{first_upper(called(seen))} is not ignored by git", detail.strip())
