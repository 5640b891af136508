"""Scripts of others that run on pages for signed-in people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code.acts import knows_caller
from assistant.detect.code.judge import report_module
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import EntryKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="third-party-script",
    title="A script of somebody else runs where people are signed in",
    why="A script sees what the page shows and may call the API as the person in front of it; session replay records whole screens and sends them away.",
    remedy="Load it on public pages only, or mask what it records; pin its version with integrity and name its host in a content security policy.",
    docs="https://developer.mozilla.org/docs/Web/Security/Practical_implementation_guides/SRI",
    lint=True,
)

_LAYOUT: Final = """
import Script from "next/script"
export default function Layout({ children }: { children: React.ReactNode }) {
  return <html><body>{children}SCRIPT</body></html>
}
"""
EXAMPLES: Final = (
    CodeExample(
        quiet={**APP, "app/layout.tsx": _LAYOUT.replace("SCRIPT", "")},
        leak={"app/layout.tsx": _LAYOUT.replace("SCRIPT", '<Script src="https://static.hotjar.com/c/hotjar-1.js" />')},
    ),
)
_RECORDS: Final = re.compile(
    r"hotjar|fullstory|clarity\.ms|logrocket|mouseflow|smartlook|inspectlet|luckyorange|crazyegg|heap", re.IGNORECASE
)
_NEEDED: Final = re.compile(
    r"js\.stripe\.com|challenges\.cloudflare|recaptcha|hcaptcha|paypal\.com/sdk|accounts\.google\.com|appleid|checkout\.razorpay|cdn\.paddle|va\.vercel-scripts|maps\.googleapis|static\.cloudflareinsights",
    re.IGNORECASE,
)


def find(context: CodeContext) -> Iterator[Finding]:
    """What records screens is low, everything else a note; scripts that payment and sign-in need are left alone."""
    seen: set[str] = set()
    signed_in = [entry.place.file for entry in context.entries(EntryKind.PAGE) if knows_caller(entry)]
    for mark in context.map.marks:
        if mark.kind != "script" or _NEEDED.search(mark.detail) or not _is_near(mark.place.file, signed_in):
            continue
        host = re.sub(r"^(?:https?:)?//", "", mark.detail).partition("/")[0]
        if host in seen:
            continue
        seen.add(host)
        records = bool(_RECORDS.search(mark.detail))
        yield report_module(
            RULE,
            mark.place,
            f"A script of {host} is loaded{' and records what people see' if records else ''}.",
            severity=Severity.LOW if records else Severity.INFO,
            confidence=Confidence.MEDIUM,
            detail="It runs with the rights of the page.",
            key=host,
            at=mark.at,
            facts={"host": host},
        )


def _is_near(file: str, signed_in: list[str]) -> bool:
    """A page that asks who is calling stands below; of components, and of applications whose pages ask elsewhere, nobody knows."""
    folder, _, name = file.rpartition("/")
    if not name.startswith(("layout.", "page.", "template.")) or not signed_in:
        return True
    return any(one.startswith(f"{folder}/") for one in signed_in)
