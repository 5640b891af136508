"""Sessions of Remix and React Router: ``createCookieSessionStorage({ cookie: { secrets } })`` and what is taken out of one by name.

Whoever is signed in is what the application put there under a name of a person. What else it keeps (a theme, a message, the state of a
sign-in that is under way) says nothing of them, and a cookie that nobody signs is written by whoever sends it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.drafts import Identity
from assistant.collect.code.recognise.chains import argument, at_path
from assistant.collect.code.values import Listed, Shape, text_of
from assistant.domain.code import OriginKind


if TYPE_CHECKING:
    from assistant.collect.code.values import Chain, Step

_PACKAGES = ("react-router", "@react-router/", "@remix-run/")
_STORAGE = re.compile(r"^create\w*SessionStorage$")
_PERSON = re.compile(
    r"user|account|member|customer|employee|person|profile|admin|auth|email|(?:^|[._-])(?:sub|uid)$|session_?id|(?:access|id)?_?token$",
    re.IGNORECASE,
)
_PASSING = re.compile(
    r"state|csrf|flash|error|message|redirect|return|theme|locale|lang|challenge|nonce|verif|pending|onboard|target|reset|invite|prefill",
    re.IGNORECASE,
)
"""What a session keeps of somebody who is not signed in yet."""
_TAKES = frozenset({"get", "has"})


def kept_in_session(chain: Chain) -> Identity | None:
    """``(await storage.getSession(cookie)).get("userId")``; None for any other call."""
    last = chain.last
    if last is None or last.name not in _TAKES or not chain.source.startswith(_PACKAGES):
        return None
    made = _storage(chain)
    name = text_of(argument(last, 0)) or ""
    if made is None or "getSession" not in {step.name for step in chain.steps}:
        return None
    if not _PERSON.search(name) or _PASSING.search(name) or not _is_signed(chain.name, made):
        return None
    return Identity(
        kind=OriginKind.CALLER, path=f"session.{name}", wraps=(), throws=False, says=f'session.get("{name}")'
    )


def _storage(chain: Chain) -> Step | None:
    """The call that made the storage."""
    first = chain.steps[0] if chain.steps else None
    return first if first is not None and first.arguments is not None and _STORAGE.match(chain.name) else None


def _is_signed(maker: str, made: Step) -> bool:
    """A cookie that holds the session itself is signed; where it holds an id, the rest is kept by the server."""
    cookie = at_path(argument(made, 0), "cookie")
    if not maker.startswith("createCookie") or not isinstance(cookie, Shape) or cookie.rest:
        return True
    secrets = cookie.fields.get("secrets")
    return secrets is not None and secrets != Listed(())
