"""Since when: the commit that opened a leak, from two revisions to the line of the migration that did it.

What was tested is kept in the user's cache, so that a bisect that was stopped goes on where it was; nothing is written in the repository.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant import __version__
from assistant.collect.deploys.revisions import commit_at, resolve, stretch
from assistant.domain.errors import UsageError
from assistant.engine.at_commit import replays
from assistant.engine.bisect import Answer, Presence, Verdict, bisect
from assistant.engine.leak_at import InDatabase, key_of, leak_of, succeeded
from assistant.engine.leaks import place_of, places, worst_first
from assistant.store.kept import forget, keep, recall


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from assistant.collect.git import Git
    from assistant.domain.deploys import Commit
    from assistant.domain.facts import Place
    from assistant.domain.matrix import Cell
    from assistant.domain.ownership import CodeHints
    from assistant.engine.at_commit import Proven, Replays
    from assistant.engine.leak_at import Leak
    from assistant.engine.options import Options

    OnProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The commit that opened a leak, and how it was found."""

    leak: Leak
    """What was looked for."""
    verdict: Verdict
    """What the search came to."""
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
    remembered: int
    """Schemas whose answer was known from an earlier run."""
    seconds: float
    """Wall time."""


def find_opening(
    git: Git,
    good: str | None,
    bad: str,
    asked: str | None,
    options: Options,
    on_progress: OnProgress,
    *,
    hints: Callable[[], CodeHints] | None = None,
    below: str = "",
) -> Opening:
    """Find the commit between two revisions at which a leak of the database first succeeds.

    Args:
        git: at the top of the repository.
        good: a revision without the leak; None to begin with the history.
        bad: a revision with it.
        asked: which leak (see ``leak_at.leak_of``); None for the worst.
        options: where it is rehearsed.
        on_progress: told what is done, and how many commits of about how many are tested; may raise to stop.
        hints: brings the owner columns that the code of today names.
        below: in a monorepo, the folder whose migrations count, ending with a slash.

    Raises:
        UsageError: a revision or the leak is not there, or the two revisions do not fit; with a remedy.
        UnreachableError: a commit is not in this clone.
        ShadowError: no rehearsal server can be had.
    """
    began = time.monotonic()
    bad_sha = resolve(git, bad)
    searched = stretch(git, resolve(git, good) if good else "", bad_sha)
    with replays(git, options, on_progress, hints, below) as opened:
        on_progress("reading the bad commit", 0, 0)
        at_bad = opened.proven(bad_sha)
        if at_bad is None:
            raise UsageError(f"there is no schema at {bad_sha[:12]}.", "Give a --bad that has migrations.")
        leak = leak_of(at_bad, asked)
        name = (
            "bisect-"
            + hashlib.sha256(repr((__version__, sorted(leak.keys), leak.fingerprint)).encode()).hexdigest()[:24]
        )
        question = InDatabase(opened, leak, _answers(recall(name)))
        remembered = len(question.remembered)
        question.on_answer = lambda: _keep(name, question.remembered)
        verdict = bisect(
            git,
            searched,
            question,
            on_step=lambda done, expected: on_progress(f"tested {done} of about {expected} commits", 0, 0),
        )
        on_progress("looking at the culprit", 0, 0)
        cell, place = _shown(opened, verdict, leak)
        forget(name)
    return Opening(
        leak=leak,
        verdict=verdict,
        commit=commit_at(git, verdict.commit),
        place=place,
        cell=cell,
        bad=bad_sha,
        notes=searched.notes,
        remembered=remembered,
        seconds=time.monotonic() - began,
    )


def _shown(opened: Replays, verdict: Verdict, leak: Leak) -> tuple[Cell | None, Place | None]:
    """The attack that succeeds at the culprit, and the line that its finding blames."""
    proven = opened.proven(verdict.commit)
    if proven is None:
        return None, None
    if not leak.keys:
        return None, next((one.where for one in proven.findings if one.fingerprint == leak.fingerprint), None)
    cells = [cell for cell in proven.matrix.cells if key_of(cell) in leak.keys and succeeded(cell)]
    cell = worst_first(cells)[0] if cells else None
    return cell, None if cell is None else _line(proven, cell, leak)


def _line(proven: Proven, cell: Cell, leak: Leak) -> Place | None:
    own = next((one.where for one in proven.findings if one.fingerprint == leak.fingerprint and one.where), None)
    return own or place_of(cell, proven.rules.replay, places(proven.findings))


def _answers(kept: Mapping[str, object]) -> dict[str, Answer]:
    """Answers of an earlier run; what does not read as one is left out."""
    found: dict[str, Answer] = {}
    for key, value in kept.items():
        if isinstance(value, list) and len(value) == 3 and value[0] in set(Presence) and isinstance(value[2], list):  # noqa: PLR2004 - as written below
            found[key] = Answer(presence=Presence(value[0]), why=str(value[1]), failures=frozenset(map(str, value[2])))
    return found


def _keep(name: str, answers: Mapping[str, Answer]) -> None:
    keep(name, {key: [one.presence.value, one.why, sorted(one.failures)] for key, one in answers.items()})
