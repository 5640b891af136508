"""A function that keeps its own answers: what it finds under the caller's key is what it put there, and says what that says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.kinds import CALLER, CONSTANT, ENVIRONMENT, GENERATED, ROW, UNSURE
from assistant.collect.code.origins import origins_of
from assistant.domain.code import ActKind


if TYPE_CHECKING:
    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Value
    from assistant.domain.code import Act, Origin

_AROUND = frozenset({CONSTANT, ENVIRONMENT, UNSURE, GENERATED})
"""What stands in a cached value beside its key: the address of the store, nothing at all."""


def without_kept(run: Run, returns: list[tuple[Value, Facts]], since: int) -> list[tuple[Value, Facts]]:
    """The ways out of a function without those that give what it had kept: ``if (cached) return cached``.

    Only where the key names the caller, and the function fills it with what it answers otherwise. ``since`` is how many acts there were before it.
    """
    if len(returns) < 2:  # noqa: PLR2004 - one way is no choice
        return returns
    acts = [act for act in run.ledger.acts[since:] if act.kind is ActKind.CACHE and act.parts]
    read = {_key(act) for act in acts if act.detail == "read"}
    for act in acts:
        key = _key(act)
        if act.detail != "fill" or key not in read or not any(one.kind is CALLER for one in key):
            continue
        rows = {one for part in act.parts[1:] for one in part.origins if one.kind is ROW}
        found = [one for one in returns if rows & origins_of(one[0])]
        kept = [one for one in returns if _is_of(origins_of(one[0]), key)]
        if found and kept:
            return [one for one in returns if one not in kept]
    return returns


def _key(act: Act) -> frozenset[Origin]:
    return frozenset(act.parts[0].origins)


def _is_of(found: frozenset[Origin], key: frozenset[Origin]) -> bool:
    """Nothing is known of the value but what it was asked for by."""
    named = [one for one in found if one.kind not in _AROUND]
    return bool(named) and all(
        any(one.kind is other.kind and f"{one.path}.".startswith(f"{other.path}.") for other in key) for one in named
    )
