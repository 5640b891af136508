"""Which deploy opened it: the window, its commits with their hunks, what each did to the code and to the rules, and the order of suspicion."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assistant.domain.deploys import Ranking, Window


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from assistant.collect.deploys.history import Change
    from assistant.collect.git import Git
    from assistant.domain.code import CodeMap, Decisions
    from assistant.domain.deploys import Deploy, Reason
    from assistant.domain.findings import Finding
    from assistant.engine.options import Options
    from assistant.explain.code_change import Brought
    from assistant.explain.signals import Signals

    OnProgress = Callable[[str, int, int], None]

MOST_COMPARED = 1_000
"""In longer windows the lines choose which commits are followed: doing it for thousands takes longer than anybody waits."""
MOST_LEADING = 40
LONGEST_LEADING = 10.0
"""Seconds for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the operator asks about."""

    last_good: str | None = None
    """A revision, a date, an age; None for the default window."""
    head: str = "HEAD"
    """The newest commit, of the branch that is deployed."""
    finding: str = ""
    """Fingerprint of the finding that is asked about."""
    code: bool = True
    """Follow the code of the newest commit and of those that changed it."""
    database: bool = True
    """Rehearse the rules of the database."""
    seconds: float = 90.0
    """Longest time for following the code of older commits."""


def ranked(
    root: Path,
    wish: Wish,
    options: Options,
    on_progress: OnProgress,
    *,
    deploys: Sequence[Deploy] = (),
    decisions: Decisions | None = None,
    now: datetime | None = None,
) -> Ranking:
    """The commits of the window, the likeliest culprit first.

    Args:
        root: top of the work tree, or a bare repository.
        wish: what is asked.
        options: how the database is rehearsed.
        on_progress: told where the work is; may raise to stop.
        deploys: releases known from elsewhere, beside the tags of the repository.
        decisions: what is public on purpose.
        now: the present; for tests.

    Raises:
        UsageError: a revision is unknown, the folder is no repository, the finding is not there.
        UnreachableError: git does not answer.
    """
    from assistant.collect.deploys.history import read_history
    from assistant.collect.deploys.releases import carriers, tags
    from assistant.collect.deploys.window import choose
    from assistant.collect.git import top_of
    from assistant.explain.rank import Evidence, rank
    from assistant.explain.signals import Signals

    git = top_of(root)
    good, head, revisions, why, shortcomings = choose(git, wish.last_good, wish.head, now or datetime.now(UTC))
    signals = Signals()
    history = read_history(
        git, revisions, on_file=signals.take, on_progress=lambda done: on_progress("reading the history", done, 0)
    )
    changes = history.changes
    window = Window(
        good=good,
        head=head,
        commits=tuple(change.commit for change in changes),
        why=why,
        shortcomings=(*shortcomings, *history.shortcomings),
    )
    known = (*tags(git), *deploys)
    look = _Look(git=git, root=root, wish=wish, options=options, on_progress=on_progress, decisions=decisions)
    look.at(changes, good, head, signals)
    return rank(
        replace(window, shortcomings=(*window.shortcomings, *look.shortcomings)),
        changes,
        Evidence(signals=signals, brought=look.brought, rules=look.rules, asked=wish.finding),
        carriers=carriers([change.commit for change in changes], known),
        compared=look.compared,
        not_compared=look.not_compared,
    )


class _Look:
    """What the newest commit leaks, and which change of the window brought it."""

    def __init__(
        self,
        *,
        git: Git,
        root: Path,
        wish: Wish,
        options: Options,
        on_progress: OnProgress,
        decisions: Decisions | None,
    ) -> None:
        self._git, self._root, self._wish = git, root, wish
        self._options, self._tell, self._decisions = options, on_progress, decisions
        self.brought: list[Brought] = []
        self.rules: Mapping[str, tuple[Reason, ...]] = {}
        self.shortcomings: tuple[str, ...] = ()
        self.compared = 0
        self.not_compared: tuple[str, ...] = ()

    def at(self, changes: Sequence[Change], good: str, head: str, signals: Signals) -> None:
        """Fill in what can be found out."""
        if len(changes) > MOST_COMPARED:
            self._leading(changes, signals)
            return
        judge: Callable[[CodeMap], tuple[Finding, ...]] = self._judge_code
        if self._wish.database:
            judge = self._with_database(changes, head) or judge
        if self._wish.code:
            self._code(changes, good, head, judge)

    def _leading(self, changes: Sequence[Change], signals: Signals) -> None:
        """In a long window, the code of the commits whose lines speak loudest is compared with their parents', while time lasts."""
        from assistant.collect.code.at_commit import CodeHistory
        from assistant.collect.git import EndedEarlyError
        from assistant.explain.code_change import against_parent

        began, history, unreadable = time.monotonic(), CodeHistory(self._git, on_progress=self._tell), 0
        loud = sorted(changes, key=lambda change: -sum(one.weight for one in signals.reasons(change.commit)))
        for n, change in enumerate(loud[:MOST_LEADING] if self._wish.code else ()):
            if time.monotonic() - began > min(self._wish.seconds, LONGEST_LEADING):
                break
            self._tell("comparing the loudest commits", n, MOST_LEADING)
            try:
                self.brought += against_parent(history, change, self._judge_code)
                self.compared += 1
            except EndedEarlyError:
                unreadable += 1
        says = (
            f"the window has {len(changes):,} commits: {self.compared} were compared by their code, the others by their lines alone; "
            f"--last-good with at most {MOST_COMPARED:,} commits compares all that matter"
        )
        self.not_compared = (says, *([f"{unreadable} commits are not whole in this clone"] if unreadable else ()))

    def _judge_code(self, map_: CodeMap) -> tuple[Finding, ...]:
        from assistant.detect.code.run import detect_code

        return detect_code(map_, decisions=self._decisions)

    def _code(
        self, changes: Sequence[Change], good: str, head: str, judge: Callable[[CodeMap], tuple[Finding, ...]]
    ) -> None:
        from assistant.explain.code_change import CodeCulprits

        culprits = CodeCulprits(
            self._git, changes, good, head, judge=judge, seconds=self._wish.seconds, on_progress=self._tell
        )
        found = culprits.find()
        self.brought += found.brought
        self.compared, self.not_compared = found.compared, (*self.not_compared, *found.not_compared)

    def _with_database(self, changes: Sequence[Change], head: str) -> Callable[[CodeMap], tuple[Finding, ...]] | None:
        """The database half of the newest commit; what it found is traced by its lines. None when there is nothing to rehearse."""
        from assistant.detect.code.run import detect_code
        from assistant.domain.errors import StanchError
        from assistant.engine.rehearsal import NothingToRehearseError, rehearse
        from assistant.explain.code_change import Brought
        from assistant.explain.lines import writer_of

        if self._git.line(["rev-parse", "HEAD"]) != head:
            self.not_compared = (
                *self.not_compared,
                "the database was not rehearsed, because another commit is checked out",
            )
            return None
        try:
            with rehearse(self._root, self._options, self._tell) as rehearsal:
                matrix, findings = rehearsal.attack(), rehearsal.findings()
                catalog, ownership = rehearsal.catalog, rehearsal.ownership
        except NothingToRehearseError:
            return None
        except StanchError as error:
            self.not_compared = (*self.not_compared, f"the database was not rehearsed: {error.says}")
            return None
        for finding in findings:
            if finding.where is not None:
                writer = writer_of(changes, finding.where.file, finding.where.line)
                if writer is not None:
                    self.brought.append(Brought(finding, writer, "line"))
        return lambda map_: detect_code(
            map_, catalog=catalog, ownership=ownership, matrix=matrix, decisions=self._decisions
        )
