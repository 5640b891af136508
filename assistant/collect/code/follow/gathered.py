"""What a function gathers in a ``Map`` or ``Set`` of its own: ``byId.set(row.id, row)`` and later ``[...byId.values()]``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.scope import either
from assistant.collect.code.values import Chain, Constant, Either, Known, Listed, Value, unwrapped
from assistant.domain.code import OriginKind


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run

_ADDS = {"set": 2, "add": 1}
_KEPT = "new Map()"
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
    if name == "get" and len(arguments) == 1 and isinstance(value, Listed) and value.items:
        return either(*value.items)
    return None


def _empty(value: Known) -> bool:
    """``new Map()`` and ``new Set()``, to which nothing was added yet."""
    return bool(value.origins) and all(
        origin.kind is OriginKind.GENERATED and origin.path in _COLLECTIONS for origin in value.origins
    )


def remembered(run: Run, value: Known, name: str, arguments: tuple[Value, ...]) -> Value | None:
    """``kept.set("db", new Client())`` and later ``kept.get("db")``: a client that a module makes once; None for everything else."""
    key = arguments[0] if arguments else None
    if name not in {"set", "get"} or not _empty(value) or not isinstance(key, Constant):
        return None
    place = (_KEPT, str(key.value))
    if name == "get":
        return run.overlay.get(place)
    made = unwrapped(arguments[1]) if len(arguments) > 1 else None
    options = made.values if isinstance(made, Either) else (made,)
    if all(isinstance(one, Chain) and one.source != "global" for one in options) and made is not None:
        run.overlay[place] = made
    return None
