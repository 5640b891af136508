"""Finds the commit that opened a leak: halves a stretch of history, asking at each step whether the leak is there.

The question is put by whoever knows how (a replay and an attack, or the code map); here is only the search. It walks the first-parent line,
tests only commits that touch what the question reads, passes over what cannot be tested as git bisect does, and when the culprit is a merge
goes on among the commits that it carried. Nothing of the repository is written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from assistant.collect.deploys.revisions import side_line, touching
from assistant.domain.errors import UsageError


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.collect.deploys.revisions import Stretch
    from assistant.collect.git import Git


class Presence(StrEnum):
    """Whether a leak is there."""

    PRESENT = "present"
    ABSENT = "absent"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of asking at one commit."""

    presence: Presence
    """Whether the leak is there."""
    why: str = ""
    """Why it could not be tested; empty when it was."""
    failures: frozenset[str] = frozenset()
    """Statements that failed, as far as they are told apart: one that fails here and at neither end makes an absence doubtful."""


class Question(Protocol):
    """Asks whether one leak is there."""

    def counts(self, path: str) -> bool:
        """Whether a change of that file may change the answer."""

    def ask(self, commit: str) -> Answer:
        """The answer at a commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A commit that could not be tested."""

    commit: str
    """Full hash."""
    why: str
    """One sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The end of a search."""

    commit: str
    """The first commit at which the leak was shown."""
    before: str
    """The last tested commit without it; empty when it was there from the beginning of the history."""
    merge: str = ""
    """The merge that brought ``commit`` to the line that was searched; empty when it lies on it."""
    also: tuple[str, ...] = ()
    """Commits right before ``commit`` that could not be tested, or were not after many that could not: each may be the one, oldest first."""
    tested: int = 0
    """Commits at which the question was put, both ends and the skipped ones included."""
    skipped: tuple[Skipped, ...] = ()
    """Commits that could not be tested, in the order in which they were tried."""


MOST_MISSED = 24
"""Commits in a row, spread over what is left, that could not be tested: then all that is left is named as possible."""


class AlreadyThereError(UsageError):
    """The leak is there at the good end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Where a search is."""

    commit: str
    """Full hash of the commit that is asked about now."""
    tested: int
    """Commits that were asked about."""
    expected: int
    """About how many it will be."""
    skipped: tuple[Skipped, ...]
    """Those that could not be tested so far."""


@dataclass(slots=True)
class _Search:
    """One search under way."""

    git: Git
    question: Question
    on_step: Callable[[int, int], None]
    answers: dict[str, Answer] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    expected: int = 0
    on_look: Callable[[Look], None] = lambda _look: None
    asked: int = 0

    def ask(self, commit: str) -> Answer:
        if commit not in self.answers:
            tested, expected = self.asked, max(self.expected, self.asked + 1)
            self.on_step(tested, expected)
            skipped = tuple(Skipped(commit=one, why=why) for one, why in self.skipped.items())
            self.on_look(Look(commit=commit, tested=tested, expected=expected, skipped=skipped))
            self.answers[commit] = self.question.ask(commit)
            self.asked += 1
        return self.answers[commit]

    def first(self, commits: Sequence[str], before: str) -> tuple[int, int]:
        """Indices of the first commit with the leak and of the last one without; -1 for ``before``. The last of ``commits`` has the leak."""
        low, high = -1, len(commits) - 1
        untested: set[int] = set()
        missed = 0
        self.expected = self.asked + max(1, (high - low - 1).bit_length())
        while missed < MOST_MISSED and (free := [index for index in range(low + 1, high) if index not in untested]):
            aim = low + (high - low) * _fraction(missed)
            index = min(free, key=lambda one: (abs(one - aim), one))
            answer = self._certain(commits[index], commits[low] if low >= 0 else before, commits[high])
            if answer.presence is Presence.UNTESTED:
                untested.add(index)
                missed += 1
                self.skipped[commits[index]] = answer.why
                continue
            missed = 0
            if answer.presence is Presence.PRESENT:
                high = index
            else:
                low = index
        return high, low

    def _certain(self, commit: str, low: str, high: str) -> Answer:
        """The answer, an absence doubted when a statement failed that fails at neither neighbour."""
        answer = self.ask(commit)
        if answer.presence is not Presence.ABSENT:
            return answer
        known = [self.answers[one].failures for one in (low, high) if one in self.answers]
        new = answer.failures.difference(*known)
        if not new:
            return answer
        return Answer(
            presence=Presence.UNTESTED, why=f"a statement fails that does not fail before and after: {min(new)}"
        )


def bisect(
    git: Git,
    stretch: Stretch,
    question: Question,
    *,
    on_step: Callable[[int, int], None] = lambda _done, _expected: None,
    on_look: Callable[[Look], None] = lambda _look: None,
) -> Verdict:
    """The commit of a stretch that opened the leak.

    Args:
        git: the repository.
        stretch: what is searched; its last commit is the bad one.
        question: asks at one commit.
        on_step: told how many commits were tested, and about how many it will be; may raise to stop.
        on_look: told before each commit where the search is; may raise to stop.

    Raises:
        AlreadyThereError: the leak is there before the beginning.
        UsageError: the leak is not there at the end, or nothing that decides about it changed.
    """
    search = _Search(git, question, on_step, on_look=on_look)
    bad = stretch.line[-1]
    commits = touching(git, stretch, question.counts)
    search.expected = 2 + len(commits).bit_length()
    at_end = search.ask(bad)
    if at_end.presence is not Presence.PRESENT:
        because = f": {at_end.why}" if at_end.why else ""
        raise UsageError(
            f"the leak is not there at {bad[:12]}{because}.", "`stanch scan` and `stanch prove` list what leaks."
        )
    if stretch.base and search.ask(stretch.base).presence is Presence.PRESENT:
        raise AlreadyThereError(
            f"the leak is there already at {stretch.base[:12]}.",
            "Give an older commit as --good, or leave --good out to begin with the history.",
        )
    if not commits:  # nothing it reads has changed, so both ends say the same
        raise UsageError(
            f"nothing that decides about this leak changed between {stretch.base[:12]} and {bad[:12]}.",
            "Give an older commit as --good, or leave --good out to begin with the history.",
        )
    search.answers.setdefault(commits[-1], at_end)  # after it, nothing changed
    high, low = search.first(commits, stretch.base)
    culprit, before = commits[high], commits[low] if low >= 0 else stretch.base
    inner = _inside(search, culprit)
    return Verdict(
        commit=inner[0] if inner else culprit,
        before=inner[1] if inner else before,
        merge=culprit if inner else "",
        also=() if inner else tuple(commits[low + 1 : high]),
        tested=search.asked,
        skipped=tuple(Skipped(commit=one, why=why) for one, why in search.skipped.items()),
    )


def _inside(search: _Search, merge: str) -> tuple[str, str] | None:
    """The commit that a merge carried and the last one before it, when the leak came from a side and not from merging."""
    parents = search.git.line(["rev-list", "--parents", "-1", merge, "--"]).split()[1:]
    for number in range(2, len(parents) + 1):
        side = side_line(search.git, merge, number)
        commits = touching(search.git, side, search.question.counts)
        if not commits or search.ask(parents[number - 1]).presence is not Presence.PRESENT:
            continue
        if side.base and search.ask(side.base).presence is Presence.PRESENT:
            continue
        search.answers.setdefault(commits[-1], search.answers[parents[number - 1]])
        high, low = search.first(commits, side.base)
        deeper = _inside(search, commits[high])
        return deeper or (commits[high], commits[low] if low >= 0 else side.base)
    return None


def _fraction(missed: int) -> float:
    """A half; after misses a quarter, three quarters, an eighth …: what cannot be tested often lies together."""
    number, value, step = missed + 1, 0.0, 0.5
    while number:
        value += step * (number & 1)
        number >>= 1
        step /= 2
    return value


__all__ = ["AlreadyThereError", "Answer", "Look", "Presence", "Question", "Skipped", "Verdict", "bisect"]
