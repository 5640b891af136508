"""Personal data, and secrets that still work, in logs."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.acts import acts, grouped, place_of_act, report_act
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import ActKind, Origin, OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Act, ActPart, Entry
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
_FORGOT: Final = """
import { db } from "@/lib/db"

export async function POST(request: Request) {
  const { email } = await request.json()
  const token = crypto.randomUUID()
  const row = await db.passwordResetToken.create({ data: { email, token } })
  const link = `${process.env.APP_URL}/reset?token=${token}`
  console.log(SAID)
  return Response.json({ ok: true })
}
"""
EXAMPLES: Final = (
    CodeExample(
        quiet={**APP, "app/api/ask/route.ts": _ROUTE.replace("PART", "id")},
        leak={"app/api/ask/route.ts": _ROUTE.replace("PART", "email")},
    ),
    CodeExample(
        quiet={**APP, "app/api/forgot/route.ts": _FORGOT.replace("SAID", '"reset asked for", row.id')},
        leak={"app/api/forgot/route.ts": _FORGOT.replace("SAID", '"reset link", link')},
    ),
)
_PLAIN: Final = re.compile(r"[\w$.?!\[\]'\"]+\Z")
"""A name and its members: no length, no negation, no masking call around it."""
_LIVE: Final = words.named(
    "access_token refresh_token id_token password service_role_key private_key client_secret session_token api_key apikey secret_key"
)
_ONE_TIME: Final = words.named(
    "otp otp_code email_otp one_time_code verification_code reset_code reset_token verification_token magic_link action_link hashed_token reset_link"
)
_CODES: Final = re.compile(r"token|otp|code|verif|reset|magic|pin$", re.IGNORECASE)
_PROVING: Final = re.compile(r"otp|verif|reset|magic|one_?time|invit", re.IGNORECASE)
"""Tables of what proves an address."""
_SAYS_CODE: Final = re.compile(r"\b(?:otp|code|pin|passcode|token|link|url)s?\b|https?://|[?&]token=", re.IGNORECASE)
_CLOCK: Final = re.compile(r"(?:Date|performance|Temporal|datetime|time)\b|(?:Map|Set)$")
"""What is new and no secret: the time, an empty collection."""
_LINK: Final = re.compile(r"[?&](?:token|otp)=['\"]?$", re.IGNORECASE)
"""A link into which the token is written last."""
_PERSONAL: Final = words.named(
    "email phone phone_number ssn iban address date_of_birth full_name first_name last_name ip_address user_email"
)
_WHOLE: Final = frozenset({"session", "user", "profile", "cookies", "cookie", "headers", "header", "customer"})
_BODY: Final = Origin(OriginKind.REQUEST, "body")
_HEADERS: Final = frozenset({"header.authorization", "header.cookie", "header.x-api-key"})
"""Headers that sign somebody in."""
_VALUES: Final = frozenset({OriginKind.REQUEST, OriginKind.ROW, OriginKind.CALLER, OriginKind.CLAIMED})
"""What says something of somebody."""
_LEVELS: Final = frozenset({"identify", "setUser", "set_user"})
"""Calls whose purpose is to tell a tracker who the user is."""


def find(context: CodeContext) -> Iterator[Finding]:
    """Live secrets one by one; everything else about persons as one finding."""
    personal = []
    told: set[Place] = set()
    for entry, act in acts(context, ActKind.LOG):
        secret = next((part for part in act.parts if _is_live(part) or _holds_secrets(context, entry, part)), None)
        if secret is None and _tells_code(entry, act) and act.place not in told:
            told.add(act.place)
            yield _code_logged(entry, act)
            continue
        if secret is not None and act.place not in told:
            told.add(act.place)
            named = _named(context, entry, secret)
            yield report_act(
                RULE,
                entry,
                act,
                f"{entry.id} writes {named} to the log.",
                severity=Severity.MEDIUM,
                confidence=Confidence.MEDIUM,
                detail="It works for whoever reads the log.",
                key=named,
                facts={"argument": secret.text, "kind": "secret"},
            )
        elif secret is None and any(_is_personal(act, part) or _body_with_persons(entry, part) for part in act.parts):
            personal.append((entry, place_of_act(entry, act)))
    yield from grouped(
        RULE,
        personal,
        one="{who} writes personal data to the log.",
        many="{n} handlers write personal data to the log.",
        detail="Addresses, names or whole sessions are logged by:",
        facts={"kind": "personal"},
    )


def _code_logged(entry: Entry, act: Act) -> Finding:
    return report_act(
        RULE,
        entry,
        act,
        f"{entry.id} writes a one-time code or link to the log.",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        detail="Whoever reads the log before its owner does signs in, or sets a new password, in their place.",
        key="code",
        facts={"kind": "secret"},
    )


def _tells_code(entry: Entry, act: Act) -> bool:
    """A code that was made and stored just now, said beside its name; a link that ends in a token; what proves an address, out of its row or its request."""
    made = {
        origin
        for part in act.parts
        for origin in part.origins
        if origin.kind is OriginKind.GENERATED and not _CLOCK.match(origin.path) and _is_said(part, origin)
    }
    if made and _is_kept_as_code(entry, made):
        said = (one.path for part in act.parts for one in part.origins if one.kind is OriginKind.CONSTANT)
        if _SAYS_CODE.search(" ".join(said)):
            return True
    return any(_is_code(entry, part) for part in act.parts)


def _is_kept_as_code(entry: Entry, made: set[Origin]) -> bool:
    """What was made just now is stored in a column of codes."""
    return any(
        _CODES.search(f"{query.table}.{written.column}") or words.snake(written.column) in _LIVE
        for query in entry.queries
        for written in query.written
        if made.intersection(written.origins)
    )


def _is_said(part: ActPart, origin: Origin) -> bool:
    """The value itself, and not what a library answered that was given it."""
    return origin.path in part.text or part.text.startswith("Math.")


def _is_code(entry: Entry, part: ActPart) -> bool:
    """A link into which something is written behind ``?token=``, or a column or a field that is a code by its name."""
    if any(one.kind is not OriginKind.CONSTANT for one in part.origins) and any(
        one.kind is OriginKind.CONSTANT and _LINK.search(one.path) and one.path in part.text for one in part.origins
    ):
        return True
    for origin in part.origins:
        if origin.path.startswith("!"):
            continue  # the code of an error
        name = words.snake(origin.path.rpartition(".")[2])
        if name in _ONE_TIME and origin.kind in {OriginKind.REQUEST, OriginKind.ROW}:
            return True
        if origin.kind is OriginKind.ROW and name in {"token", "code"}:
            table = next((query.table for query in entry.queries if query.id == origin.row), "")
            if _PROVING.search(table):
                return True
    return False


def _last(part: ActPart) -> str:
    """``user.email`` is ``email``; a field of an object that is logged is its own name."""
    text = part.text.strip()
    name = text if _PLAIN.match(text) else part.name
    return words.snake(name.replace("?", "").replace("!", "").rpartition(".")[2] or name)


def _is_live(part: ActPart) -> bool:
    """The value itself of something that signs in or opens the back door."""
    text = part.text.strip()
    if text.startswith("!"):
        return False  # whether it is there
    if any(_word(one) in _LIVE or one.path in _HEADERS for one in _spoken(part)):
        return True
    if not _PLAIN.match(text) or text.startswith(("'", '"')):
        return False
    for origin in part.origins:
        if origin.kind is OriginKind.ENVIRONMENT and text.endswith(origin.path) and _secret_variable(origin.path):
            field = part.name.rpartition(".")[2]
            return len(part.origins) == 1 and (field.isdecimal() or words.is_secret(field))
    return _last(part) in _LIVE and any(origin.kind in _VALUES for origin in part.origins)


@lru_cache(maxsize=4096)
def _spoken(part: ActPart) -> tuple[Origin, ...]:
    """The values that stand themselves in the text of a template, and not what a function made of them."""
    said = part.text.split(", ")
    return tuple(one for one in part.origins if one.kind in _VALUES and one.path and one.path in said)


def _word(origin: Origin) -> str:
    return words.snake(origin.path.rpartition(".")[2])


def _holds_secrets(context: CodeContext, entry: Entry, part: ActPart) -> tuple[str, ...]:
    """Secret columns of a row that is logged whole."""
    rows = {origin.row for origin in part.origins if origin.kind is OriginKind.ROW and not origin.path}
    if part.text or not rows:
        return ()
    return next((found for query in entry.queries if query.id in rows and (found := context.secrets_of(query))), ())


def _named(context: CodeContext, entry: Entry, part: ActPart) -> str:
    held = _holds_secrets(context, entry, part)
    spoken = (_word(one) for one in _spoken(part) if one.path in _HEADERS or _word(one) in _LIVE)
    return words.snake(held[0]) if held else next(spoken, _last(part))


def _secret_variable(name: str) -> bool:
    return words.is_secret_variable(name) and "PUBLIC" not in name


def _body_with_persons(entry: Entry, part: ActPart) -> bool:
    """The whole body is logged, of which the handler itself takes a password or an address."""
    if not any(origin == _BODY for origin in part.origins) or not _PLAIN.match(part.text.strip()):
        return False
    held = [one.origins for query in entry.queries for one in query.filters]
    held += [one.origins for query in entry.queries for one in query.written]
    held += [one.origins for act in entry.acts for one in act.parts]
    taken = (one.path.rpartition(".")[2] for origins in held for one in origins if one.path.startswith("body."))
    return any(words.snake(name) in _PERSONAL | _LIVE for name in taken)


def _is_personal(act: Act, part: ActPart) -> bool:
    text = part.text.strip()
    if text.startswith(("'", '"', "`")) and "${" not in text and "$1" not in text:
        return False
    if not any(
        origin.kind not in {OriginKind.CONSTANT, OriginKind.ENVIRONMENT, OriginKind.GENERATED}
        for origin in part.origins
    ):
        return False
    if any(_word(origin) in _PERSONAL for origin in _spoken(part)):
        return True
    last = _last(part)
    if last in _PERSONAL or words.snake(part.name.rpartition(".")[2]) in _PERSONAL:
        return True
    if words.names_id(part.name) or (last == "customer" and all(one.kind is OriginKind.SIGNED for one in part.origins)):
        return False  # its id, which is all that an event of a provider carries
    return last in _WHOLE and bool(_PLAIN.match(text)) and act.name.rpartition(".")[2] not in _LEVELS
