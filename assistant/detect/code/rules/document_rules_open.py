"""Firebase rules that let everybody in, for ever or until a date."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.judge import report_module
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.domain.code import Reach
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import DocumentRule
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="document-rules-open",
    title="Firebase rules let everybody in",
    why="The keys of a Firebase project are public by design: anybody on the internet talks to the store directly, and these rules are all that stands between them and the documents.",
    remedy="Compare request.auth.uid with the path or with a field of the document, per verb; let if false stand wherever only the server writes.",
    docs="https://firebase.google.com/docs/rules/insecure-rules",
    cause="policy-too-broad",
)

_RULES: Final = """rules_version = '2';
service cloud.firestore {
  match /databases/{database}/documents {
    match /chats/{chat} {
      allow read, write: CONDITION;
    }
  }
}
"""
EXAMPLES: Final = (
    CodeExample(
        quiet={"firestore.rules": _RULES.replace("CONDITION", "if request.auth.uid == resource.data.owner")},
        leak={"firestore.rules": _RULES.replace("CONDITION", "if true")},
    ),
    CodeExample(
        quiet={"firestore.rules": _RULES.replace("CONDITION", "if false")},
        leak={"firestore.rules": _RULES.replace("CONDITION", "if request.time < timestamp.date(2030, 1, 1)")},
    ),
)
_EVERYTHING: Final = re.compile(r"^/?(?:\{\w+=\*\*\})?$")
_WRITES: Final = frozenset({"create", "update", "delete"})
_FORMS: Final = frozenset(
    {
        "contact",
        "contacts",
        "feedback",
        "lead",
        "leads",
        "waitlist",
        "subscribers",
        "newsletter",
        "messages",
        "reports",
        "analytics",
        "events",
    }
)


def find(context: CodeContext) -> Iterator[Finding]:
    """Open and dated grants; reading what is named like a catalogue is only a note."""
    for rule in context.map.documents:
        if rule.reach not in {Reach.PUBLIC, Reach.DATED}:
            continue
        severity = _severity(rule)
        what = " and ".join(_said(rule))
        until = f" until {rule.until}" if rule.until else ""
        yield report_module(
            RULE,
            rule.place,
            f"Anybody on the internet may {what} {_named(rule)}{until}.",
            severity=severity,
            confidence=Confidence.HIGH if severity in {Severity.CRITICAL, Severity.HIGH} else Confidence.MEDIUM,
            detail=_detail(rule),
            key=f"{rule.service} {rule.path} {','.join(rule.verbs)}",
            at=rule.at,
            facts={"condition": rule.condition, "path": rule.path, "service": rule.service},
        )


def _named(rule: DocumentRule) -> str:
    store = {"firestore": "Firestore", "storage": "the storage bucket", "realtime": "the Realtime Database"}[
        rule.service
    ]
    return f"everything in {store}" if _EVERYTHING.match(rule.path) else f"{rule.path} in {store}"


def _said(rule: DocumentRule) -> list[str]:
    verbs = set(rule.verbs)
    return [word for word, of in (("read", {"get", "list"}), ("write", _WRITES)) if verbs & of]


def _severity(rule: DocumentRule) -> Severity:
    verbs = set(rule.verbs)
    if _EVERYTHING.match(rule.path):
        return Severity.CRITICAL if verbs & _WRITES else Severity.HIGH
    fixed = [part for part in rule.path.split("/") if part and not part.startswith(("{", "$"))]
    last = fixed[-1] if fixed else ""
    if verbs & {"update", "delete"}:
        return Severity.HIGH
    if verbs <= {"create"}:
        return Severity.LOW if last.lower() in _FORMS else Severity.MEDIUM
    if words.sounds_private(last):
        return Severity.HIGH
    if verbs <= {"get"} or words.sounds_public(last) or rule.service == "storage":
        return Severity.LOW
    return Severity.MEDIUM


def _detail(rule: DocumentRule) -> str:
    if rule.reach is Reach.DATED:
        return (
            "This is test mode: until the date everybody is let in, after it nobody is, and it tends to be prolonged."
        )
    said = f"The condition is {rule.condition}." if rule.condition else "There is no condition."
    return f"{said} A grant further down cannot take it back."
