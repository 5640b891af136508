"""What a request keeps for the functions that it calls: Node's ``AsyncLocalStorage``, and the names on a context of Hono.

Where it is kept on one branch and something else was kept before, it may be either; so it is where middleware goes on in two ways.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.attributes import attribute
from assistant.collect.code.follow.kinds import REQUEST
from assistant.collect.code.follow.scope import either
from assistant.collect.code.values import NOTHING, Constant, Either, Known, caller


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Chain, Value

_POWERS = frozenset({"role", "office", "secret", "signed"})
_MODULES = frozenset({"node:async_hooks", "async_hooks"})


def keep(run: Run, key: tuple[str, str], value: Value) -> None:
    """Under a name, from here on."""
    before = run.overlay.get(key)
    run.overlay[key] = value if before is None or not run.conditions else either(before, value)


def context_method(run: Run, name: str, arguments: tuple[Value, ...]) -> Value | None:
    """Hono's ``c.set`` and ``c.get``."""
    if name == "set" and len(arguments) > 1 and isinstance(arguments[0], Constant):
        keep(run, ("ctx", str(arguments[0].value)), arguments[1])
        return NOTHING
    if name == "get" and arguments and isinstance(arguments[0], Constant):
        return attribute(run, caller("ctx"), str(arguments[0].value), "", 0, 0)
    return None


def stored(run: Run, of: Chain, name: str, arguments: tuple[Value, ...], module: str, at: int) -> Value | None:
    """``storage.enterWith(tenant)``, ``storage.run(tenant, handle)`` and, in what runs then, ``storage.getStore()``; None for everything else."""
    if of.name != "AsyncLocalStorage" or of.source not in _MODULES or len(of.steps) != 1:
        return None
    key = ("storage", f"{of.steps[0].module}:{of.steps[0].at}")
    if name == "getStore":
        return run.overlay.get(key)
    if name == "enterWith" and arguments:
        keep(run, key, arguments[0])
        return NOTHING
    if name != "run" or len(arguments) < 2:  # noqa: PLR2004 - what is kept, and what is called
        return None
    before = run.overlay.get(key)
    run.overlay[key] = arguments[0]
    try:
        return run.call(arguments[1], arguments[2:], module, at)
    finally:
        if before is None:
            run.overlay.pop(key, None)
        else:
            run.overlay[key] = before


def on_each_way(run: Run, ways: Sequence[tuple[Facts, dict[tuple[str, str], Value]]]) -> None:
    """Middleware went on in several ways: what it kept on each, told apart by what was known there."""
    for key in sorted({key for _, kept in ways for key in kept}):
        found = [(kept[key], facts) for facts, kept in ways if key in kept]
        first = found[0][0]
        if all(value is first for value, _ in found):
            run.overlay[key] = first
            continue
        sent = next((value for value, facts in found if _anybody_s(value, facts)), None)
        run.overlay[key] = sent or Either(tuple(value for value, _ in found), tuple(facts for _, facts in found))


def _anybody_s(value: Value, facts: Facts) -> bool:
    """What the request said was kept, on a way that asks for no role and does not prove it: whoever says something is believed."""
    if not isinstance(value, Known) or not value.origins or any(one.kind is not REQUEST for one in value.origins):
        return False
    asked = any(fact[0] in _POWERS and not str(fact[-1]).startswith("not ") for fact in facts)
    return not asked and not all(("proven", one) in facts for one in value.origins)
