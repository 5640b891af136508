"""One leak of the database over one stretch of history: since when the attack succeeds, and since when for the reason it has at the end.

A table that was open, was closed and was opened again by another mistake has two openings; the one that is asked about is the last. What was
tested is kept in the user's cache until the end, so that a search that was stopped goes on where it was.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant import __version__
from assistant.collect.deploys.revisions import stretch
from assistant.domain.errors import UsageError
from assistant.engine.bisect import AlreadyThereError, Answer, Presence, bisect
from assistant.engine.leak_at import InDatabase, same_cause
from assistant.store.kept import forget, keep, recall


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from assistant.collect.deploys.revisions import Stretch
    from assistant.collect.git import Git
    from assistant.engine.at_commit import Replays
    from assistant.engine.bisect import Look, Verdict
    from assistant.engine.leak_at import Leak

    OnProgress = Callable[[str, int, int], None]


class Hunt:
    """The search for one leak."""

    def __init__(self, git: Git, opened: Replays, leak: Leak, on_progress: OnProgress) -> None:
        """``opened``: replays, measured with the map of the bad commit."""
        self._git, self._opened, self._leak, self._on_progress = git, opened, leak, on_progress
        self._names: list[str] = []
        self.remembered = 0
        """Schemas whose answer was known from an earlier run."""
        self.on_look: Callable[[Look], None] = lambda _look: None
        """Told before each commit where the search is."""

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


def _answers(kept: Mapping[str, object]) -> dict[str, Answer]:
    """Answers of an earlier run; what does not read as one is left out."""
    found: dict[str, Answer] = {}
    for key, value in kept.items():
        if isinstance(value, list) and len(value) == 3 and value[0] in set(Presence) and isinstance(value[2], list):  # noqa: PLR2004 - as written below
            found[key] = Answer(presence=Presence(value[0]), why=str(value[1]), failures=frozenset(map(str, value[2])))
    return found


def _keep(name: str, answers: Mapping[str, Answer]) -> None:
    keep(name, {key: [one.presence.value, one.why, sorted(one.failures)] for key, one in answers.items()})
