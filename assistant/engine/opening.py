"""Since when: the commit that opened a leak, from two revisions to the line of the migration that did it.

What was tested is kept in the user's cache, so that a bisect that was stopped goes on where it was; nothing is written in the repository.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant import __version__
from assistant.collect.deploys.revisions import commit_at, resolve, stretch
from assistant.domain.errors import UsageError
from assistant.engine.at_commit import replays
from assistant.engine.bisect import AlreadyThereError, Answer, Presence, Verdict, bisect
from assistant.engine.leak_at import InDatabase, key_of, leak_of, same_cause, succeeded
from assistant.engine.leaks import place_of, places, worst_first
from assistant.store.kept import forget, keep, recall


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from assistant.collect.deploys.revisions import Stretch
    from assistant.collect.git import Git
    from assistant.domain.deploys import Commit
    from assistant.domain.facts import Place
    from assistant.domain.matrix import Cell
    from assistant.domain.ownership import CodeHints
    from assistant.engine.at_commit import Replays
    from assistant.engine.bisect import Look
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
    on_look: Callable[[Look], None] = lambda _look: None,
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
        on_look: told before each commit where the search is.

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
        opened.yardstick = at_bad.rules.ownership
        hunt = _Hunt(git, opened, leak, on_progress)
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
        bad=bad_sha,
        notes=searched.notes,
        remembered=hunt.remembered,
        seconds=time.monotonic() - began,
    )


class _Hunt:
    """One leak over one stretch: first since when the attack succeeds, then since when for the reason it has at the end."""

    def __init__(self, git: Git, opened: Replays, leak: Leak, on_progress: OnProgress) -> None:
        self._git, self._opened, self._leak, self._on_progress = git, opened, leak, on_progress
        self._names: list[str] = []
        self.remembered = 0
        self._tested = 0
        self.on_look: Callable[[Look], None] = lambda _look: None

    def over(self, searched: Stretch) -> tuple[Verdict, str, str]:
        """The opening; since when it was open for another reason before; which commit gave it the reason it has now."""
        attack = self._question(by_cause=False)
        try:
            first = self._bisect(searched, attack)
        except AlreadyThereError:
            # open for another reason then; the reason of now may have come since
            later = self._by_cause(searched) if self._leak.keys and not self._has_cause(searched.base) else None
            if later is None or (attack.ask(later.before).presence is Presence.PRESENT and not self._leak.by_finding):
                raise
            still_open = attack.ask(later.before).presence is Presence.PRESENT
            return later, searched.base if still_open else "", ""
        if not self._leak.keys or self._has_cause(first.commit):
            return first, "", ""
        culprit = first.merge or first.commit
        if culprit == searched.line[-1]:
            return first, "", ""
        later = self._by_cause(stretch(self._git, culprit, searched.line[-1]))
        if later is None:
            return first, "", ""
        later = replace(later, tested=later.tested + first.tested, skipped=(*first.skipped, *later.skipped))
        if attack.ask(later.before).presence is Presence.ABSENT:
            return later, "", ""  # it had been closed in between
        return (later, first.commit, "") if self._leak.by_finding else (first, "", later.commit)

    def _by_cause(self, searched: Stretch) -> Verdict | None:
        """Since when the rule is broken that is broken at the end; None when that cannot be told."""
        try:
            return self._bisect(searched, self._question(by_cause=True)) if self._leak.finding is not None else None
        except UsageError:  # the same in all that followed, or nothing followed
            return None

    def forget(self) -> None:
        """The answers are not needed any more."""
        for name in self._names:
            forget(name)

    def _has_cause(self, commit: str) -> bool:
        proven = self._opened.proven(commit, self._leak.objects)
        return proven is not None and any(same_cause(one, self._leak.finding) for one in proven.findings)

    def _bisect(self, searched: Stretch, question: InDatabase) -> Verdict:
        def step(done: int, expected: int) -> None:
            self._on_progress(f"tested {done} of about {expected} commits", 0, 0)

        return bisect(self._git, searched, question, on_step=step, on_look=self.on_look)

    def _question(self, *, by_cause: bool) -> InDatabase:
        finding = self._leak.finding.fingerprint if self._leak.finding is not None else ""
        about = repr((__version__, sorted(self._leak.keys), finding, by_cause, self._opened.yardstick))
        name = "bisect-" + hashlib.sha256(about.encode()).hexdigest()[:24]
        question = InDatabase(self._opened, self._leak, _answers(recall(name)), by_cause=by_cause)
        question.on_answer = lambda: _keep(name, question.remembered)
        self._names.append(name)
        self.remembered += len(question.remembered)
        return question


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


def _answers(kept: Mapping[str, object]) -> dict[str, Answer]:
    """Answers of an earlier run; what does not read as one is left out."""
    found: dict[str, Answer] = {}
    for key, value in kept.items():
        if isinstance(value, list) and len(value) == 3 and value[0] in set(Presence) and isinstance(value[2], list):  # noqa: PLR2004 - as written below
            found[key] = Answer(presence=Presence(value[0]), why=str(value[1]), failures=frozenset(map(str, value[2])))
    return found


def _keep(name: str, answers: Mapping[str, Answer]) -> None:
    keep(name, {key: [one.presence.value, one.why, sorted(one.failures)] for key, one in answers.items()})
