"""Everything in the folders that are sent to browsers is public, whatever the repository's visibility."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.code.rule import CodeRule
from assistant.detect.secrets.rule import SecretExample
from assistant.detect.secrets.words import about, also_in, called, can, finding, life
from assistant.domain.secrets import Standing


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.domain.findings import Finding
    from assistant.domain.secrets import SecretsFound, Sighting

RULE = CodeRule(
    id="secret-in-client-bundle",
    title="A secret stands in what browsers download",
    why="Bundles and files below public/ are sent to everybody who opens the page, and are kept by caches, archives and scanners. Whoever "
    "has looked has it already: it is public now.",
    remedy="Take it out of the code that runs in the browser (a variable without the public prefix, read on the server, `import 'server-only'` in its "
    "module), build and deploy, then change the secret. Deleting the bundle is not enough.",
    docs="https://nextjs.org/docs/app/guides/environment-variables",
)
EXAMPLES = (
    SecretExample(
        quiet={".next/static/chunks/app.js": 'self.k="{supabase-anon}",self.s="{stripe-publishable}";'},
        leak={".next/static/chunks/app.js": 'var t=1;self.k="{supabase-service-role}";'},
        ignored=(".next/",),
    ),
    SecretExample(
        quiet={"public/config.js": "window.key = '{stripe-publishable}'\n"},
        leak={"public/config.js": "window.key = '{openai-key}'\n"},
    ),
)
_MOST_FILES = 5


def find(found: SecretsFound) -> Iterator[Finding]:
    """One for each secret and file, five files at most: chunks repeat each other."""
    by_secret: dict[str, list[Sighting]] = {}
    for seen in found.sightings:
        if seen.standing is Standing.BUNDLE:
            by_secret.setdefault(seen.fingerprint, []).append(seen)
    for equal in by_secret.values():
        others = sorted({seen.where.file for seen in equal})
        for seen in equal[:_MOST_FILES]:
            detail = (
                f"{seen.shown}{about(seen)} stands in a file that browsers download: whoever has it {can(seen)}. It is public now."
                f"{also_in([file for file in others if file != seen.where.file])} {life(seen.past, found)}"
            )
            yield finding(RULE.id, seen, f"Browsers download {called(seen)}", detail.strip())
