"""What a function gathers in a ``Map`` or ``Set`` of its own: ``byId.set(row.id, row)`` and later ``[...byId.values()]``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.kinds import CONSTANT, GENERATED, REQUEST, ROW
from assistant.collect.code.follow.scope import either
from assistant.collect.code.follow.trust import bound
from assistant.collect.code.origins import origins_of
from assistant.collect.code.values import (
    NOTHING,
    UNKNOWN,
    Chain,
    Constant,
    Either,
    Known,
    Listed,
    Shape,
    Test,
    Value,
    unwrapped,
)
from assistant.domain.code import Origin


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run

_ADDS = {"set": 2, "add": 1}
_KEPT = "new Map()"
KEPT = "Map that is kept"
"""Path of a map that a module, or an object made by one, holds."""
_COLLECTIONS = frozenset({"Map", "Set"})


def gathered(run: Run, value: Known | Listed, name: str, arguments: tuple[Value, ...]) -> Value | None:
    """The collection after ``add`` or ``set``, or what ``get`` finds in it; None for everything else.

    A collection of the module outlives the request: what one request puts there is not what the next one reads.
    """
    from assistant.collect.code.follow.calls import scopes_of

    if len(arguments) == _ADDS.get(name):
        if isinstance(value, Known) and not _empty(value):
            return None
        items = value.items if isinstance(value, Listed) else ()
        longer = Listed((*items, arguments[-1]))
        bound = False
        for scope in scopes_of(run):
            for known_as, known in scope.names.items():
                if known is value and scope.parent is not None:
                    scope.names[known_as] = longer
                    bound = True
        return longer if bound else None
    if name == "get" and len(arguments) == 1 and isinstance(value, Listed):
        return _looked_up(run, value, arguments[0])
    return None


def paired(given: Value) -> Value:
    """``new Map(rows.map((row) => [row.id, row.owner]))`` and ``Object.fromEntries`` of the same: what is found there is the second of a pair."""
    if isinstance(given, Either) and not given.facts:
        return either(*(paired(one) for one in given.values))
    if isinstance(given, Listed) and given.items and all(is_pair(one) for one in given.items):
        return Listed(tuple(one.items[1] for one in given.items if isinstance(one, Listed)))
    return given


def is_pair(item: Value) -> bool:
    """A key and a value."""
    return isinstance(item, Listed) and len(item.items) == 2  # noqa: PLR2004 - no third


def _looked_up(run: Run, value: Listed, key: Value) -> Value:
    """What stands under a key; of rows that were not looked up by that key it may be another's, or nothing."""
    if not value.items:
        return NOTHING
    found = either(*value.items)
    if all(one.kind is CONSTANT for one in origins_of(found)) and origins_of(key):
        return Known(frozenset(origins_of(found)) | frozenset(origins_of(key)))  # ``rightsOf.get(user.role)``
    rows = {one.row for one in origins_of(found) if one.kind is ROW}
    asked = origins_of(key)
    own = under(run, found, key)
    return own if own is not found or all(_asked_by(run, row, asked) for row in rows) else either(found, UNKNOWN)


def under_key(run: Run, of: Shape, key: Value) -> Value:
    """What an object holds under a computed key: any of its fields."""
    values = (*of.fields.values(), *of.rest)
    if len(values) == 1 and of.rest and isinstance(values[0], Listed):
        return values[0]  # groups[row.kind].push(row): that very list
    if values and isinstance(key, Known | Either) and all(isinstance(one, Listed | Constant) for one in values):
        return Known(origins_of(key).union(*map(origins_of, values)))  # RIGHTS[user.role]: the role still speaks
    return under(run, either(*values), key) if values else UNKNOWN


def under(run: Run, found: Value, key: Value) -> Value:
    """A row of the caller's that stands under the id that was asked for: that it is there says so of this id, and of no other."""
    asked = origins_of(key)
    if not isinstance(found, Known) or not asked or any(one.kind is not REQUEST for one in asked):
        return found
    if not all(one.kind is ROW and not one.path and bound(run, one.row) for one in found.origins):
        return found
    return run.mean(Known(frozenset(found.origins)), Test("in", (key, Known(found.origins))))


def _asked_by(run: Run, row: int, asked: frozenset[Origin]) -> bool:
    """The rows of a query were looked up by these ids, or these are their own."""
    record = run.ledger.record(row)
    if record is None:
        return False
    compared = record.compared()
    return bool(asked) and all(one in compared or (one.kind is ROW and one.row == row) for one in asked)


def _empty(value: Known) -> bool:
    """``new Map()`` and ``new Set()``, to which nothing was added yet."""
    return bool(value.origins) and all(
        origin.kind is GENERATED and origin.path in _COLLECTIONS for origin in value.origins
    )


def lasting(value: Value) -> Value:
    """An empty map that a class keeps for itself: all requests share it."""
    return Known(frozenset({Origin(GENERATED, KEPT)})) if isinstance(value, Known) and _empty(value) else value


def remembered(run: Run, value: Known, name: str, arguments: tuple[Value, ...]) -> Value | None:
    """``kept.set("db", new Client())`` and later ``kept.get("db")``: a client that a module makes once; None for everything else."""
    key = arguments[0] if arguments else None
    kept = any(origin.path == KEPT for origin in value.origins)
    if name not in {"set", "get"} or not (_empty(value) or kept) or not isinstance(key, Constant):
        return None
    place = (_KEPT, str(key.value))
    if name == "get":
        return run.overlay.get(place)
    made = unwrapped(arguments[1]) if len(arguments) > 1 else None
    options = made.values if isinstance(made, Either) else (made,)
    if all(isinstance(one, Chain) and one.source != "global" for one in options) and made is not None:
        run.overlay[place] = made
    return None
