"""Modules with privileged clients that nothing keeps out of the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.facts import Subject
from assistant.domain.findings import Finding, fingerprint
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence
from assistant.text.plural import listed


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext

RULE: Final = CodeRule(
    id="missing-server-only",
    title="A module with a privileged client does not say server-only",
    why="One import from a client component is enough to send the module to browsers; nothing fails until somebody reads the bundle.",
    remedy='Begin the module with import "server-only": the build then refuses such an import.',
    docs="https://nextjs.org/docs/app/getting-started/server-and-client-components#preventing-environment-poisoning",
    lint=True,
)

_CLIENT: Final = (
    'import { createClient } from "@supabase/supabase-js"\n'
    "export const admin = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)\n"
)
EXAMPLES: Final = (
    CodeExample(
        quiet={**APP, "components/button.tsx": '"use client"\nexport function Button() { return <button /> }\n'},
        leak={"lib/admin.ts": _CLIENT},
        mend={"lib/admin.ts": 'import "server-only"\n' + _CLIENT},
    ),
)
_SHOWN: Final = 12


def find(context: CodeContext) -> Iterator[Finding]:
    """One finding for all such modules; those that reach the browser already have their own."""
    reached = {module.place.file for module in context.map.browser}
    found = [
        module
        for module in context.map.server
        if not module.server_only and not module.public_variable and module.place.file not in reached
        if module.says == "service-role client"
    ]
    if not found:
        return
    files = list(dict.fromkeys(module.place.file for module in found))
    subject = Subject(kind="file", name="the code")
    many = f"{len(files)} modules make" if len(files) > 1 else f"{files[0]} makes"
    yield Finding(
        rule=RULE.id,
        subject=subject,
        title=f"{many} a service-role client and may be imported by browser code.",
        severity=Severity.LOW,
        confidence=Confidence.HIGH,
        executed=False,
        where=found[0].place,
        fingerprint=fingerprint(RULE.id, subject),
        detail=f"Without server-only the build does not object: {listed(files, _SHOWN)}.",
        facts=(("files", "\n".join(files)),),
    )
