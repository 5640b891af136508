"""The attack from end to end: clone, seed, try everything as everybody, judge, sort.

The replayed shadow stays clean; what was seeded and tried lives and dies in clones of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.attack.arena import open_arena, seedable
from assistant.attack.attempt import Attempt, Field, settled, simple
from assistant.attack.inserts import inserts
from assistant.attack.own_rows import moves, raises
from assistant.attack.reads import reads
from assistant.attack.triage import triaged
from assistant.attack.writes import writes
from assistant.domain.catalog import PlatformKind
from assistant.domain.matrix import Actor, Cell, Matrix, Verb, Verdict


if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from assistant.attack.session import Session
    from assistant.attack.trial import Outcome, Trial
    from assistant.domain.catalog import Catalog, Table
    from assistant.domain.names import Name
    from assistant.domain.ownership import OwnershipMap
    from assistant.shadow.database import Shadow

    Progress = Callable[[str, int, int], None]


def attack(
    shadow: Shadow,
    catalog: Catalog,
    ownership: OwnershipMap,
    *,
    workers: int = 2,
    on_progress: Progress | None = None,
    only: Collection[Name] | None = None,
) -> Matrix:
    """Seed a clone of the shadow and try, as each actor, what that actor must not be able to do.

    Args:
        shadow: the replayed database; it is cloned, never changed.
        catalog: what it holds.
        ownership: who owns what: the oracle.
        workers: connections, each on a clone of its own, that share the work.
        on_progress: called with what is being done, how many objects are done, and how many there are.
        only: objects to attack; everything is seeded nevertheless. None for all.

    Returns:
        Every cell, the ones that hold and the ones that could not be tested included; the same input gives the same bytes.

    Raises:
        ShadowError: the shadow is gone.
    """
    from assistant.attack.parallel import spread

    with open_arena(shadow, catalog, ownership) as (arena, field):
        cells = spread(arena, field, jobs(field, only), workers=workers, on_progress=on_progress)
    cells, questions = triaged(field, without_echoes(cells))
    return Matrix(
        cells=tuple(sorted(cells, key=lambda cell: cell.key)),
        seeding=field.seeded.summary(len(seedable(catalog))),
        questions=questions,
        confirmed=ownership.confirmed,
    )


def without_echoes(cells: Sequence[Cell]) -> list[Cell]:
    """Leave out the guest without any setting where it came to the same as the guest with an empty one."""
    plain = {cell.key: cell.verdict for cell in cells if cell.actor is Actor.GUEST}
    kept = []
    for cell in cells:
        variant = "/".join(part for part in cell.variant.split("/") if part != "fresh")
        same = plain.get((*cell.key[:4], variant))
        if "fresh" not in cell.variant.split("/") or same is None or same is not cell.verdict:
            kept.append(cell)
    return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The attack on one object, done by one worker."""

    name: str
    """The object."""
    attempts: Callable[[], Iterator[Attempt]]
    """What to try."""


def jobs(field: Field, only: Collection[Name] | None) -> list[Job]:
    """Everything there is to attack, in order."""
    tables = [table for table in field.catalog.own_tables() if only is None or table.name in only]
    return [Job(name=str(table.name), attempts=lambda table=table: table_attempts(field, table)) for table in tables]  # type: ignore[misc]  # a default argument binds the loop variable


def table_attempts(field: Field, table: Table) -> Iterator[Attempt]:
    """All cells of one table."""
    unreachable = unguarded(field, table)
    if unreachable is not None:
        verdict, reason = unreachable
        for caller in field.callers:
            if caller.actor not in {Actor.SERVICE, Actor.OWNER}:
                for verb in (Verb.SELECT, Verb.INSERT, Verb.UPDATE, Verb.DELETE):
                    yield settled(simple(str(table.name), "table", verb, caller, verdict, reason))
        return
    yield from reads(field, table)
    yield from inserts(field, table)
    yield from writes(field, table)
    yield from moves(field, table)
    yield from raises(field, table)


def unguarded(field: Field, table: Table) -> tuple[Verdict, str] | None:
    """Why an attack on this table would show nothing, or None when it would."""
    platform = field.catalog.platform
    if platform.kind is PlatformKind.PLAIN:
        if not any(one.policies or one.rls for one in field.catalog.own_tables()):
            return Verdict.UNKNOWN, "the application connects as the owner: the database does not guard this table"
        return None
    if platform.exposed_schemas and table.name.schema not in platform.exposed_schemas:
        return Verdict.HOLDS, "the API does not serve this schema"
    return None


def run_attempts(session: Session, attempts: Sequence[Attempt]) -> list[Cell]:
    """Send all trials in as few round trips as possible and judge them."""
    ordinary = [attempt for attempt in attempts if not attempt.fresh]
    fresh = [attempt for attempt in attempts if attempt.fresh]
    cells: list[Cell] = []
    if fresh:
        cells += _sent(session.run_fresh, fresh)
    cells += _sent(session.run, ordinary)
    return cells


def _sent(send: Callable[[Sequence[Trial]], list[tuple[Outcome, ...]]], attempts: Sequence[Attempt]) -> list[Cell]:
    outcomes = iter(send([trial for attempt in attempts for trial in attempt.trials]))
    return [attempt.judge([next(outcomes) for _ in attempt.trials]) for attempt in attempts]
