"""Secrets of a known form: a literal that must be there, the whole form, and a check of what was matched.

The literal is looked for first (one fast search in megabytes), the form is only tried where it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.collect.secrets.fakes import entropy, stands_for
from assistant.domain.secrets import SecretKind, Weight


if TYPE_CHECKING:
    from collections.abc import Callable

_B: Final = rb"(?<![A-Za-z0-9_])"
_E: Final = rb"(?![A-Za-z0-9_-])"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a check made of a match."""

    kind: SecretKind
    value: bytes
    prefix: str
    weight: Weight = Weight.MUCH
    about: str = ""
    target: str = ""
    wordy: bool = False
    """A password that a person could have made up for an example: nothing in tests and documentation."""
    beside: int = 0
    """How far from the match the secret stands, when it is not the match."""

    def __repr__(self) -> str:
        """Never the value."""
        return f"Taken({self.kind})"


@dataclass(frozen=True, slots=True)
class Form:
    """One form."""

    anchors: tuple[bytes, ...]
    """Literals, one of which it contains."""
    pattern: re.Pattern[bytes]
    """The form; group 1 is the secret."""
    take: Callable[[re.Match[bytes], bytes], Taken | None]
    """Match and the variable's name (upper case) to what it is; None when it is nothing."""
    before: int = 0
    """How many bytes ahead of the anchor the form can begin."""
    after: int = 400
    """How many bytes behind the anchor it can reach."""


def _simple(
    kind: SecretKind,
    prefix: str,
    pattern: bytes,
    *,
    anchors: tuple[bytes, ...] = (),
    weight: Weight = Weight.MUCH,
    before: int = 0,
    least: float = 3.0,
) -> Form:
    """A form that is what it looks like, unless it is visibly made up; ``pattern`` follows the prefix."""

    def take(match: re.Match[bytes], _variable: bytes) -> Taken | None:
        value = match[1]
        tail = value[len(prefix) :]
        if stands_for(tail) or entropy(tail) < least:
            return None
        return Taken(kind, value, prefix, weight)

    whole = re.compile(_B + b"(" + re.escape(prefix.encode()) + pattern + b")" + _E)
    return Form(anchors or (prefix.encode(),), whole, take, before)


def _payment_or_sign_in(match: re.Match[bytes], variable: bytes) -> Taken | None:
    """Stripe and Clerk both write ``sk_live_``: Stripe's are 24 characters, or begin with 51 and have about 100."""
    value, mode = match[1], match["mode"]
    tail = match["tail"]
    if stands_for(tail) or entropy(tail) < 3.0:  # noqa: PLR2004 - bits a character
        return None
    live = mode == b"live"
    prefix = value[: len(value) - len(tail)].decode()
    stripe = value.startswith(b"rk_") or len(tail) == 24 or (tail.startswith(b"51") and len(tail) >= 90)  # noqa: PLR2004 - see above
    if b"CLERK" in variable:
        stripe = False
    elif b"STRIPE" in variable:
        stripe = True
    if stripe:
        return Taken(
            SecretKind.STRIPE_LIVE if live else SecretKind.STRIPE_TEST,
            value,
            prefix,
            Weight.EVERYTHING if live else Weight.LITTLE,
        )
    return Taken(
        SecretKind.CLERK_LIVE if live else SecretKind.CLERK_TEST,
        value,
        prefix,
        Weight.EVERYTHING if live else Weight.LITTLE,
    )


_AWS_SECRET: Final = re.compile(rb"(?<![A-Za-z0-9/+=_.-])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_.-])")
_NEAR: Final = 240
"""Bytes on each side of a key id in which its secret is looked for."""


def _aws_pair(match: re.Match[bytes], _variable: bytes) -> Taken | None:
    value = match[1]
    if value.endswith(b"EXAMPLE") or b"EXAMPLE" in value or stands_for(value[4:]):
        return None
    for found in _AWS_SECRET.finditer(match.string, max(0, match.start() - _NEAR), match.end() + _NEAR):
        secret = found[0]
        if all(re.search(kind, secret) for kind in (rb"[0-9]", rb"[A-Z]", rb"[a-z]")) and entropy(secret) > 4.3:  # noqa: PLR2004 - bits a character
            return Taken(SecretKind.AWS, secret, "", Weight.EVERYTHING, beside=found.start() - match.start())
    return Taken(SecretKind.AWS_ID, value, value[:4].decode(), Weight.LITTLE)


def _slack_hook(match: re.Match[bytes], _variable: bytes) -> Taken | None:
    if stands_for(match["tail"]) or entropy(match["tail"]) < 3.0:  # noqa: PLR2004 - bits a character
        return None
    return Taken(SecretKind.SLACK, match[1], "hooks.slack.com/services/", about="incoming webhook")


def _resend(match: re.Match[bytes], _variable: bytes) -> Taken | None:
    tail = match[1][3:]
    mixed = re.search(rb"[0-9]", tail) and re.search(rb"[A-Z]", tail) and re.search(rb"[a-z]", tail)
    if not mixed or stands_for(tail) or entropy(tail) < 3.5:  # noqa: PLR2004 - bits a character
        return None
    return Taken(SecretKind.RESEND, match[1], "re_")


K = SecretKind
FORMS: Final[tuple[Form, ...]] = (
    _simple(K.SUPABASE_SECRET, "sb_secret_", rb"[A-Za-z0-9_-]{20,60}", weight=Weight.EVERYTHING),
    _simple(K.SUPABASE_ACCESS, "sbp_", rb"(?:oauth_|v0_)?[0-9a-f]{40}", weight=Weight.EVERYTHING),
    Form(
        (b"_live_", b"_test_"),
        re.compile(_B + rb"([sr]k_(?P<mode>live|test)_(?P<tail>[A-Za-z0-9]{20,247}))" + _E),
        _payment_or_sign_in,
        2,
    ),
    _simple(K.WEBHOOK, "whsec_", rb"[A-Za-z0-9+/]{24,88}={0,2}"),
    _simple(K.OPENAI, "sk-proj-", rb"[A-Za-z0-9_-]{36,250}"),
    _simple(K.OPENAI, "sk-svcacct-", rb"[A-Za-z0-9_-]{36,250}"),
    _simple(K.OPENAI, "sk-admin-", rb"[A-Za-z0-9_-]{36,250}", weight=Weight.EVERYTHING),
    _simple(K.OPENAI, "sk-", rb"[A-Za-z0-9]{16,32}T3BlbkFJ[A-Za-z0-9]{16,32}", anchors=(b"T3BlbkFJ",), before=36),
    _simple(K.ANTHROPIC, "sk-ant-", rb"[A-Za-z0-9_-]{32,250}"),
    _simple(K.OPENROUTER, "sk-or-v1-", rb"[0-9a-f]{64}"),
    _simple(K.GROQ, "gsk_", rb"[A-Za-z0-9]{48,56}"),
    _simple(K.HUGGING_FACE, "hf_", rb"[A-Za-z]{34}"),
    _simple(K.REPLICATE, "r8_", rb"[A-Za-z0-9]{37}"),
    _simple(K.PINECONE, "pcsk_", rb"[A-Za-z0-9]{4,10}_[A-Za-z0-9]{32,80}"),
    Form((b"re_",), re.compile(_B + rb"(re_[A-Za-z0-9]{6,12}_[A-Za-z0-9]{18,32})" + _E), _resend),
    _simple(K.SENDGRID, "SG.", rb"[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}"),
    _simple(K.GITHUB, "ghp_", rb"[A-Za-z0-9]{36}"),
    _simple(K.GITHUB, "gho_", rb"[A-Za-z0-9]{36}"),
    _simple(K.GITHUB, "ghs_", rb"[A-Za-z0-9]{36}"),
    _simple(K.GITHUB, "github_pat_", rb"[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    _simple(K.GITLAB, "glpat-", rb"[A-Za-z0-9_-]{20,64}"),
    _simple(K.NPM, "npm_", rb"[A-Za-z0-9]{36}"),
    _simple(K.SLACK, "xoxb-", rb"[0-9]{8,14}-[A-Za-z0-9-]{16,80}"),
    _simple(K.SLACK, "xoxp-", rb"[0-9]{8,14}-[A-Za-z0-9-]{16,120}"),
    _simple(K.SLACK, "xapp-", rb"[0-9]-[A-Z0-9]{8,14}-[A-Za-z0-9-]{16,120}"),
    Form(
        (b"hooks.slack.com/services/",),
        re.compile(rb"(hooks\.slack\.com/services/T[A-Z0-9]{6,14}/B[A-Z0-9]{6,14}/(?P<tail>[A-Za-z0-9]{20,32}))" + _E),
        _slack_hook,
    ),
    Form((b"AKIA",), re.compile(_B + rb"(AKIA[A-Z2-7]{16})" + _E), _aws_pair),
    _simple(K.GOOGLE_CLIENT, "GOCSPX-", rb"[A-Za-z0-9_-]{28}"),
    _simple(K.VERCEL, "vcp_", rb"[A-Za-z0-9_-]{24,64}", weight=Weight.EVERYTHING),
    _simple(K.VERCEL, "vci_", rb"[A-Za-z0-9_-]{24,64}", weight=Weight.EVERYTHING),
    _simple(K.VERCEL, "vca_", rb"[A-Za-z0-9_-]{24,64}", weight=Weight.EVERYTHING),
    _simple(K.VERCEL, "vck_", rb"[A-Za-z0-9_-]{24,64}"),
    _simple(K.VERCEL_BLOB, "vercel_blob_rw_", rb"[A-Za-z0-9]{8,24}_[A-Za-z0-9]{24,40}"),
    _simple(K.UPSTASH, "sig_", rb"[A-Za-z0-9]{27,32}"),
    _simple(K.NEON, "napi_", rb"[a-z0-9]{40,80}", weight=Weight.EVERYTHING),
    _simple(K.PLANETSCALE, "pscale_tkn_", rb"[A-Za-z0-9_.-]{32,64}", weight=Weight.EVERYTHING),
    _simple(K.PLANETSCALE, "pscale_pw_", rb"[A-Za-z0-9_.-]{32,64}", weight=Weight.EVERYTHING),
    Form(
        (b":AA",),
        re.compile(rb"(?<![0-9A-Za-z])([0-9]{8,10}:AA[A-Za-z0-9_-]{33})" + _E),
        lambda match, _: None if stands_for(match[1][13:]) else Taken(K.TELEGRAM, match[1], ""),
        10,
    ),
)
