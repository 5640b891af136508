"""A build that copied a secret into its output hands it to whoever gets the image, the package or the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.code.rule import CodeRule
from assistant.detect.secrets.rule import SecretExample
from assistant.detect.secrets.words import about, called, can, finding, life
from assistant.domain.secrets import Standing


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.domain.findings import Finding
    from assistant.domain.secrets import SecretsFound

RULE = CodeRule(
    id="secret-in-build-output",
    title="A secret was copied into build output",
    why="The folder holds no page, so it is probably not sent to browsers; but it goes wherever the build goes: container images, packages, archives.",
    remedy="Read the secret from the environment when the program runs, not while it is built; change it when the output was published.",
)
EXAMPLES = (
    SecretExample(
        quiet={"dist/server.js": "const k=process.env.OPENAI_API_KEY;\n"},
        leak={"dist/server.js": 'const k="{openai-key}";\n'},
        ignored=("dist/",),
    ),
)


def find(found: SecretsFound) -> Iterator[Finding]:
    """One for each secret in a file."""
    for seen in found.sightings:
        if seen.standing is Standing.BUILT and not seen.public_variable:
            detail = f"Whoever gets this file has {seen.shown}{about(seen)} and {can(seen)}. {life(seen.past, found)}"
            yield finding(RULE.id, seen, f"Build output holds {called(seen)}", detail.strip())
