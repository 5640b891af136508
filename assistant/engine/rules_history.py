"""What each commit of a window did to the effective rules of the database: replays of it and of its first parent, compared.

Commits that touch no SQL cost nothing, equal SQL is replayed once, and a longer history goes on from a copy of the shorter one.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from assistant.collect.files import says_something
from assistant.domain.errors import StanchError
from assistant.explain.rules_change import compare_rules


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assistant.domain.deploys import Commit, Reason
    from assistant.engine.at_commit import Replays


def rules_reasons(
    replays: Replays,
    commits: Iterable[Commit],
    *,
    seconds: float = 60.0,
    on_progress: Callable[[str, int, int], None] = lambda _says, _done, _total: None,
) -> tuple[dict[str, tuple[Reason, ...]], tuple[str, ...]]:
    """By commit: what it let somebody do, heaviest first; and what could not be compared, one sentence each.

    Args:
        replays: of the repository.
        commits: of the window, newest first, with their changed files.
        seconds: what has not begun by then is left out.
        on_progress: told where it is; may raise to stop.
    """
    until = time.monotonic() + seconds
    found: dict[str, tuple[Reason, ...]] = {}
    left_out: list[str] = []
    touching = [one for one in commits if any(says_something(path) for path in one.files)]
    late = 0
    for number, commit in enumerate(reversed(touching)):  # oldest first: each replay goes on from the one before
        if time.monotonic() > until:
            late += 1
            continue
        on_progress("comparing the rules of commits", number, len(touching))
        try:
            key, _ = replays.read(commit.sha)
            parent = commit.parents[0] if commit.parents else ""
            if parent and replays.read(parent)[0] == key:
                continue
            before = replays.rules(parent) if parent else None
            after = replays.rules(commit.sha)
        except StanchError as error:
            left_out.append(f"the rules of {commit.sha[:12]} were not compared: {error.says}")
            continue
        if after is None:
            continue
        change = compare_rules(
            before.catalog if before is not None else None, after.catalog, after.replay, after.repository.sources
        )
        if change.widened:
            found[commit.sha] = change.widened
    if late:
        left_out.append(f"the rules of {late} commits were not compared: it took longer than {seconds:.0f} s")
    return found, tuple(left_out)
