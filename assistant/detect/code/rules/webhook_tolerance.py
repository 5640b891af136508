"""Signatures that never grow old."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code.judge import report_module
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP, SIGNED
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="webhook-tolerance",
    title="The age of a signature is not looked at",
    why="A delivery that somebody recorded once, in a log or a proxy, can be sent again for ever and is believed each time.",
    remedy="Leave the tolerance at its default of five minutes, and remember the ids of events that were handled.",
    docs="https://docs.stripe.com/webhooks#replay-attacks",
    lint=True,
)

_HANDLER: Final = (
    'import { stripe } from "@/lib/stripe"\nexport async function POST(request: Request) {\n  '
    + SIGNED
    + "\n  return Response.json({ type: event.type })\n}\n"
)
EXAMPLES: Final = (
    CodeExample(
        quiet={**APP, "app/api/webhooks/stripe/route.ts": _HANDLER},
        leak={"app/api/webhooks/stripe/route.ts": _HANDLER.replace("SECRET!)", "SECRET!, Infinity)")},
    ),
)


def find(context: CodeContext) -> Iterator[Finding]:
    """Signature checks with a tolerance of nothing or of hours."""
    for mark in context.map.marks:
        if mark.kind == "tolerance":
            yield report_module(
                RULE,
                mark.place,
                f"The signature check accepts messages of any age (tolerance {mark.detail}).",
                severity=Severity.LOW,
                confidence=Confidence.HIGH,
                detail="A recorded delivery can be sent again.",
                key=mark.place.symbol or "",
                at=mark.at,
                facts={"tolerance": mark.detail},
            )
