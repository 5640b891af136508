"""A promise that nobody awaits: ``requireOwner(id);`` in an async function refuses after the work is done, and stops nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.facts import access
from assistant.collect.code.values import Promise
from assistant.domain.code import Weakness


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run


class Before:
    """What was noted before a statement ran."""

    def __init__(self, run: Run) -> None:
        """As it stands."""
        self.guards = frozenset(run.ledger.guards)
        self.earned = len(run.ledger.earned)
        self.queries = len(run.ledger.queries)


def floating(run: Run, value: Promise, before: Before) -> None:
    """What the call found out is known to nobody after it; when it was made to check and nothing else, its guards are told as not awaited."""
    facts = run.facts
    earned = access(value.facts - facts)
    ledger = run.ledger
    if earned:
        del ledger.earned[before.earned :]
        if all(record.reads for record in ledger.queries[before.queries :]):
            _not_awaited(run, before)
    run.dropped(value.value)
    run.facts = facts


def _not_awaited(run: Run, before: Before) -> None:
    """Of the guards that the call passed, the outermost tell that it stops nobody; those below them are the same check."""
    ledger = run.ledger
    passed = [one for key, one in ledger.guards.items() if key not in before.guards and one.weakness is None]
    outermost = min((len(guard.chain) for guard in passed), default=0)
    for guard in passed:
        if len(guard.chain) == outermost:
            ledger.weaken(guard, Weakness.NOT_AWAITED)
        else:
            ledger.forget(guard)
