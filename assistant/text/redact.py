"""Secrets and personal data become keyed pseudonyms (``[email:3f9a1c20]``) before anything is written or exported.

The same person stays joinable within one incident and means nothing outside it: the pseudonym is an HMAC under the
incident's own key. What is recognised is one table of patterns below; a secret of a shape that is not in it stays.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final


_PSEUDONYM = r"\[[a-z-]+:[0-9a-f]{8}\]"

_KINDS: Final = {
    # a pseudonym first, so that redacting twice changes nothing
    "done": _PSEUDONYM,
    "private-key": r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]{0,20000}?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)",
    "jwt": r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?",
    "password": r"(?<=://)[^\s/?#@:\"'<>\[\]]{0,256}:[^\s/?#\"'<>\[\]@]{1,512}(?=@)",
    "key": (
        r"\b(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{8,}"
        r"|\bwhsec_[A-Za-z0-9+/=]{8,}"
        r"|\bsb(?:p|_secret|_publishable)_[A-Za-z0-9_-]{8,}"
        r"|\bsk-(?:ant-|proj-|or-)?[A-Za-z0-9_-]{16,}"
        r"|\bgh[pousr]_[A-Za-z0-9]{16,}|\bgithub_pat_[A-Za-z0-9_]{16,}|\bglpat-[A-Za-z0-9_-]{16,}"
        r"|\bxox[abeoprs]-[A-Za-z0-9-]{8,}"
        r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[A-Za-z0-9_-]{35}"
        r"|\bre_[A-Za-z0-9]{8,}_[A-Za-z0-9]{8,}|\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"
        r"|\b(?:npm|vercel|hf|dop_v1|pypi)_[A-Za-z0-9]{20,}|\bvc[pkira]_[A-Za-z0-9]{20,}"
    ),
    "bearer": r"(?i:(?<=\bbearer )|(?<=\bbasic ))[A-Za-z0-9._~+/=-]{8,}",
    "secret": (
        # name = value, name: "value"; the name stays readable, the value goes
        r"(?i:(?<![A-Za-z0-9])(?P<name>(?:[a-z0-9]{1,40}[_-]){0,6}(?:password|passwd|pwd|secret|api[_-]?key|service[_-]role[_-]key"
        r"|access[_-]?token|refresh[_-]?token|auth[_-]?token|client[_-]?secret|private[_-]?key)[\"']?\s{0,3}[=:]\s{0,3}[\"']?)"
        r"(?!\[[a-z-]+:)(?P<value>[^\s\"',;\[\]{}()<>]{6,512}))"
    ),
    "cookie": r"\b(?:sb-[a-z0-9-]{4,64}-auth-token(?:\.\d)?|__session|__Secure-[A-Za-z0-9.-]{3,64}|connect\.sid)=[^\s;,\"'\[]{4,4096}",
    "email": r"[A-Za-z0-9._%+'-]{1,64}(?:@|%40)(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b",
    "stripe-id": r"\b(?:cus|sub|pi|pm|ch|in|cs|acct|price|seti|txn|evt)_(?=[A-Za-z]*\d)(?:test_|live_)?[A-Za-z0-9]{10,}\b",
    "iban": r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b",
    "card": r"(?<![\w.-])(?:3[0-9]|4[0-9]|5[1-5]|6[0-9]|2[2-7])\d{2}(?:[ -]?\d){9,15}(?![\w-])",
    "phone": (
        r"(?<![\w.+-])(?:\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d(?:[ .-]?\d){6,12}|\(\d{3}\) ?\d{3}[ .-]\d{4}|\d{3}[.-]\d{3}[.-]\d{4})(?![\w-])"
    ),
    "ip": r"(?<![\w.:])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.]*\w)|(?<![\w:.])(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}(?![\w:])",
}

_IDS: Final = {
    "id": r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b|\b(?:user|org|sess|orgmem)_[A-Za-z0-9]{20,}\b",
}

_LOCAL = frozenset({"127.0.0.1", "0.0.0.0"})  # noqa: S104 - addresses that name nobody
_SYNTHETIC = re.compile(r"(?i)[^@]+@(?:[a-z0-9-]+\.)*(?:example\.(?:com|org|net)|test|invalid|localhost)")


def _compiled(kinds: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{kind.replace('-', '_')}>{pattern})" for kind, pattern in kinds.items()))


_SECRETS = _compiled(_KINDS)
_SECRETS_AND_IDS = _compiled(_KINDS | _IDS)


class Redactor:
    """Replaces what must not be kept, under one key."""

    def __init__(self, key: bytes) -> None:
        """Args: key: at least 16 random bytes, the same for the whole incident."""
        if len(key) < 16:  # noqa: PLR2004 - 128 bits
            raise ValueError("the key of a redactor has at least 16 bytes")
        self._key = key

    def text(self, text: str, *, ids: bool = False) -> str:
        """The text with pseudonyms in place of secrets and personal data.

        Args:
            text: anything.
            ids: also replace UUIDs and user ids; for words of people, not for synthetic rows of the shadow.

        Returns:
            Redacted text; redacting it again changes nothing.
        """
        pattern = _SECRETS_AND_IDS if ids else _SECRETS
        for _ in range(4):
            # what stood before a pseudonym can become a secret's neighbour: until nothing changes, four rounds at most
            redacted = pattern.sub(self._replace, text)
            if redacted == text:
                break
            text = redacted
        return text

    def pseudonym(self, kind: str, value: str) -> str:
        """``[kind:8 hexadecimal digits]``, the same for the same value under the same key."""
        digest = hmac.new(self._key, f"{kind}\x1f{value}".encode("utf-8", "surrogatepass"), hashlib.sha256)
        return f"[{kind}:{digest.hexdigest()[:8]}]"

    def _replace(self, match: re.Match[str]) -> str:
        found = match[0]
        kind = (match.lastgroup or "").replace("_", "-")
        if kind == "done":
            return found
        if match["secret"] is not None:
            return match["name"] + self.pseudonym("secret", match["value"])
        if kind == "card" and not _is_card(found):
            return found
        if kind == "iban" and not _is_iban(found):
            return found
        if (kind == "ip" and found in _LOCAL) or (kind == "email" and _SYNTHETIC.fullmatch(found)):
            return found
        return self.pseudonym(kind, found.lower().replace("%40", "@") if kind == "email" else found)


def _is_card(text: str) -> bool:
    digits = [int(character) for character in text if character.isdigit()]
    doubled = [sum(divmod(digit * 2, 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(digits[::-2])) % 10 == 0


def _is_iban(text: str) -> bool:
    plain = text.replace(" ", "")
    if not 15 <= len(plain) <= 34:  # noqa: PLR2004 - the lengths of the standard
        return False
    return int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % 97 == 1
