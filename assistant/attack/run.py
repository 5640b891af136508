"""The attack from end to end: clone, seed, try everything as everybody, judge, sort.

The replayed shadow stays clean; what was seeded and tried lives and dies in clones of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from assistant.attack.arena import open_arena, seedable
from assistant.attack.attempt import Attempt, Field, settled, simple
from assistant.attack.authority import dependants, two_steps
from assistant.attack.born_raised import born_raised
from assistant.attack.columns import column_attempts
from assistant.attack.consent import consented, suspects
from assistant.attack.forged import forged_attempts
from assistant.attack.functions import callable_functions, function_attempts
from assistant.attack.grants import grant_attempts, sequence_attempts
from assistant.attack.inserts import inserts
from assistant.attack.own_rows import moves, raises
from assistant.attack.partitions import partitions
from assistant.attack.reads import reads
from assistant.attack.realtime import realtime_attempts
from assistant.attack.session import Session
from assistant.attack.storage import OBJECTS, storage_attempts
from assistant.attack.triage import triaged
from assistant.attack.views import view_attempts
from assistant.attack.writes import writes
from assistant.domain.catalog import PlatformKind
from assistant.domain.matrix import Actor, Cell, Matrix, Verb, Verdict
from assistant.domain.names import Name


if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from assistant.attack.trial import Outcome, Trial
    from assistant.domain.catalog import Catalog, Table
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
        doubts = suspects(field, cells)
        if doubts:
            session = Session(arena, catalog.search_path)
            try:
                cells = consented(session, field, doubts, cells)
            finally:
                session.close()
    cells, questions = triaged(field, without_echoes(cells))
    return Matrix(
        cells=tuple(sorted(cells, key=lambda cell: cell.key)),
        seeding=field.seeded.summary([one.name for one in (*seedable(catalog), *partitions(catalog))]),
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
    """The attack on one object, done by one worker: attempts that can share a round trip, or steps that follow each other."""

    name: str
    """The object."""
    attempts: Callable[[], Iterable[Attempt]] = tuple
    """What to try."""
    steps: Callable[[Session], list[Cell]] | None = None
    """What to do one after the other, where the second depends on the first."""


def jobs(field: Field, only: Collection[Name] | None) -> list[Job]:
    """Everything there is to attack, in order."""
    catalog = field.catalog

    def wanted(name: Name) -> bool:
        return only is None or name in only

    found = [
        Job(name=str(table.name), attempts=partial(table_attempts, field, table))
        for table in catalog.own_tables()
        if wanted(table.name)
    ]
    if field.catalog.guards_nothing:
        return found
    exposed = catalog.platform.exposed_schemas
    found += [
        Job(name=str(view.name), attempts=partial(view_attempts, field, view))
        for view in catalog.views.values()
        if wanted(view.name) and (not exposed or view.name.schema in exposed)
    ]
    found += [
        Job(name=str(function.name), attempts=partial(function_attempts, field, function))
        for function in callable_functions(field)
        if wanted(function.name)
    ]
    if OBJECTS in catalog.tables:
        found += [
            Job(name=bucket.id, attempts=partial(storage_attempts, field, bucket))
            for bucket in catalog.buckets
            if wanted(OBJECTS) or wanted(Name("storage", bucket.id))
        ]
    found += [
        Job(name=str(one.name), attempts=partial(sequence_attempts, field, one))
        for one in catalog.sequences
        if wanted(one.name)
    ]
    for name, trusting in dependants(field).items():
        targets = [one for one in trusting if wanted(one) and unguarded(field, catalog.tables[one]) is None]
        if targets:
            job = partial(two_steps, field=field, authority=catalog.tables[name], trusting=targets)
            found.append(Job(name=f"two steps through {name}", steps=job))
    return found


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
    yield from born_raised(field, table)
    yield from column_attempts(field, table)
    yield from forged_attempts(field, table)
    yield from realtime_attempts(field, table)
    yield from grant_attempts(field, table)


def unguarded(field: Field, table: Table) -> tuple[Verdict, str] | None:
    """Why an attack on this table would show nothing, or None when it would."""
    platform = field.catalog.platform
    if platform.kind is PlatformKind.PLAIN:
        if field.catalog.guards_nothing:
            return Verdict.UNKNOWN, "the application connects as the owner: the database does not guard this table"
        return None
    if table.kind == "foreign":
        return (
            Verdict.UNKNOWN,
            "a foreign table: the shadow has no server behind it, and row-level security does not exist on it",
        )
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
