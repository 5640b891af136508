"""Shares the work between connections, each on a clone of its own, so that no lock of one is seen by another.

Which worker does what depends on the order of the jobs alone: two runs put the same object on the same clone.
"""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Final

from assistant.attack.session import Session


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.attack.attempt import Field
    from assistant.attack.run import Job
    from assistant.domain.matrix import Cell
    from assistant.shadow.database import Shadow

WORTH_A_CLONE: Final = 60
"""Jobs below which a second clone costs more than it saves."""

_CHUNK: Final = 40


def spread(
    arena: Shadow,
    field: Field,
    jobs: Sequence[Job],
    *,
    workers: int,
    on_progress: Callable[[str, int, int], None] | None = None,
) -> list[Cell]:
    """The cells of all jobs, in no particular order."""
    count = max(1, min(workers, len(jobs) // WORTH_A_CLONE + 1))
    done, lock = 0, Lock()

    def tell(names: Sequence[str]) -> None:
        nonlocal done
        with lock:
            done += len(names)
            if on_progress is not None and names:
                on_progress(f"attacked {names[-1]}", done, len(jobs))

    with contextlib.ExitStack() as stack:
        databases = [arena, *(stack.enter_context(arena.clone()) for _ in range(count - 1))]
        shares = [jobs[index::count] for index in range(count)]
        if count == 1:
            return _work(arena, field, shares[0], tell)
        with ThreadPoolExecutor(max_workers=count, thread_name_prefix="attack") as pool:
            parts = [
                pool.submit(_work, database, field, share, tell)
                for database, share in zip(databases, shares, strict=True)
            ]
            return [cell for part in parts for cell in part.result()]


def _work(database: Shadow, field: Field, jobs: Sequence[Job], tell: Callable[[Sequence[str]], None]) -> list[Cell]:
    from assistant.attack.run import run_attempts

    session = Session(database, field.catalog.search_path)
    cells: list[Cell] = []
    try:
        for start in range(0, len(jobs), _CHUNK):
            chunk = jobs[start : start + _CHUNK]
            attempts = [attempt for job in chunk for attempt in job.attempts()]
            cells += run_attempts(session, attempts)
            for job in chunk:
                if job.steps is not None:
                    cells += job.steps(session)
            tell([job.name for job in chunk])
    finally:
        session.close()
    return cells
