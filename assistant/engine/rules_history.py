"""What each commit of a window did to the effective rules of the database: replays of it and of the one before, compared.

Commits that touch no SQL cost nothing, equal SQL is not replayed again, and a longer history goes on from a copy of the shorter one. A commit
that cannot be read or replayed is told and costs only its own answer: the next one is compared with the last that could be judged, and
each change is laid at the commit which wrote its line.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from assistant.domain.deploys import Lane
from assistant.domain.errors import UnreachableError, UsageError
from assistant.explain.lines import writer_of
from assistant.explain.rules_change import compare_rules
from assistant.text.plural import listed, plural


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from assistant.collect.deploys.history import Change
    from assistant.domain.deploys import Reason
    from assistant.engine.at_commit import Replays, Rules

MOST_REPLAYED: Final = 60
"""Commits whose rules are replayed: a third of a second each."""
LONGEST_REPLAYING: Final = 60.0
"""Seconds after which no other replay is begun."""
NOT_JUDGED: Final = (UnreachableError, UsageError)
"""What one commit may come to without ending the others; that the operator stopped it is none of them."""
_NAMED: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesHistory:
    """What the commits of a window did to the rules."""

    widened: Mapping[str, tuple[Reason, ...]]
    """By commit: what it let somebody do, heaviest first."""
    unjudged: frozenset[str] = frozenset()
    """Commits that touch SQL and were not replayed: their lines are all that is known of them."""
    left_out: tuple[str, ...] = ()
    """What was not compared, and why, one sentence each."""


def rules_history(
    past: Replays,
    changes: Sequence[Change],
    good: str,
    newest: Rules,
    *,
    seconds: float = LONGEST_REPLAYING,
    on_progress: Callable[[str, int, int], None] = lambda _says, _done, _total: None,
) -> RulesHistory:
    """Compare the rules along the window.

    Args:
        past: replays of the repository.
        changes: of the window, newest first.
        good: the last good commit; empty when the window begins with the history.
        newest: rules at the newest commit, against which the changes are held that nothing else could tell.
        seconds: what has not begun by then is left out.
        on_progress: told where it is; may raise to stop.
    """
    touched = [one for one in reversed(changes) if any(file.lane is Lane.MIGRATIONS for file in one.files)]
    chosen = touched[-MOST_REPLAYED:]
    if len(touched) > MOST_REPLAYED:
        good = "".join(chosen[0].commit.parents[:1])
    walk, until = _Walk(past, changes, good), time.monotonic() + seconds
    late = 0
    for n, change in enumerate(chosen):
        if time.monotonic() > until:
            late += 1
            walk.open.append(change)
            continue
        on_progress("comparing the rules before and after", n, len(touched))
        walk.to(change)
    unjudged = frozenset(one.commit.sha for one in (*touched[:-MOST_REPLAYED], *walk.open, *walk.unjudged))
    walk.close(newest)
    left_out = list(walk.says())
    if len(touched) > MOST_REPLAYED:
        left_out.append(
            f"the rules of the newest {MOST_REPLAYED} of {len(touched)} commits that touched SQL were compared"
        )
    if late:
        left_out.append(f"the rules of {plural(late, 'commit')} were not compared: it took longer than {seconds:.0f} s")
    return RulesHistory(widened=walk.found, unjudged=unjudged, left_out=tuple(left_out))


@dataclass(slots=True)
class _Walk:
    """From the last good commit to the newest."""

    past: Replays
    changes: Sequence[Change]
    older: str
    """The last commit that could be judged; empty when there was no schema yet."""
    open: list[Change] = field(default_factory=list)
    """Those behind it that could not, oldest first."""
    unjudged: list[Change] = field(default_factory=list)
    found: dict[str, tuple[Reason, ...]] = field(default_factory=dict)
    failed: dict[str, list[str]] = field(default_factory=dict)
    """Commits by what went wrong."""
    lost: bool = False
    """Nothing is known of what was before the first commit that can be judged."""

    def to(self, change: Change) -> None:
        """Judge the next commit."""
        sha = change.commit.sha
        try:
            key, _ = self.past.read(sha)
            if self._known(self.older) == key:
                self._judged(sha)
                return
            newer = self.past.rules(sha)
        except NOT_JUDGED as error:
            self._fail(sha, error)
            self.open.append(change)
            return
        if newer is not None:
            self._compare(newer, (change,))
            self._judged(sha)

    def close(self, newest: Rules) -> None:
        """What the commits did that were not judged and after which none was, as far as the newest rules show it."""
        if self.open and self._known(self.older) != newest.key:
            self._compare(newest, ())

    def says(self) -> tuple[str, ...]:
        """Which commits were not judged and why."""
        return tuple(
            f"the rules of {listed([sha[:10] for sha in shas], _NAMED)} were not compared: {why.rstrip('.')}"
            for why, shas in self.failed.items()
        )

    def _known(self, sha: str) -> str:
        """The key of an older commit; empty where it has none or cannot be read."""
        if not sha or self.lost:
            return ""
        try:
            return self.past.read(sha)[0]
        except NOT_JUDGED as error:
            self._fail(sha, error)
            self.lost = True
            return ""

    def _compare(self, newer: Rules, last: tuple[Change, ...]) -> None:
        """Lay what changed at ``last``, or at the one before it that wrote the line and could not be judged."""
        try:
            older = self.past.rules(self.older) if self.older and not self.lost else None
        except NOT_JUDGED as error:
            self._fail(self.older, error)
            self.lost = True
        if self.lost:  # everything would look new
            self.unjudged += last
            return
        catalog = older.catalog if older is not None else None
        widened = compare_rules(catalog, newer.catalog, newer.replay, newer.repository.sources).widened
        between = {one.commit.sha for one in self.open}
        upto = self.changes if not last else self.changes[self.changes.index(last[0]) :]
        for reason in widened:
            writer = writer_of(upto, reason.file, reason.line) if between and reason.file else None
            if writer is not None and writer.commit.sha in between:
                self._add(writer.commit.sha, reason)
            elif last:
                self._add(last[0].commit.sha, reason)

    def _add(self, sha: str, reason: Reason) -> None:
        self.found[sha] = (*self.found.get(sha, ()), reason)

    def _judged(self, sha: str) -> None:
        self.older, self.lost = sha, False
        self.unjudged += self.open
        self.open.clear()

    def _fail(self, sha: str, error: UnreachableError | UsageError) -> None:
        named = self.failed.setdefault(error.says.replace(sha[:12], "it"), [])
        if sha not in named:
            named.append(sha)
