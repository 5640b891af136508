"""What is about to be tried on one object by one actor, and how its outcome becomes a cell of the matrix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.attack.trial import Outcome, Trial
from assistant.domain.matrix import Actor, Cell, Verb, Verdict


if TYPE_CHECKING:
    from assistant.attack.actors import Caller
    from assistant.attack.evidence import Canaries
    from assistant.attack.graph import Graph
    from assistant.attack.privileges import Privileges
    from assistant.attack.seed import Seeded
    from assistant.domain.catalog import Catalog
    from assistant.domain.names import Name

Judging = Callable[[Sequence[tuple[Outcome, ...]]], Cell]
"""From the outcomes of an attempt's trials to its cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Trials of one cell; several are alternative ways to the same end."""

    trials: tuple[Trial, ...]
    """What the server is asked to do."""
    judge: Judging
    """What it means."""
    fresh: bool = False
    """True when it needs a connection on which nothing was ever set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Everything an attack needs to know about where it takes place."""

    catalog: Catalog
    """The database."""
    graph: Graph
    """Keys and owners."""
    seeded: Seeded
    """Rows that exist."""
    privileges: Privileges
    """Grants as the server sees them."""
    callers: tuple[Caller, ...]
    """Everybody, guest first."""
    guest_fresh: Caller
    """The guest on a connection without any setting."""
    canaries: Canaries
    """What stands in the victim's rows."""
    claim_paths: tuple[tuple[str, ...], ...] = ()
    """Claims that policies and functions read."""
    bases: dict[tuple[str, str, str, str, str], tuple[Name, ...]] = field(default_factory=dict)
    """For leaking cells of views and functions: the tables whose rows they showed or changed."""
    changes: set[tuple[str, str, str, str, str]] = field(default_factory=set)
    """Leaking cells of functions that changed something."""

    def caller(self, actor: Actor) -> Caller:
        """The caller of that actor.

        Raises:
            KeyError: the platform has no such role.
        """
        for caller in self.callers:
            if caller.actor is actor:
                return caller
        raise KeyError(actor)


def settled(cell: Cell) -> Attempt:
    """A cell whose verdict is known without asking the server."""
    return Attempt(trials=(), judge=lambda _: cell)


def simple(name: str, kind: str, verb: Verb, caller: Caller, verdict: Verdict, reason: str, variant: str = "") -> Cell:
    """A cell that is not a leak."""
    joined = "/".join(part for part in (variant, caller.variant) if part)
    return Cell(object=name, kind=kind, verb=verb, actor=caller.actor, variant=joined, verdict=verdict, reason=reason)
