"""Firebase rules for which having any account is enough."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.judge import report_module
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.rules.document_rules_open import _RULES, _named, _said
from assistant.domain.code import Reach
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import DocumentRule
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="document-rules-signed-in",
    title="Firebase rules ask only for an account",
    why="Anybody can make an account, often an anonymous one, in a second; each of them then reads and changes the documents of all others.",
    remedy="Compare request.auth.uid with the owner of the document, or look up a membership of the tenant in the path.",
    docs="https://firebase.google.com/docs/rules/insecure-rules#access_for_any_authenticated_user",
    cause="policy-too-broad",
)

EXAMPLES: Final = (
    CodeExample(
        quiet={"firestore.rules": _RULES.replace("CONDITION", "if request.auth.uid == resource.data.owner")},
        leak={"firestore.rules": _RULES.replace("CONDITION", "if request.auth != null")},
    ),
)
_EVERYTHING: Final = re.compile(r"^/?(?:\{\w+=\*\*\})?$")


def find(context: CodeContext) -> Iterator[Finding]:
    """Grants to every account on documents that are one person's, or changes of any document."""
    for rule in context.map.documents:
        if rule.reach is Reach.SIGNED_IN:
            severity = _severity(rule)
            yield report_module(
                RULE,
                rule.place,
                f"Anybody with an account may {' and '.join(_said(rule))} {_named(rule)}.",
                severity=severity,
                confidence=Confidence.HIGH if severity is Severity.HIGH else Confidence.MEDIUM,
                detail=f"The condition is {rule.condition}: it does not ask whose document it is.",
                key=f"{rule.service} {rule.path} {','.join(rule.verbs)}",
                at=rule.at,
                facts={"condition": rule.condition, "path": rule.path, "service": rule.service},
            )


def _severity(rule: DocumentRule) -> Severity:
    if _EVERYTHING.match(rule.path):
        return Severity.HIGH
    parts = [part for part in rule.path.split("/") if part]
    last = next((part for part in reversed(parts) if not part.startswith(("{", "$"))), "")
    personal = any(re.search(r"user|uid|owner", part, re.IGNORECASE) for part in parts if part.startswith(("{", "$")))
    verbs = set(rule.verbs)
    if verbs & {"update", "delete"}:
        return Severity.HIGH if personal or words.sounds_private(last) else Severity.MEDIUM
    if verbs <= {"create"}:
        return Severity.LOW
    if words.sounds_public(last):
        return Severity.INFO
    return Severity.MEDIUM if personal or words.sounds_private(last) else Severity.LOW
