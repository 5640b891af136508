"""Since when: the commit that opened a leak, from two revisions to the line of the migration that did it.

The database is replayed and attacked, the code is followed; nothing is written in the repository.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from assistant.collect.deploys.revisions import commit_at, resolve, stretch
from assistant.domain.errors import UsageError
from assistant.engine.at_commit import replays
from assistant.engine.bisect import Verdict, bisect
from assistant.engine.code_at import CodeOf, InCode
from assistant.engine.leak_at import (
    Leak,
    is_fingerprint,
    key_of,
    leak_of,
    same_cause,
    succeeded,
)
from assistant.engine.leak_hunt import Hunt
from assistant.engine.leaks import place_of, places, worst_first


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.collect.deploys.revisions import Stretch
    from assistant.collect.git import Git
    from assistant.domain.code import CodeMap
    from assistant.domain.deploys import Commit
    from assistant.domain.facts import Place
    from assistant.domain.findings import Finding
    from assistant.domain.matrix import Cell
    from assistant.engine.at_commit import Proven, Replays
    from assistant.engine.bisect import Look
    from assistant.engine.options import Options

    OnProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The commit that opened a leak, and how it was found."""

    leak: Leak
    """What was looked for."""
    verdict: Verdict
    """What the search came to."""
    since: str
    """When the attack succeeded before already, for another reason: since which commit; empty otherwise."""
    cause: str
    """When the reason why it succeeds at the bad commit came later: with which commit; empty otherwise."""
    commit: Commit
    """The culprit."""
    place: Place | None
    """The line that set what leaks, at that commit; None when no file of the repository did."""
    cell: Cell | None
    """The attack that succeeds there for the first time, with its witness; None for a finding that no attack shows."""
    bad: str
    """Full hash of the commit at which the leak was shown first."""
    notes: tuple[str, ...]
    """What a reader should know, one sentence each."""
    remembered: int = 0
    """Schemas whose answer was known from an earlier run."""
    seconds: float = 0.0
    """Wall time."""


def find_opening(
    git: Git,
    good: str | None,
    bad: str,
    asked: str | None,
    options: Options,
    on_progress: OnProgress,
    *,
    below: str = "",
    on_look: Callable[[Look], None] = lambda _look: None,
) -> Opening:
    """Find the commit between two revisions at which a leak first succeeds, or a finding about code first appears.

    Args:
        git: at the top of the repository.
        good: a revision without the leak; None to begin with the history.
        bad: a revision with it.
        asked: which leak (see ``leak_at.leak_of``); None for the worst.
        options: where it is rehearsed.
        on_progress: told what is done, and how many commits of about how many are tested; may raise to stop.
        below: in a monorepo, the folder whose migrations count, ending with a slash.
        on_look: told before each commit where the search is.

    Raises:
        UsageError: a revision or the leak is not there, or the two revisions do not fit; with a remedy.
        UnreachableError: a commit is not in this clone.
        ShadowError: no rehearsal server can be had.
    """
    bad_sha = resolve(git, bad)
    searched = stretch(git, resolve(git, good) if good else "", bad_sha)
    began = time.monotonic()
    code = CodeOf(git, bad_sha, on_progress, workers=options.workers)
    with replays(git, options, on_progress, code.hints, below) as opened:
        on_progress("reading the bad commit", 0, 0)
        at_bad = opened.proven(bad_sha)
        if asked is not None and is_fingerprint(asked) and not _is_of_database(at_bad, asked):
            question = InCode(code, asked, _judges(git, at_bad))
            found = _in_code(git, searched, question, on_progress, on_look)
        elif at_bad is not None:
            found = _in_database(git, searched, opened, at_bad, leak_of(at_bad, asked), on_progress, on_look)
        else:
            raise UsageError(f"there is no schema at {bad_sha[:12]}.", "Give a --bad that has migrations.")
    return replace(found, seconds=time.monotonic() - began)


def _in_database(
    git: Git,
    searched: Stretch,
    opened: Replays,
    at_bad: Proven,
    leak: Leak,
    on_progress: OnProgress,
    on_look: Callable[[Look], None],
) -> Opening:
    """The opening of a leak of the database: the first commit at which the attack succeeds."""
    opened.yardstick = at_bad.rules.ownership
    hunt = Hunt(git, opened, leak, on_progress)
    hunt.on_look = on_look
    verdict, since, cause = hunt.over(searched)
    on_progress("looking at the culprit", 0, 0)
    cell, place = _shown(opened, verdict, leak)
    hunt.forget()
    return Opening(
        leak=leak,
        verdict=verdict,
        since=since,
        cause=cause,
        commit=commit_at(git, verdict.commit),
        place=place,
        cell=cell,
        bad=searched.line[-1],
        notes=searched.notes,
        remembered=hunt.remembered,
    )


def _is_of_database(at_bad: Proven | None, asked: str) -> bool:
    return at_bad is not None and any(one.fingerprint == asked for one in at_bad.findings)


def _judges(git: Git, at_bad: Proven | None) -> Iterator[Callable[[CodeMap], tuple[Finding, ...]]]:
    """The rules about code as a scan applies them, joined with what the database of the bad commit showed; then without it."""
    from assistant.detect.code.run import detect_code
    from assistant.engine.decisions import load_decisions

    decisions = load_decisions(git.folder)
    if at_bad is not None:
        yield partial(
            detect_code,
            catalog=at_bad.rules.catalog,
            ownership=at_bad.rules.ownership,
            matrix=at_bad.matrix,
            decisions=decisions,
        )
    yield partial(detect_code, decisions=decisions)


def _in_code(
    git: Git, searched: Stretch, question: InCode, on_progress: OnProgress, on_look: Callable[[Look], None]
) -> Opening:
    """The opening of a finding about code: the first commit at which the code map has it."""
    finding = question.finding
    verdict = bisect(
        git,
        searched,
        question,
        on_step=lambda done, expected: on_progress(f"tested {done} of about {expected} commits", 0, 0),
        on_look=on_look,
    )
    return Opening(
        leak=Leak(id=finding.fingerprint, says=finding.title, finding=finding, by_finding=True),
        verdict=verdict,
        since="",
        cause="",
        commit=commit_at(git, verdict.commit),
        place=question.place(verdict.commit),
        cell=None,
        bad=searched.line[-1],
        notes=searched.notes,
    )


def _shown(opened: Replays, verdict: Verdict, leak: Leak) -> tuple[Cell | None, Place | None]:
    """The attack that succeeds at the culprit, and the line that its finding blames."""
    proven = opened.proven(verdict.commit, leak.objects)
    if proven is None:
        return None, None
    cells = worst_first(cell for cell in proven.matrix.cells if key_of(cell) in leak.keys and succeeded(cell))
    blamed = next((one.where for one in proven.findings if same_cause(one, leak.finding) and one.where), None)
    if not cells:
        return None, blamed
    return cells[0], blamed or place_of(cells[0], proven.rules.replay, places(proven.findings))
