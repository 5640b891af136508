"""What actors can do at one revision that they could not at another: the difference of two matrices, not of two texts.

Both schemas are replayed and attacked with the owners of the newer one as the measure. What an attack reaches only because the object is new
is told apart from what was closed before.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.attack.compare import compare
from assistant.collect.deploys.revisions import commit_at, resolve
from assistant.domain.errors import UsageError
from assistant.domain.matrix import Matrix, Seeding, Verdict
from assistant.engine.at_commit import replays
from assistant.engine.code_at import CodeOf
from assistant.engine.leak_at import key_of, succeeded
from assistant.engine.leaks import place_of, places, worst_first
from assistant.explain.rules_change import RulesChange, compare_rules


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.collect.git import Git
    from assistant.domain.catalog import Catalog
    from assistant.domain.deploys import Commit
    from assistant.domain.facts import Place
    from assistant.domain.matrix import Cell
    from assistant.engine.at_commit import Proven
    from assistant.engine.options import Options

    OnProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gained:
    """Something that can be done at the newer revision alone."""

    cell: Cell
    """The attack that succeeds, with its steps and its witness."""
    place: Place | None
    """The line of a migration that is responsible."""
    new_object: bool
    """What is reached did not exist before."""
    asked: bool
    """It may be meant: stanch would ask instead of calling it a leak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """The difference."""

    older: Commit
    """Where it starts."""
    newer: Commit
    """Where it ends."""
    gained: tuple[Gained, ...]
    """Worst first."""
    lost: tuple[Cell, ...]
    """Attacks that succeeded before and do not any more, worst first."""
    locked_out: tuple[Cell, ...]
    """What owners could do with their own rows and cannot any more."""
    rules: RulesChange
    """The rules that changed, with their lines."""
    untested: tuple[str, ...]
    """What could not be compared, one sentence each."""
    seconds: float
    """Wall time."""


def behaviour(
    git: Git,
    spec: str,
    options: Options,
    on_progress: OnProgress,
    *,
    below: str = "",
) -> Behaviour:
    """What became possible between two revisions, and what is possible no longer.

    Args:
        git: at the top of the repository.
        spec: ``A..B``, any two revisions; an empty side is HEAD.
        options: where it is rehearsed.
        on_progress: told where it is; may raise to stop.
        below: in a monorepo, the folder whose migrations count, ending with a slash.

    Raises:
        UsageError: the spec names no two revisions, or the newer one has no schema.
        UnreachableError: a commit is not in this clone.
        ShadowError: no rehearsal server can be had.
    """
    began = time.monotonic()
    first, dots, second = spec.partition("..")
    if not dots:
        raise UsageError(f"{spec!r} names no two revisions.", "Write it as --diff OLDER..NEWER.")
    older, newer = (resolve(git, side.strip(".") or "HEAD") for side in (first, second))
    hints = CodeOf(git, newer, on_progress, workers=options.workers).hints
    with replays(git, options, on_progress, hints, below) as opened:
        on_progress("attacking the newer revision", 0, 0)
        after = opened.proven(newer)
        if after is None:
            raise UsageError(f"there is no schema at {newer[:12]}.", "Give a newer revision that has migrations.")
        opened.yardstick = after.rules.ownership
        on_progress("attacking the older revision", 0, 0)
        before = opened.proven(older)
    then = before.matrix if before is not None else Matrix(cells=(), seeding=Seeding(tables=0, seeded=0))
    could = {key_of(cell) for cell in then.cells if succeeded(cell)}
    can = {key_of(cell) for cell in after.matrix.cells if succeeded(cell)}
    new = worst_first(cell for cell in after.matrix.cells if succeeded(cell) and key_of(cell) not in could)
    lost = worst_first(cell for cell in then.cells if succeeded(cell) and key_of(cell) not in can)
    catalog = before.rules.catalog if before is not None else None
    rules = after.rules
    return Behaviour(
        older=commit_at(git, older),
        newer=commit_at(git, newer),
        gained=_gained(new, after, catalog),
        lost=lost,
        locked_out=compare(then, after.matrix).locked_out,
        rules=compare_rules(catalog, rules.catalog, rules.replay, rules.repository.sources),
        untested=tuple(_untested(before, after)),
        seconds=time.monotonic() - began,
    )


def _gained(cells: Sequence[Cell], after: Proven, older: Catalog | None) -> tuple[Gained, ...]:
    blamed = places(after.findings)
    return tuple(
        Gained(
            cell=cell,
            place=place_of(cell, after.rules.replay, blamed),
            new_object=not _was_there(cell, older),
            asked=cell.verdict is not Verdict.LEAKS,
        )
        for cell in cells
    )


def _was_there(cell: Cell, older: Catalog | None) -> bool:
    if older is None:
        return False
    if cell.kind == "bucket":
        return cell.variant.partition("/")[0] in {bucket.id for bucket in older.buckets}
    name = cell.object.partition("(")[0]
    known = {str(one).partition("(")[0] for one in (*older.tables, *older.views, *older.functions)}
    return name in known or name.rpartition(".")[0] in known


def _untested(before: Proven | None, after: Proven) -> list[str]:
    """What is missing from the comparison."""
    said = [] if before is not None else ["The older revision has no schema: all that is possible is new."]
    for proven, which in ((before, "older"), (after, "newer")):
        if proven is not None and (left := proven.rules.replay.skipped):
            said.append(
                f"{len(left)} of the {which} revision's statements were refused, the first in {left[0].file}:{left[0].line}."
            )
    return said
