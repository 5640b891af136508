"""Personal data, and secrets that still work, in logs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.acts import acts, grouped, place_of_act, report_act
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import ActKind, OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Act, ActPart
    from assistant.domain.facts import Place
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="personal-data-logged",
    title="Personal data or secrets are written to logs",
    why="Logs are read by more people, kept longer and shipped further than the database: error trackers, log services, support tickets. A token in a log still signs its owner in.",
    remedy="Log ids, not addresses and names; never log tokens, keys, passwords or whole sessions.",
)

_ROUTE: Final = """
import { auth } from "@/auth"

export async function POST(request: Request) {
  const session = await auth()
  if (!session?.user) return new Response("Unauthorized", { status: 401 })
  console.log("asked by", session.user.PART)
  return Response.json({ ok: true })
}
"""
EXAMPLES: Final = (
    CodeExample(
        quiet={**APP, "app/api/ask/route.ts": _ROUTE.replace("PART", "id")},
        leak={"app/api/ask/route.ts": _ROUTE.replace("PART", "email")},
    ),
)
_PLAIN: Final = re.compile(r"[\w$.?!\[\]'\"]+\Z")
"""A name and its members: no length, no negation, no masking call around it."""
_LIVE: Final = words.named(
    "access_token refresh_token id_token password service_role_key private_key client_secret session_token api_key apikey secret_key"
)
_PERSONAL: Final = words.named(
    "email phone phone_number ssn iban address date_of_birth full_name first_name last_name ip_address user_email"
)
_WHOLE: Final = frozenset({"session", "user", "profile", "cookies", "headers", "customer"})
_LEVELS: Final = frozenset({"identify", "setUser", "set_user"})
"""Calls whose purpose is to tell a tracker who the user is."""


def find(context: CodeContext) -> Iterator[Finding]:
    """Live secrets one by one; everything else about persons as one finding."""
    personal = []
    told: set[Place] = set()
    for entry, act in acts(context, ActKind.LOG):
        secret = next((part for part in act.parts if _is_live(part)), None)
        if secret is not None and act.place not in told:
            told.add(act.place)
            yield report_act(
                RULE,
                entry,
                act,
                f"{entry.id} writes {_last(secret)} to the log.",
                severity=Severity.MEDIUM,
                confidence=Confidence.MEDIUM,
                detail="It works for whoever reads the log.",
                key=_last(secret),
                facts={"argument": secret.text, "kind": "secret"},
            )
        elif secret is None and any(_is_personal(act, part) for part in act.parts):
            personal.append((entry, place_of_act(entry, act)))
    yield from grouped(
        RULE,
        personal,
        one="{who} writes personal data to the log.",
        many="{n} handlers write personal data to the log.",
        detail="Addresses, names or whole sessions are logged by:",
        facts={"kind": "personal"},
    )


def _last(part: ActPart) -> str:
    """``user.email`` is ``email``; a field of an object that is logged is its own name."""
    text = part.text.strip()
    name = text if _PLAIN.match(text) else part.name
    return words.snake(name.replace("?", "").replace("!", "").rpartition(".")[2] or name)


def _is_live(part: ActPart) -> bool:
    """The value itself of something that signs in or opens the back door."""
    text = part.text.strip()
    if not _PLAIN.match(text) or text.startswith(("'", '"')):
        return False
    for origin in part.origins:
        if origin.kind is OriginKind.ENVIRONMENT and text.endswith(origin.path) and _secret_variable(origin.path):
            field = part.name.rpartition(".")[2]
            return len(part.origins) == 1 and (field.isdecimal() or words.is_secret(field))
    kinds = {origin.kind for origin in part.origins}
    return _last(part) in _LIVE and bool(
        kinds & {OriginKind.REQUEST, OriginKind.ROW, OriginKind.CALLER, OriginKind.CLAIMED}
    )


def _secret_variable(name: str) -> bool:
    return (
        bool(re.search(r"SECRET|SERVICE_ROLE|PRIVATE_KEY|PASSWORD|DATABASE_URL|API_KEY|_TOKEN$", name))
        and "PUBLIC" not in name
    )


def _is_personal(act: Act, part: ActPart) -> bool:
    text = part.text.strip()
    if text.startswith(("'", '"', "`")) and "${" not in text and "$1" not in text:
        return False
    if not any(
        origin.kind not in {OriginKind.CONSTANT, OriginKind.ENVIRONMENT, OriginKind.GENERATED}
        for origin in part.origins
    ):
        return False
    last = _last(part)
    if last in _PERSONAL or words.snake(part.name.rpartition(".")[2]) in _PERSONAL:
        return True
    return last in _WHOLE and bool(_PLAIN.match(text)) and act.name.rpartition(".")[2] not in _LEVELS
