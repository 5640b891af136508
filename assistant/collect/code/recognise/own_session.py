"""A session that the server fetches over the network, from the application's own address or from a service of its house.

It says who is calling when the address is fixed: written down, or in the environment. An address that the request names can answer whatever
whoever owns it likes, so nothing is believed then, and what came back stays what it is: sent by the outside.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.drafts import Identity
from assistant.collect.code.origins import origins_of
from assistant.collect.code.recognise.chains import argument, at_path, package_of
from assistant.collect.code.values import Chain, text_of
from assistant.domain.code import OriginKind


if TYPE_CHECKING:
    from assistant.collect.code.values import Step, Value
    from assistant.domain.code import Origin

FETCHERS = frozenset({"axios", "@better-fetch/fetch", "ofetch", "ky", "got"})
"""Libraries that fetch; ``fetch`` itself is nobody's."""
_WRAPPED = {"axios": ("data",), "@better-fetch/fetch": ("data",)}
_ASKS = re.compile(
    r"/(?:get-?session|session|me|whoami|user-?info|current-?user|auth/(?:user|verify|validate|check|status|profile))/?(?:\?[^/'\"]*)?['\"]?$",
    re.IGNORECASE,
)
_CREDENTIALS = ("header.cookie", "header.authori", "header.x-", "cookie", "headers", "request")
_OWN = ("url", "nextUrl")
"""The address that was asked for, as the server was reached by: the application's own."""
_FIXED = frozenset({OriginKind.CONSTANT, OriginKind.ENVIRONMENT})
_ANSWERED = frozenset({"json", "ok"})


def own_session(chain: Chain) -> Identity | None:
    """``(await fetch(`${process.env.APP_URL}/api/auth/session`, { headers: { cookie } })).json()``; None for any other call."""
    fetched = _fetched(chain)
    if fetched is None or not fetched.arguments or len(fetched.arguments) < 2:  # noqa: PLR2004 - the address and what goes with it
        return None
    options = fetched.arguments[-1]
    address = (argument(fetched, 0), at_path(options, "baseURL") or at_path(options, "prefixUrl"))
    sent = origins_of(at_path(options, "headers"))
    if not any(one.kind is OriginKind.REQUEST and one.path.lower().startswith(_CREDENTIALS) for one in sent):
        return None
    if not _is_fixed(address) or not any(_asks(each) for each in address):
        return None
    named = any("ession" in one.path for each in address for one in origins_of(each))
    wraps = _WRAPPED.get(package_of(chain.source), ())
    return Identity(
        kind=OriginKind.CALLER, path="session" if named else "user", wraps=wraps, throws=False, says="fetched session"
    )


def _fetched(chain: Chain) -> Step | None:
    """The call that fetches, when the chain ends in what it answers."""
    last = chain.last
    if chain.source == "global":
        alone = chain.name == "fetch" and len(chain.steps) == 2  # noqa: PLR2004 - the call and what is read of it
        return chain.steps[0] if alone and last is not None and last.name in _ANSWERED else None
    if package_of(chain.source) not in FETCHERS or last is None:
        return None
    call = next((step for step in chain.steps if step.arguments and len(step.arguments) > 1), None)
    return call if call is last or last.name in _ANSWERED else None


def _is_fixed(address: tuple[Value | None, ...]) -> bool:
    return all(_is_own(one) for each in address for one in origins_of(each))


def _is_own(origin: Origin) -> bool:
    return origin.kind in _FIXED or (origin.kind is OriginKind.REQUEST and origin.path.startswith(_OWN))


def _asks(value: Value | None) -> bool:
    """The path says that it asks who is there."""
    spelled = (
        value.last.text if isinstance(value, Chain) and value.last is not None else ""
    )  # a template as it is written
    written = text_of(value) or spelled
    if written:
        return bool(_ASKS.search(written))
    return any(one.kind is OriginKind.CONSTANT and _ASKS.search(one.path) for one in origins_of(value))
