"""What lets somebody in elsewhere: tokens for rooms, channels and chats, sessions that the application signs itself, machines that are opened by an id.

What the token names is what its holder may enter. A session is only looked at where the request itself says whose it is: after a password was
compared, the row says it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.drafts import Draft
from assistant.collect.code.recognise.chains import Seen, argument, at_path, package_of
from assistant.collect.code.values import Chain, Known, Shape, Step, Value
from assistant.domain.code import OriginKind


if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOM, _USER = "id", "user_id"
_Calls = dict[str, tuple[tuple[str, str, int, tuple[str, ...]], ...]]
_DAYTONA: _Calls = {"get": (("machines", _ROOM, 0, ()),), "findOne": (("machines", _ROOM, 0, ("id",)),)}
_E2B: _Calls = dict.fromkeys(
    ("connect", "resume", "reconnect", "kill"), (("machines", _ROOM, 0, ("sandboxId", "sandboxID")),)
)
_CALLS: dict[str, _Calls] = {
    "@liveblocks/node": {
        "allow": (("rooms", _ROOM, 0, ()),),
        "identifyUser": (("accounts", _USER, 0, ("userId",)),),
    },
    "pusher": {
        "authorizeChannel": (("rooms", _ROOM, 1, ()),),
        "authenticate": (("rooms", _ROOM, 1, ()),),
    },
    "livekit-server-sdk": {"addGrant": (("rooms", _ROOM, 0, ("room",)),)},
    "ably": {
        "createTokenRequest": (("accounts", _USER, 0, ("clientId",)),),
        "requestToken": (("accounts", _USER, 0, ("clientId",)),),
    },
    "stream-chat": {"createToken": (("accounts", _USER, 0, ()),)},
    "@stream-io/node-sdk": {
        "createToken": (("accounts", _USER, 0, ()),),
        "generateUserToken": (("accounts", _USER, 0, ("user_id",)),),
    },
    "@daytonaio/sdk": _DAYTONA,
    "@daytona/sdk": _DAYTONA,
    "e2b": _E2B,
    "@e2b/": _E2B,
    "@vercel/sandbox": {"get": (("machines", _ROOM, 0, ("sandboxId",)),)},
    "@clerk/": {"createSignInToken": (("accounts", _USER, 0, ("userId",)),)},
    "jsonwebtoken": {"sign": (("sessions", _USER, 0, ("sub", "userId", "user_id", "uid")),)},
    "jose": {
        "SignJWT": (("sessions", _USER, 0, ("sub", "userId", "user_id", "uid")),),
        "setSubject": (("sessions", _USER, 0, ()),),
    },
}
"""Package, method: what the token lets into, the column it is found by, which argument says it and under which names."""
_NAMED: dict[str, str] = {
    "livekit-server-sdk": "livekit",
    "stream-chat": "stream",
    "@stream-io/node-sdk": "stream",
    "@daytonaio/sdk": "daytona",
}
_SIGNED_HERE: tuple[str, ...] = ("jsonwebtoken", "jose")
PACKAGES: tuple[str, ...] = tuple(_CALLS)


def query(chain: Chain, seen: Seen) -> Draft | None:
    """A token that is made for somebody; None for anything else."""
    del seen
    last = chain.last
    package = package_of(chain.source)
    known = next((calls for prefix, calls in _CALLS.items() if package.startswith(prefix)), None)
    if last is None or last.arguments is None or known is None:
        return None
    for table, column, at, names in known.get(last.name or chain.name, ()):
        value = next(_said(last, at, names), None)
        if value is None or (package.startswith(_SIGNED_HERE) and not _from_request(value)):
            continue
        engine = "own" if package.startswith(_SIGNED_HERE) else _service(package)
        return Draft(
            engine=engine, client="provider", verb="admit", table=table, filters=((column, "eq", value),), single=True
        )
    return None


def _said(step: Step, at: int, names: tuple[str, ...]) -> Iterator[Value]:
    given = argument(step, at)
    if given is None:
        return
    if not names or not isinstance(given, Shape):
        yield given
        return
    for name in names:
        found = at_path(given, name)
        if found is not None:
            yield found


def _from_request(value: Value) -> bool:
    return (
        isinstance(value, Known)
        and bool(value.origins)
        and all(one.kind is OriginKind.REQUEST for one in value.origins)
    )


def _service(package: str) -> str:
    """``@liveblocks/node`` is Liveblocks."""
    return _NAMED.get(package, package.removeprefix("@").partition("/")[0])
