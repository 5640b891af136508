"""When a host wants to be asked again: read from the headers that the hosts document.

``Retry-After`` (seconds or a date), ``X-RateLimit-Reset`` of Vercel, Netlify and GitHub and ``Ratelimit-Reset`` of Render (seconds since
1970; Render's own example counts seconds from now, so small numbers do too), ``Ratelimit: "default";r=0;t=30`` of Cloudflare.
"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from assistant.collect.deploys.host import moment


if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

UNSAID: Final = 60.0
"""Seconds to wait when a host that limits requests does not say how long; GitHub asks for at least a minute."""
_EPOCH: Final = 1_000_000_000
_NUMBER: Final = re.compile(r"\d{1,15}(?:\.\d{1,6})?\Z")
_POLICY: Final = re.compile(r"(?:^|;)\s*(?P<key>[rt])=(?P<number>\d{1,9})\b")


def is_limited(status: int, headers: Mapping[str, str]) -> bool:
    """True when an answer means: later. 403 does so only together with a header that speaks of limits."""
    if status in {429, 503}:
        return True
    return status == 403 and ("retry-after" in headers or is_spent(headers))  # noqa: PLR2004 - GitHub's other word for 429


def is_spent(headers: Mapping[str, str]) -> bool:
    """True when this was the last request that the host allows for now."""
    left = headers.get("x-ratelimit-remaining", headers.get("ratelimit-remaining", "")).strip()
    return left == "0" or _policy(headers).get("r") == 0


def seconds_until_free(headers: Mapping[str, str], now: float) -> float | None:
    """How long the host asks to wait; None when it does not say.

    Args:
        headers: of an answer, names in lower case.
        now: seconds since 1970.
    """
    for name in ("retry-after", "x-ratelimit-reset", "ratelimit-reset"):
        said = headers.get(name, "").strip()
        if _NUMBER.match(said):
            number = float(said)
            if number < _EPOCH:
                return number
            at = moment(number)
        else:
            at = _date(said)
        if at is not None:
            return max(0.0, at.timestamp() - now)
    until = _policy(headers).get("t")
    return float(until) if until is not None else None


def _policy(headers: Mapping[str, str]) -> dict[str, int]:
    return {found["key"]: int(found["number"]) for found in _POLICY.finditer(headers.get("ratelimit", ""))}


def _date(said: str) -> datetime | None:
    try:
        return parsedate_to_datetime(said)
    except (ValueError, TypeError, IndexError, OverflowError):
        return moment(said)
