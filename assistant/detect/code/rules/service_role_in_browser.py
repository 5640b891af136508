"""A module with the service role, or another secret, that browser code imports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code.judge import report_module
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import BrowserModule
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="service-role-in-browser",
    title="A secret of the server is in a module that browsers load",
    why="Whatever a client component imports is sent to every visitor. A service-role key in it reads and writes every customer's rows from any browser, whatever the policies say.",
    remedy="Move the client into a module that imports server-only, call it from a route or server action, take NEXT_PUBLIC_ off the variable, and rotate the key: it has been published.",
    docs="https://nextjs.org/docs/app/guides/environment-variables#bundling-environment-variables-for-the-browser",
    cause="service-role-overuse",
)

_CLIENT: Final = (
    'import { createClient } from "@supabase/supabase-js"\n'
    "export const admin = createClient(process.env.NEXT_PUBLIC_SUPABASE_URL!, process.env.NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY!)\n"
)
EXAMPLES: Final = (
    CodeExample(
        quiet={
            **APP,
            "components/list.tsx": '"use client"\nimport type { Row } from "@/lib/types"\nexport function List({ rows }: { rows: Row[] }) { return <p>{rows.length}</p> }\n',
            "lib/types.ts": "export type Row = { id: string }\n",
            "lib/admin.ts": 'import "server-only"\n'
            + _CLIENT.replace("NEXT_PUBLIC_SUPABASE_SERVICE", "SUPABASE_SERVICE"),
        },
        leak={
            "lib/admin.ts": _CLIENT,
            "components/list.tsx": '"use client"\nimport { admin } from "@/lib/admin"\nexport function List() { admin.from("chats").select("*"); return <p /> }\n',
        },
    ),
)
_PUBLISHED: Final = re.compile(r"(?:NEXT_PUBLIC|VITE|EXPO_PUBLIC|REACT_APP|PUBLIC|NUXT_PUBLIC|GATSBY)_")
_SERVICE: Final = re.compile(r"SERVICE_?ROLE|SERVICE_?KEY|SUPABASE_SECRET")


def find(context: CodeContext) -> Iterator[Finding]:
    """Published secrets are urgent; a secret without a public name is empty in the browser, and so only a note."""
    for module in context.map.browser:
        published = bool(_PUBLISHED.match(module.variable))
        service = module.says == "service-role client" or bool(_SERVICE.search(module.variable))
        yield report_module(
            RULE,
            module.place,
            _title(module, published),
            severity=_severity(published=published, service=service),
            confidence=Confidence.HIGH if published else Confidence.MEDIUM,
            detail=_way(module, published),
            key=module.variable or module.says,
            facts={
                "variable": module.variable,
                "root": module.chain[0] if module.chain else "",
                "chain": "\n".join(module.chain),
            },
        )
    yield from _named_public(context)


def _named_public(context: CodeContext) -> Iterator[Finding]:
    """Secrets with a public name that only server code reads so far: one finding a variable."""
    told = {module.variable for module in context.map.browser}
    for server in context.map.server:
        if not server.public_variable or server.public_variable in told:
            continue
        told.add(server.public_variable)
        files = sorted({one.place.file for one in context.map.server if one.public_variable == server.public_variable})
        yield report_module(
            RULE,
            server.place,
            f"{server.public_variable} is a secret with a public name.",
            severity=Severity.HIGH if _SERVICE.search(server.public_variable) else Severity.MEDIUM,
            confidence=Confidence.HIGH,
            detail=f"The build writes variables of this name into the code it sends to browsers as soon as any of that code reads them. It is read in {', '.join(files[:6])}.",
            key=server.public_variable,
            facts={"variable": server.public_variable, "files": "\n".join(files)},
        )


def _severity(*, published: bool, service: bool) -> Severity:
    if published:
        return Severity.CRITICAL if service else Severity.HIGH
    return Severity.LOW


def _title(module: BrowserModule, published: bool) -> str:  # noqa: FBT001 - private, named at the call
    if published:
        return f"{module.variable} is sent to every visitor: {module.place.file} is part of the browser's code."
    return f"{module.place.file} holds {module.variable or module.says} and is imported by browser code."


def _way(module: BrowserModule, published: bool) -> str:  # noqa: FBT001 - private, named at the call
    way = " -> ".join(module.chain)
    if published:
        return f"It gets there by {way}. Rotate the key first: whoever visited the page has it."
    return f"It gets there by {way}. The variable has no public name, so it is empty in the browser and the client fails there; a renamed variable would publish it."
