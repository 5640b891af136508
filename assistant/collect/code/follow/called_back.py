"""Libraries that call a function of the repository with something of their own, and give what it gives: DataLoader, Amplify's server context."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.results import result_of
from assistant.collect.code.values import UNKNOWN, Chain, Closure, Listed, Promise, field_of


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Value

_LOADS = frozenset({"load", "loadMany"})
_AMPLIFY = "runWithAmplifyServerContext"


def called_back(run: Run, chain: Chain) -> Value | None:
    """What such a function comes to for these arguments; None for any other chain."""
    last = chain.last
    if last is None or not last.arguments:
        return result_of(run, chain)
    if chain.source == "dataloader" and last.name in _LOADS:
        return _loaded(run, chain, last.arguments[0], many=last.name == "loadMany")
    if next((step.name for step in reversed(chain.steps) if step.name), chain.name) == _AMPLIFY:
        asked = field_of(last.arguments[0], "operation")
        if isinstance(asked, Closure):
            return Promise(run.settle(run.call(asked, (UNKNOWN,), last.module, last.at)))
    return result_of(run, chain)


def _loaded(run: Run, chain: Chain, key: Value, *, many: bool) -> Value | None:
    """``new DataLoader((ids) => findAll(ids)).load(id)``: the function is given a list, and its answers are in the list's order."""
    given = chain.steps[0].arguments
    batch = given[0] if given else None
    last = chain.last
    if not isinstance(batch, Closure) or last is None:
        return None
    keys = key if many else Listed((key,))
    found = run.settle(run.call(batch, (keys,), last.module, last.at))
    if not many and isinstance(found, Listed):
        found = found.items[0] if found.items else UNKNOWN
    return Promise(found)
