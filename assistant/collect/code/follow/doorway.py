"""What the middleware asks of whoever wants one address: a matcher says only that it runs there, not that it asks anybody.

The middleware is followed again for the address of a handler that asks nobody by itself. Addresses that answer its questions alike (how they
begin, whether they are in a list, whether a pattern fits) share one such run.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from assistant.collect.code.follow.handed_on import Handing
from assistant.collect.code.follow.prelude import Prelude, Shared, answered_alike
from assistant.collect.code.follow.run import Run
from assistant.collect.code.follow.stop import Exhausted, Stopped
from assistant.collect.code.follow.truth import AN_ID
from assistant.collect.code.matchers import middleware_of
from assistant.collect.code.origins import origins_of
from assistant.collect.code.values import Constant, Listed
from assistant.domain.code import NAMED_OPEN, ActKind, EntryKind, GuardKind, OriginKind


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from assistant.collect.code.entries_point import EntryPoint
    from assistant.collect.code.follow.ledger import Ledger
    from assistant.collect.code.follow.prelude import Asked
    from assistant.collect.code.follow.world import World
    from assistant.collect.code.values import Value
    from assistant.domain.code import Act, Origin

    Drive = Callable[[Run, EntryPoint], None]

_SERVED = frozenset({EntryKind.ROUTE, EntryKind.PAGES_API, EntryKind.PAGE, EntryKind.SERVER_PROPS})
_ASKS = frozenset(
    {
        GuardKind.SESSION,
        GuardKind.ROLE,
        GuardKind.API_KEY,
        GuardKind.NAME,
        GuardKind.MEMBERSHIP,
        GuardKind.OWNER,
        GuardKind.SECRET,
        GuardKind.SIGNATURE,
    }
)
_ID = re.compile(r"\[(?:\w*(?:_id|Id|uuid|Uuid)|id)\]")
"""Segments that are identifiers: ``/api/forms/public`` is no form of that id."""
_OPEN_ENDED = re.compile(r"[(*:\\[]")
"""Where a pattern of addresses stops being fixed."""
_OF_NOBODY = frozenset({OriginKind.CONSTANT, OriginKind.ENVIRONMENT, OriginKind.GENERATED})
_ADDRESSED = (
    "url",
    "path",
    "method",
    "header.host",
    "header.x-forwarded-host",
    "header.accept-language",
    "header.user-agent",
    "geo",
)
"""Parts of a request that say what is wanted, and not by whom."""
_REFUSALS = frozenset({"401", "403", "407"})
_STEPS = 5_000
"""Nodes that middleware may cost at a path; a longer one is told as it was: it covers the path."""
_MOST = 24
"""Kinds of addresses that are told apart."""


class Door(NamedTuple):
    """What is asked of all addresses that answer some questions alike."""

    questions: tuple[Asked, ...]
    asks: tuple[str, ...] | None
    """Kinds of guards; empty when nobody is asked."""
    hands: dict[str, frozenset[Origin]]
    """Headers in which it hands on who calls; see ``handed_on``."""

    def at(self, path: str) -> tuple[str, ...] | None:
        """What it asks there: where nobody is asked, whether the code says so of that very address."""
        return (NAMED_OPEN,) if self.asks == () and any(_names(one, path) for one in self.questions) else self.asks


def asked_before(world: World, point: EntryPoint, ledger: Ledger, drive: Drive) -> tuple[str, ...] | None:
    """See ``Entry.asked_before``; not looked for where the handler asks somebody itself, or reaches no rows."""
    file = middleware_of(point.covered_by)
    middleware = world.middleware.get(file)
    if middleware is None or point.kind not in _SERVED or not ledger.queries:
        return None
    if any(guard.weakness is None and guard.kind in _ASKS for guard in ledger.guards.values()):
        return None
    door = _door(world, point, middleware, drive)
    return door.at(point.path) if door is not None else None


def handed_on(world: World, point: EntryPoint, drive: Drive) -> Mapping[str, frozenset[Origin]]:
    """Headers in which the middleware before an entry says who calls; not looked for where it writes none."""
    middleware = world.middleware.get(middleware_of(point.covered_by))
    if middleware is None or point.kind not in _SERVED or not world.hands_on:
        return {}
    door = _door(world, point, middleware, drive)
    asked = {GuardKind.SESSION.value, GuardKind.ROLE.value} & {*((door and door.asks) or ())}
    return door.hands if door is not None and asked else {}


def _door(world: World, point: EntryPoint, middleware: EntryPoint, drive: Drive) -> Door | None:
    """What is asked at the address of an entry, followed once for all that are alike; None where there are too many kinds."""
    doors = world.doors.setdefault(middleware.module, [])
    path = _ID.sub(AN_ID, point.path)
    for door in doors:
        if answered_alike(path, path, door.questions, exact=True):
            return door
    if len(doors) >= _MOST:
        return None
    doors.append(_opened(world, replace(middleware, path=path), drive))
    return doors[-1]


def _opened(world: World, point: EntryPoint, drive: Drive) -> Door:
    """The middleware followed for an address; one that is too long is not followed for any other."""
    run = Run(world, point.module, steps=_STEPS)
    run.ledger.sent_away, run.whole_path = {}, True
    hands = run.ledger.hands = Handing()
    listener = run.prelude = Prelude(Shared(), [], frozenset())
    try:
        drive(run, point)
    except Stopped:
        pass
    except (Exhausted, RecursionError):
        return Door((), None, {})
    finally:
        run.roll_back()
    return Door(tuple(listener.asked), _asks(run.ledger), hands.given())


def _asks(ledger: Ledger) -> tuple[str, ...] | None:
    guards = [guard for guard in ledger.guards.values() if guard.kind in _ASKS]
    strong = {guard.kind.value for guard in guards if guard.weakness is None}
    if strong:
        return tuple(sorted(strong))
    if guards or any(_perhaps_for_who_they_are(ledger, act) for act in ledger.acts):
        return None  # somebody is sent away, and for what is not known
    return ()


def _perhaps_for_who_they_are(ledger: Ledger, act: Act) -> bool:
    """Somebody is sent away; a shop that is not there, a language, or a missing setting says nothing about the caller."""
    if act.kind not in {ActKind.REDIRECT, ActKind.RESPOND}:
        return False
    if act.kind is ActKind.RESPOND and act.detail.isdigit() and act.detail not in _REFUSALS:
        return False
    under = [origins_of(ledger.tests[abs(token)]) for token in (ledger.sent_away or {}).get(act.order, ())]
    asked = [origin for origins in under[:-1] for origin in _understood(origins)] + [*(under or ((),))[-1]]
    return not asked or any(_of_caller(ledger, origin, deep=False) for origin in asked)


def _understood(origins: frozenset[Origin]) -> Iterable[Origin]:
    """What a test further out looks at: ``host.endsWith(…)`` beside a comparison of the host is about the host."""
    known = [one for one in origins if one.kind is not OriginKind.UNKNOWN]
    return known if any(one.kind is OriginKind.REQUEST for one in known) else origins


def _of_caller(ledger: Ledger, origin: Origin, *, deep: bool) -> bool:
    """The value may name who calls: by itself, or as a row that was found by such a value."""
    if origin.kind is OriginKind.REQUEST:
        return not origin.path.startswith(_ADDRESSED)
    if origin.kind is not OriginKind.ROW:
        return origin.kind not in _OF_NOBODY
    record = ledger.record(origin.row)
    if deep or record is None:
        return True
    return any(_of_caller(ledger, one, deep=True) for condition in record.filters for one in condition.origins)


def _names(asked: Asked, path: str) -> bool:
    """The code writes the address down, and more of it than that it is one of the API's."""
    if isinstance(asked.what, Listed):
        named = all(_says(one, path) is not None for one in asked.what.items)
        listed = not named or any(_says(one, path) for one in asked.what.items)
        return asked.answer is (asked.of is None) and "[" not in path and listed
    return asked.answer is True and bool(_says(asked.what, path))


def _says(pattern: Value | str, path: str) -> bool | None:
    """Whether a pattern names an address by more than that it is one of the API's: ``/api(.*)`` does not; None for one that is no text."""
    text = pattern.value if isinstance(pattern, Constant) else None
    if not isinstance(text, str):
        return None
    fixed = _OPEN_ENDED.split(text, maxsplit=1)[0]
    parts = [one for one in fixed.strip("/").split("/") if one]
    return path.startswith(fixed.rstrip("/") or "/") and len(parts) > (1 if path.startswith("/api/") else 0)
