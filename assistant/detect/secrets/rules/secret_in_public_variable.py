"""A public prefix is an order to the bundler: put the value into what browsers download."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.code.rule import CodeRule
from assistant.detect.secrets.rule import SecretExample
from assistant.detect.secrets.words import about, called, can, finding, life
from assistant.domain.facts import Subject
from assistant.domain.findings import Finding, fingerprint
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence
from assistant.domain.secrets import Standing


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.domain.secrets import PublicName, SecretsFound

RULE = CodeRule(
    id="secret-in-public-variable",
    title="A variable that bundlers put into the browser holds a secret",
    why="NEXT_PUBLIC_, VITE_, EXPO_PUBLIC_, REACT_APP_, PUBLIC_ and NUXT_PUBLIC_ mean that the value is copied into the JavaScript of the page at "
    "build time. Every build since then has published it.",
    remedy="Rename the variable without the prefix here and at the host, read it in server code alone, build and deploy, then change the secret.",
    docs="https://nextjs.org/docs/app/guides/environment-variables#bundling-environment-variables-for-the-browser",
)
EXAMPLES = (
    SecretExample(
        quiet={
            ".env.production": "NEXT_PUBLIC_SUPABASE_ANON_KEY={supabase-anon}\nNEXT_PUBLIC_STRIPE_KEY={stripe-publishable}\n"
        },
        leak={".env.production": "NEXT_PUBLIC_SUPABASE_KEY={supabase-service-role}\n"},
    ),
    SecretExample(
        quiet={"lib/admin.ts": "createClient(url, process.env.SUPABASE_SERVICE_ROLE_KEY!)\n"},
        leak={"lib/admin.ts": "createClient(url, process.env.NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY!)\n"},
    ),
)


def find(found: SecretsFound) -> Iterator[Finding]:
    """One for each variable with a secret value in a file, and one for each secret name of which no value was seen."""
    valued = set()
    for seen in found.sightings:
        if not seen.public_variable or seen.standing in {Standing.HISTORY, Standing.BUNDLE}:
            continue
        valued.add(seen.where.symbol)
        detail = (
            f"{seen.where.symbol} holds {called(seen)}, {seen.shown}{about(seen)}, and its prefix puts it into what browsers download: whoever "
            f"opens the page has it and {can(seen)}. {life(seen.past, found)}"
        )
        yield finding(RULE.id, seen, f"{seen.where.symbol} puts {called(seen)} into the browser", detail.strip())
    for name in found.public_names:
        if name.variable not in valued:
            yield _by_name(name)


def _by_name(name: PublicName) -> Finding:
    subject = Subject(kind="secret", name=name.variable)
    lines = "once" if name.uses == 1 else f"on {name.uses} lines"
    return Finding(
        rule=RULE.id,
        subject=subject,
        title=f"{name.variable} puts what its name calls secret into the browser",
        severity=Severity.LOW if name.in_tests else Severity.CRITICAL,
        confidence=Confidence.LOW if name.in_tests else Confidence.MEDIUM,
        executed=False,
        where=name.where,
        fingerprint=fingerprint(RULE.id, subject),
        detail=f"The code names {name.variable} {lines}. Its value is not in the repository; wherever it is set, the prefix makes the bundler copy it "
        "into the JavaScript of the page as soon as browser code reads it.",
        facts=(("kind", "public-name"), ("variable", name.variable)),
    )
