"""Objects that stand in for another: ``new Proxy({}, { get: (_, name) => client()[name] })`` is the client that is made when it is first asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.values import UNKNOWN, Chain, Closure, Either, Value, field_of


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run

_TARGET_AND_HANDLER = 2
_KEPT = frozenset({"global", "node:async_hooks", "async_hooks"})
"""Where a client is kept that was made before: ``globalThis`` keeps the same one, ``store.getStore() ?? db`` that of a running transaction."""


def is_stand_in(value: Chain, arguments: tuple[Value, ...]) -> bool:
    """``new Proxy(target, handler)``."""
    return (
        value.source == "global" and value.name == "Proxy" and not value.steps and len(arguments) == _TARGET_AND_HANDLER
    )


def stood_in_for(run: Run, arguments: tuple[Value, ...], module: str, at: int) -> Value:
    """What attributes are read from: the object behind the trap, else the target."""
    target, handler = arguments
    trap = field_of(handler, "get")
    if not isinstance(trap, Closure):
        return target
    found = run.call(trap, (target, UNKNOWN), module, at)
    options = found.values if isinstance(found, Either) else (found,)
    real = [one for one in options if isinstance(one, Chain) and not (one.last is not None and one.last.name == "bind")]
    made = [one for one in real if one.source not in _KEPT]
    return made[0] if made else real[0] if real else target
