"""Firebase rules that look at the old document and not at what is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code.judge import report_module
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.rules.document_rules_open import _RULES, _named
from assistant.domain.code import Reach
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="document-rules-unbound",
    title="Firebase rules do not hold the written document to its owner",
    why="The rule compares the caller with the document as it was; what is written instead may name any owner, so documents can be handed to, or created for, somebody else.",
    remedy="Compare request.auth.uid with request.resource.data too, in create and in update.",
    docs="https://firebase.google.com/docs/firestore/security/rules-fields",
    lint=True,
)

EXAMPLES: Final = (
    CodeExample(
        quiet={
            "firestore.rules": _RULES.replace(
                "CONDITION",
                "if request.auth.uid == resource.data.owner && request.resource.data.owner == request.auth.uid",
            )
        },
        leak={"firestore.rules": _RULES.replace("CONDITION", "if request.auth.uid == resource.data.owner")},
    ),
)


def find(context: CodeContext) -> Iterator[Finding]:
    """Grants of create or update that compare the caller with the stored document alone."""
    for rule in context.map.documents:
        if rule.reach is Reach.TIED and not rule.binds and {"create", "update"} & set(rule.verbs):
            yield report_module(
                RULE,
                rule.place,
                f"What is written to {_named(rule)} may name any owner.",
                severity=Severity.LOW,
                confidence=Confidence.MEDIUM,
                detail=f"The condition is {rule.condition}: it looks at the document as it was.",
                key=f"{rule.service} {rule.path} {','.join(rule.verbs)}",
                at=rule.at,
                facts={"condition": rule.condition, "path": rule.path},
            )
