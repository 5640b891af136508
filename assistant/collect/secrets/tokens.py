"""The JSON Web Tokens of Supabase, told apart by what their payload says, and PEM private keys in every spelling.

A token for ``anon`` is meant for browsers, one issued by ``supabase-demo`` opens nothing but a local stack: neither is a secret.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from datetime import UTC, datetime
from typing import Any, Final

from assistant.collect.secrets.fakes import entropy, says_so, stands_for
from assistant.collect.secrets.forms import Form, Taken
from assistant.domain.secrets import SecretKind, Weight


_TOKEN: Final = re.compile(
    rb"(?<![A-Za-z0-9_-])(eyJ[A-Za-z0-9_-]{10,400}\.(?P<payload>eyJ[A-Za-z0-9_-]{10,2000})\.[A-Za-z0-9_-]{20,700})(?![A-Za-z0-9_-])"
)
_PROJECT: Final = re.compile(r"[a-z]{20}")
_LOCAL_ISSUERS: Final = ("supabase-demo", "127.0.0.1", "localhost", "kong:")


def _payload(encoded: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(base64.urlsafe_b64decode(encoded + b"=" * (-len(encoded) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _service_role(match: re.Match[bytes], _variable: bytes) -> Taken | None:
    claims = _payload(match["payload"])
    if claims is None or claims.get("role") != "service_role":
        return None
    issuer = str(claims.get("iss", ""))
    signature = match[1].rpartition(b".")[2]
    if any(local in issuer for local in _LOCAL_ISSUERS) or stands_for(signature):
        return None
    about = []
    reference = str(claims.get("ref", ""))
    if _PROJECT.fullmatch(reference):
        about.append(f"project {reference}")
    elif says_so(reference.encode()):
        return None
    weight = Weight.EVERYTHING
    ends = claims.get("exp")
    if isinstance(ends, int | float) and 0 < ends < datetime.now(UTC).timestamp():
        about.append(f"expired {datetime.fromtimestamp(ends, UTC).date().isoformat()}")
        weight = Weight.LITTLE
    return Taken(SecretKind.SUPABASE_SERVICE_ROLE, match[1], "eyJ", weight, ", ".join(about))


_PEM: Final = re.compile(
    rb"-----BEGIN (?P<label>(?:[A-Z]{2,10} ){0,2})PRIVATE KEY-----(?P<body>(?:[A-Za-z0-9+/=\s,\"'`]|\\+[nr]|\\$){64,12000}?)"
    rb"(?:-----END|\Z|[^A-Za-z0-9+/=\s,\"'`\\])"
)
_NOT_BASE64: Final = re.compile(rb"\\+[nr]|[^A-Za-z0-9+/]")
_SHORTEST_KEY: Final = 60
"""Base64 characters: an Ed25519 key in PKCS#8 has 64."""


def _private_key(match: re.Match[bytes], _variable: bytes) -> Taken | None:
    body = _NOT_BASE64.sub(b"", match["body"])
    if len(body) < _SHORTEST_KEY or entropy(body) < 4.0 or b"ENCRYPTED" in match["label"]:  # noqa: PLR2004 - bits a character
        return None
    if stands_for(body[:8] + body[40:60]) or not body.startswith((b"M", b"b3Blb")):
        return None  # every DER sequence begins with 0x30, which is M in base64; OpenSSH writes its own magic
    around = match.string[max(0, match.start() - 1500) : match.end() + 1500]
    if b"service_account" in around:
        return Taken(SecretKind.GOOGLE_ACCOUNT, body, "-----BEGIN PRIVATE KEY-----", Weight.EVERYTHING)
    label = match["label"].decode().strip()
    return Taken(SecretKind.PRIVATE_KEY, body, f"-----BEGIN {label + ' ' if label else ''}PRIVATE KEY-----")


TOKEN_FORMS: Final = (
    Form((b"eyJ",), _TOKEN, _service_role, after=3200),
    Form((b"PRIVATE KEY-----",), _PEM, _private_key, before=40, after=12_400),
)
