"""Secrets in the commits of all refs, reflogs and stashes: added lines of one streamed ``git log -p``, merges against all parents.

What is deleted is not safe, so a secret is told with its first and last commit and whether a remote has it. A stream that ends early is
continued behind the commit at which it died; what stays unread is counted, never called clean.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from assistant.collect.git import EndedEarlyError
from assistant.collect.secrets.patches import Patches
from assistant.collect.secrets.remotes import pushed_commits, remotes_of
from assistant.collect.secrets.unread import absent_files, shortcomings
from assistant.domain.secrets import HistoryRead


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.collect.git import Git
    from assistant.collect.secrets.keys import Fingerprinter
    from assistant.collect.secrets.patches import Trace

_LOG: Final = (
    "log",
    "--no-walk=unsorted",
    "--stdin",
    "-p",
    "-c",
    "-U0",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--no-renames",
    "--no-notes",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--format=%x01%H %ct",
)
_MOST_RESTARTS: Final = 30
_MOST_PARTS: Final = 200
"""Commits that are read without the files whose content is not local."""


@dataclass(slots=True)
class Past:
    """What the history says."""

    traces: dict[str, Trace] = field(default_factory=dict)
    """By fingerprint."""
    read: HistoryRead = field(default_factory=lambda: HistoryRead(asked=False))
    """How much was read."""
    pushed: frozenset[str] | None = None
    """Commits that remote-tracking branches contain; None when there are none, or nothing was found."""


def read_history(
    git: Git, fingerprints: Fingerprinter, on_progress: Callable[[str, int, int], None], cancelled: Callable[[], bool]
) -> Past:
    """Read the changes of every commit that is local.

    Raises:
        UnreachableError: git cannot be started.
    """
    says: list[str] = []
    commits = _commits(git, says)
    reader = _Reader(git.bare(), Patches(fingerprints), len(commits), on_progress, cancelled)
    reader.read(commits)
    says += reader.says
    says += shortcomings(git)
    remotes = remotes_of(git)
    return Past(
        traces=reader.patches.traces,
        read=HistoryRead(
            asked=True,
            commits=len(commits),
            read=len(commits) - len(reader.unread),
            says=tuple(says),
            remotes=remotes,
        ),
        pushed=pushed_commits(git) if reader.patches.traces else None,
    )


def _commits(git: Git, says: list[str]) -> list[str]:
    for everything in (("--all", "--reflog"), ("--all",), ("HEAD",)):
        try:
            return git.whole(["rev-list", *everything]).decode().split()
        except EndedEarlyError as error:
            if "--reflog" in everything:
                says.append(f"Reflogs could not be followed ({error.said}).")
            elif "--all" in everything:
                says.append(f"Some refs could not be followed ({error.said}).")
    return []


class _Reader:
    """One reading, with its restarts."""

    def __init__(
        self,
        git: Git,
        patches: Patches,
        total: int,
        on_progress: Callable[[str, int, int], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self.patches = patches
        self.says: list[str] = []
        self.unread: set[str] = set()
        self._git, self._total, self._on_progress, self._cancelled = git, total, on_progress, cancelled

    def read(self, commits: Sequence[str]) -> None:
        rest = list(commits)
        parts: dict[str, list[str]] | None = None
        for _ in range(_MOST_RESTARTS):
            died = self._stream(rest)
            if died is None:
                break
            at = rest.index(self.patches.commit) if self.patches.commit in rest else 0
            failed = rest[at]
            if parts is None:
                # told apart once, when it first matters: which commits change files whose content is not here
                parts = absent_files(self._git, rest[at:])
            parts.setdefault(failed, [])
            rest = [commit for commit in rest[at + 1 :] if commit not in parts]
        else:
            self.unread.update(rest)
            self.says.append(f"Reading stopped {len(rest)} commits before the end: git failed {_MOST_RESTARTS} times.")
        self._parts(parts or {})

    def _parts(self, parts: dict[str, list[str]]) -> None:
        """Commits of which some files are missing: everything but these."""
        left = without = 0
        for n, (commit, files) in enumerate(sorted(parts.items())):
            readable = n < _MOST_PARTS and files and not self._cancelled()
            excluded = ["--", ".", *(f":(exclude,top,literal){path}" for path in files)]
            if readable and self._stream([commit], excluded) is None:
                without += len(files)
            else:
                left += 1
                self.unread.add(commit)
        if without:
            self.says.append(
                f"History not local: {without} changed files in {len(parts) - left} commits could not be read, their content was never fetched."
            )
        if left:
            self.says.append(f"History not local: {left} commits could not be read, their content was never fetched.")

    def _stream(self, commits: Sequence[str], without: Sequence[str] = ()) -> str | None:
        """Read commits; None, or what git said when it stopped early."""
        if not commits:
            return None
        self.patches.begin()
        try:
            for block in self._git.stream([*_LOG, *without], told=commits):
                self.patches.feed(block)
                self._on_progress("looking for secrets in the history", self.patches.seen, self._total)
                if self._cancelled():
                    self._stop(commits)
                    return None
        except EndedEarlyError as error:
            self.patches.end()
            return error.said
        self.patches.end()
        return None

    def _stop(self, commits: Sequence[str]) -> None:
        at = commits.index(self.patches.commit) if self.patches.commit in commits else 0
        self.unread.update(commits[at:])
        self.says.append(f"Stopped on request: {len(commits) - at} commits were not read.")
