"""Awaiting: promises, queries that were only being built, and callbacks that a library was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.deferred import called_back
from assistant.collect.code.follow.facts import NONE, access
from assistant.collect.code.follow.ledger import Earned
from assistant.collect.code.follow.queries import finished
from assistant.collect.code.follow.scope import either, on_way
from assistant.collect.code.values import Chain, Either, Listed, Promise, Value


if TYPE_CHECKING:
    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.run import Run


def settle(run: Run, value: Value, *, run_deferred: bool) -> Value:
    """What awaiting gives."""
    if isinstance(value, Promise):
        if value.guards:
            run.ledger.awaited.append(value.guards)
        if value.facts - run.facts:
            run.ledger.earned.append(Earned(value.facts, run.stack(), thrown=True))
        run.facts |= value.facts
        return settle(run, value.value, run_deferred=run_deferred)
    if isinstance(value, Either):
        return _each(run, value, run_deferred=run_deferred)
    if not isinstance(value, Chain):
        return value
    known = run.settled.get(id(value))
    if known is not None and known[0] is value:
        return known[1]
    result = finished(run, value)
    if result is None and run_deferred and not run.quiet:
        result = called_back(run, value)
    if result is not None:
        run.settled[id(value)] = (value, result)
    return value if result is None else result


def _each(run: Run, value: Either, *, run_deferred: bool) -> Value:
    """One of several values is awaited: a query runs knowing what was known on its way, and what only one of them found out stays with that one."""
    before, noted = run.facts, len(run.ledger.earned)
    parts: list[Value] = []
    known: list[Facts] = []
    for n, one in enumerate(value.values):
        own = value.facts[n] if isinstance(one, Chain) and n < len(value.facts) else NONE
        run.facts = before | own
        parts.append(settle(run, one, run_deferred=run_deferred))
        known.append(before | (run.facts - own))
    shared = frozenset.intersection(*known) if known else before
    if shared == before:
        del run.ledger.earned[noted:]
    run.facts = shared
    if value.facts:
        return Either(tuple(parts), tuple(on_way(value, n, known[n]) for n in range(len(value.facts))))
    if any(access(one - shared) for one in known):
        return Either(tuple(parts), tuple(known))
    return either(*parts)


def guards_within(value: Value) -> frozenset[tuple[object, ...]]:
    """Guards of the promises that a value is, or lists."""
    if isinstance(value, Promise):
        return value.guards | guards_within(value.value) if isinstance(value.value, Listed) else value.guards
    if isinstance(value, Listed):
        return frozenset().union(*(guards_within(one) for one in value.items))
    return frozenset()
