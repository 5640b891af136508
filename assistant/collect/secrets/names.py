"""Secrets known by the name they are given to: random values only, and never a name that is meant for browsers.

Environment files name every value, so any name that says secret, token or password counts there. In source, the value must be a quoted
literal and the name one of the few that never hold anything else.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final

from assistant.collect.secrets.fakes import is_published, random_looking, stands_for
from assistant.collect.secrets.forms import Taken
from assistant.domain.secrets import SecretKind, Weight


if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIXES: Final = ("NEXT_PUBLIC_", "EXPO_PUBLIC_", "NUXT_PUBLIC_", "REACT_APP_", "VITE_", "PUBLIC_", "GATSBY_")
"""Bundlers put variables that begin with these into what browsers download."""

NAME_ANCHORS: Final = (
    b"_SECRET",
    b"SECRET_",
    b"_TOKEN",
    b"_PASSWORD",
    b"_KEY",
    b"Secret",
    b"secret:",
    b'secret":',
    b"AuthToken",
    b"PGPASSWORD",
)
PUBLIC_ANCHORS: Final = (b"PUBLIC_", b"VITE_", b"REACT_APP_", b"GATSBY_")

_ASSIGNED: Final = re.compile(
    rb"^[+-]{0,3}\s*(?:export\s+|ENV\s+|ARG\s+|-\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]{2,80})\s*[=:]\s*"
    rb"(?:\"(?P<double>[^\"\r\n]{1,500})\"|'(?P<single>[^'\r\n]{1,500})'|(?P<bare>[^\s\"'#][^\s#]{0,500}))"
)
_LITERAL: Final = re.compile(
    rb"(?<![A-Za-z0-9_])(?P<name>[A-Za-z_][A-Za-z0-9_]{2,80})[\"'\]]{0,2}!?\s{0,3}(?::\s{0,3}string\s{0,3})?(?:=|:|\|\||\?\?|,)\s{0,3}"
    rb"(?P<quote>[\"'`])(?P<value>[A-Za-z0-9+/=_.~!@#%^&*-]{16,200})(?P=quote)"
)
_KINDS: Final = (
    (re.compile(r"SUPABASE_?JWT_?SECRET"), SecretKind.SUPABASE_JWT, Weight.EVERYTHING),
    (
        re.compile(r"(?:NEXT_?)?AUTH_?SECRET|SESSION_?SECRET|COOKIE_?SECRET|^SECRET$"),
        SecretKind.AUTH_SECRET,
        Weight.MUCH,
    ),
    (re.compile(r"JWT_?(?:\w+_)?(?:SECRET|SIGNING_?KEY)"), SecretKind.JWT_SECRET, Weight.MUCH),
    (re.compile(r"AWS\w*SECRET|SECRET_?ACCESS_?KEY"), SecretKind.AWS, Weight.EVERYTHING),
    (re.compile(r"TWILIO\w*(?:TOKEN|SECRET)"), SecretKind.TWILIO, Weight.MUCH),
    (re.compile(r"UPSTASH\w*TOKEN|KV_REST_API_TOKEN|QSTASH_TOKEN|REDIS_REST_TOKEN"), SecretKind.UPSTASH, Weight.MUCH),
    (re.compile(r"VERCEL_(?:API_|ACCESS_)?TOKEN"), SecretKind.VERCEL, Weight.EVERYTHING),
    (re.compile(r"MAILGUN\w*KEY"), SecretKind.MAILGUN, Weight.MUCH),
    (re.compile(r"PINECONE\w*KEY"), SecretKind.PINECONE, Weight.MUCH),
)
_AWS_LENGTH: Final = 40
_SECRETIVE: Final = re.compile(
    r"SECRET|TOKEN$|PASSWORD|PASSWD|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY|SERVICE_(?:ROLE_)?KEY|ENCRYPTION_?KEY|SIGNING_?KEY|MASTER_?KEY|ADMIN_?KEY|_KEY$"
)
_SECRETIVE_IN_SOURCE: Final = re.compile(
    r"(?:^|_)(?:\w*SECRET(?:_?KEY)?|ENCRYPTION_?KEY|PRIVATE_?KEY|SERVICE_ROLE_KEY|AUTH_TOKEN|DB_?PASSWORD|DATABASE_PASSWORD|PGPASSWORD|SECRET_?ACCESS_?KEY"
    r"|REST_TOKEN|KV_REST_API_TOKEN|QSTASH_TOKEN)$"
)
_MEANT_FOR_ALL: Final = re.compile(
    r"PUBLIC|PUBLISHABLE|ANON|SITE_?KEY|CLIENT_?ID|KEY_?ID|APP_?ID|PROJECT|MEASUREMENT|SEARCH_(?:API_)?KEY|SEARCH_ONLY|MAPBOX|POSTHOG|AMPLITUDE|MIXPANEL"
    r"|SEGMENT|DSN|FIREBASE_(?:WEB_)?API_?KEY|MAPS_|PUSHER_(?:APP_)?KEY|WRITE_?KEY|_(?:URL|URI|NAME|PATH|FILE|TTL|HASH|ADDRESS|VERSION|LENGTH|PREFIX|FIELD|HEADER|COOKIE)$"
    r"|EXPIR|CHECKSUM|INTEGRITY|(?:STORAGE|CACHE|QUERY|TRANSLATION|COLUMN|SORT|PRIMARY|FOREIGN|LOCAL|I18N|EVENT|SESSION|COOKIE|TOKEN)_KEY$|PRODUCT|PRICE"
)
_SAYS_SECRET: Final = re.compile(
    r"(?:SECRET|SERVICE_ROLE|SERVICE_?KEY|PRIVATE_?KEY|PASSWORD|DATABASE_URL|POSTGRES(?:QL)?_UR[LI]|DIRECT_URL|DB_UR[LI]|MONGO(?:DB)?_UR[LI]|REDIS_URL"
    r"|ADMIN_(?:API_)?(?:KEY|TOKEN)|(?:OPEN_?AI|ANTHROPIC|CLAUDE|GEMINI|GROQ|OPENROUTER|DEEPSEEK|MISTRAL|COHERE|REPLICATE|HUGGING_?FACE|ELEVEN_?LABS|PINECONE"
    r"|RESEND|SENDGRID|MAILGUN|TWILIO_AUTH)[A-Z0-9_]*(?:KEY|TOKEN))"
)
_SAYS_SOMETHING_ELSE: Final = re.compile(
    r"PASSWORD_?LESS|(?:SECRET|PASSWORD)S?_(?:NAME|ID|PATH|ENABLED|RESET|LOGIN|AUTH|MIN|MAX|LENGTH|URL|PAGE|POLICY|REGEX|PROTECTED|PROTECTION|PROVIDER|SIGN_?IN|REQUIRED)"
    r"|ENABLE|DISABLE|SHOW|ALLOW|HIDE|HAS_|IS_|USE_|PUBLISHABLE|PUBLIC_KEY|ANON|_(?:ID|ENDPOINT|PROXY|MODEL|HASH)$"
)
_PUBLIC_NAME: Final = re.compile(
    rb"(?<![A-Za-z0-9_])(?:NEXT_PUBLIC|EXPO_PUBLIC|NUXT_PUBLIC|REACT_APP|VITE|PUBLIC|GATSBY)_[A-Z0-9_]{3,90}(?![A-Za-z0-9_])"
)
_OTHER_THINGS: Final = (b"http", b"./", b"pk_", b"sb_publishable_", b"AIza", b"data:")
_READ: Final = re.compile(rb"env(?:!?\.|\?\.|\[[\"'])$")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def is_public(variable: str) -> bool:
    """The variable ends up in the browser by its prefix."""
    return variable.startswith(PREFIXES)


def says_secret(variable: str) -> bool:
    """A variable with a public prefix whose name says that browsers must not have it."""
    return bool(_SAYS_SECRET.search(variable)) and not _SAYS_SOMETHING_ELSE.search(variable)


def in_assignment(line: bytes) -> tuple[str, bytes] | None:
    """Name and value of a line of an environment file, unquoted; None when it is no assignment or has no value."""
    match = _ASSIGNED.match(line)
    if match is None:
        return None
    value = match["double"] or match["single"] or match["bare"] or b""
    return match["name"].decode(), value.strip()


def assigned_secret(name: str, value: bytes) -> Taken | None:
    """What the value of a line in an environment file is, by the name."""
    upper = _CAMEL.sub("_", name).upper()
    if is_public(upper):
        if not says_secret(upper):
            return None
    elif not _SECRETIVE.search(upper) or _MEANT_FOR_ALL.search(upper):
        return None
    return _by_name(upper, value)


def literal_secrets(text: bytes, start: int, end: int) -> Iterator[tuple[Taken, str, int, int]]:
    """Quoted literals given to a name that never holds anything but a secret, in a byte range of source.

    Yields:
        What it is, the name, and the byte range of the value.
    """
    for match in _LITERAL.finditer(text, start, end):
        name = match["name"].decode()
        upper = _CAMEL.sub("_", name).upper()
        public = is_public(upper) and says_secret(upper)
        if not public and (not _SECRETIVE_IN_SOURCE.search(upper) or _MEANT_FOR_ALL.search(upper)):
            continue
        if upper == "SECRET" and len(match["value"]) < 32:  # noqa: PLR2004 - the name alone says little
            continue
        taken = _by_name(upper, match["value"])
        if taken is not None:
            yield taken, name, match.start("value"), match.end("value")


def public_name_at(text: bytes, anchor: int) -> tuple[str, int] | None:
    """The variable with a public prefix and a secret name that is read or set around an anchor, and where it begins."""
    match = next(
        (
            found
            for found in _PUBLIC_NAME.finditer(text, max(0, anchor - 6), anchor + 100)
            if found.start() <= anchor < found.end()
        ),
        None,
    )
    if match is None or not says_secret(match[0].decode()):
        return None
    return match[0].decode(), match.start()


def is_read(text: bytes, start: int) -> bool:
    """``process.env.NAME``, ``import.meta.env.NAME`` or ``env["NAME"]`` stands at ``start``."""
    return bool(_READ.search(text, max(0, start - 12), start))


def _by_name(upper: str, value: bytes) -> Taken | None:
    if value.startswith(_OTHER_THINGS) or is_published(value) or not random_looking(value):
        return None
    if value.startswith(b"eyJ") and not _own_token(value):
        return None
    if value.startswith((b"sk_", b"rk_", b"sk-", b"whsec_", b"sb_", b"re_", b"gh")) and stands_for(value[8:]):
        return None
    for pattern, kind, weight in _KINDS:
        if pattern.search(upper) and (kind is not SecretKind.AWS or len(value) == _AWS_LENGTH):
            return Taken(kind, value, "", weight)
    return Taken(SecretKind.NAMED, value, "", Weight.MUCH)


def _own_token(value: bytes) -> bool:
    """JSON in base64 that is no token of Supabase (these are judged by role) and not the default user of a local server."""
    payload = value.split(b".")[1] if value.count(b".") == 2 else value  # noqa: PLR2004 - head, payload, signature
    try:
        claims = base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4))
    except ValueError:
        return False
    return not re.search(rb'"role"|supabase|default', claims)
