"""The first-parent line of the production branch: which commits lie in the window, and what each changed, hunk by hunk.

One streamed ``git log -p -U0``; every commit is compared with its first parent, so that a merge stands for all that it carried. Contents
are handed to ``on_line`` while they pass and not kept. What is missing from the history is said and never fetched.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from assistant.collect.deploys.lanes import lane_of
from assistant.collect.git import EndedEarlyError
from assistant.domain.deploys import Commit, Lane


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.collect.git import Git

_HUNK: Final = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_REVERTS: Final = re.compile(rb"This reverts commit ([0-9a-f]{40})")
_MOST_LINE: Final = 2_000
"""Longer lines are generated; nothing in them is looked at."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """One changed range of lines; a length of 0 stands behind its line."""

    old: int
    old_lines: int
    new: int
    new_lines: int


@dataclass(slots=True, kw_only=True)
class FileChange:
    """What one commit did to one file."""

    path: str
    """After the commit; before it, when the file is gone."""
    before: str
    """Path before the commit; empty for a new file."""
    status: str
    """``added``, ``deleted``, ``renamed`` or ``modified``."""
    lane: Lane
    hunks: list[Hunk] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Change:
    """One commit and its files."""

    commit: Commit
    files: list[FileChange]


@dataclass(slots=True, kw_only=True)
class History:
    """The window as it was read."""

    changes: list[Change]
    """Newest first."""
    shortcomings: list[str] = field(default_factory=list)
    """What could not be read."""


def read_history(
    git: Git,
    revisions: list[str],
    *,
    on_line: Callable[[Commit, FileChange, int, bytes, bool], None] | None = None,
    on_progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> History:
    """The commits that ``revisions`` name, first parents only.

    Args:
        git: the repository.
        revisions: arguments of ``git log`` that choose commits.
        on_line: told each changed line of files that count: commit, file, line number, text, True when it was added.
        on_progress: told how many commits were read, now and then.
        cancelled: True ends it early.
    """
    mark = secrets.token_hex(16)  # nobody who writes a commit message knows it
    reader = _Reader(mark.encode(), on_line)
    form = f"%n{mark}%x00%H%x00%P%x00%ct%x00%an%x00%ae%x00%s%x00%b%x00{mark}"
    arguments = [
        "log", "--first-parent", "--diff-merges=first-parent", "-p", "-U0", "-M", "--no-ext-diff", "--no-textconv",
        "--no-color", "--no-notes", "--src-prefix=a/", "--dst-prefix=b/", f"--format={form}", *revisions, "--",
    ]  # fmt: skip
    shortcomings: list[str] = []
    try:
        for line in _lines(git, arguments):
            reader.take(line)
            if reader.fresh:
                reader.fresh = False
                if on_progress is not None:
                    on_progress(len(reader.changes))
                if cancelled is not None and cancelled():
                    break
    except EndedEarlyError as error:
        shortcomings.append(f"the history ends after {len(reader.changes)} commits: git says {error.said}")
    reader.end()
    return History(changes=reader.changes, shortcomings=shortcomings)


def _lines(git: Git, arguments: list[str]) -> Iterator[bytes]:
    rest = b""
    for block in git.stream(arguments):
        parts = (rest + block).split(b"\n")
        rest = parts.pop()
        yield from parts
    if rest:
        yield rest


class _Reader:
    """Understands the stream line by line."""

    def __init__(self, mark: bytes, on_line: Callable[[Commit, FileChange, int, bytes, bool], None] | None) -> None:
        self.changes: list[Change] = []
        self.fresh = False
        self._mark, self._on_line = mark, on_line
        self._head: list[bytes] | None = None
        self._file: FileChange | None = None
        self._old = self._new = 0
        self._in_hunks = False

    def take(self, line: bytes) -> None:
        """The next line."""
        if self._head is not None or line.startswith(self._mark):
            self._heading(line)
        elif line.startswith(b"diff --git "):
            self._open(line)
        elif self._file is None:
            return
        elif line.startswith(b"@@"):
            self._hunk(line)
        elif self._in_hunks:
            self._content(line)
        else:
            self._about(line)

    def end(self) -> None:
        """The stream is over."""
        self._close()

    def _heading(self, line: bytes) -> None:
        if self._head is None:
            self._close()
            self._head = [line[len(self._mark) :]]
        else:
            self._head.append(line)
        if not self._head[-1].endswith(b"\0" + self._mark):
            return
        text = b"\n".join(self._head)[1 : -len(self._mark) - 1]
        self._head = None
        sha, parents, at, author, email, subject, body = (text.split(b"\0", 6) + [b""] * 7)[:7]
        reverts = _REVERTS.search(body)
        commit = Commit(
            sha=sha.decode(),
            parents=tuple(parents.decode().split()),
            at=datetime.fromtimestamp(int(at or b"0"), UTC),
            author=author.decode("utf-8", "replace"),
            email=email.decode("utf-8", "replace"),
            subject=subject.decode("utf-8", "replace"),
            reverts=reverts[1].decode() if reverts else "",
        )
        self.changes.append(Change(commit=commit, files=[]))
        self.fresh = True

    def _open(self, line: bytes) -> None:
        self._keep()
        path = _path_of(line)
        self._file = FileChange(path=path, before=path, status="modified", lane=lane_of(path))
        self._in_hunks = False

    def _about(self, line: bytes) -> None:
        file = self._file
        assert file is not None
        if line.startswith(b"new file mode"):
            file.status, file.before = "added", ""
        elif line.startswith(b"deleted file mode"):
            file.status = "deleted"
        elif line.startswith(b"rename from "):
            file.status, file.before = "renamed", _named(line[12:])
        elif line.startswith((b"rename to ", b"copy to ")):
            file.path = _named(line.split(b" to ", 1)[1])
            file.lane = lane_of(file.path)
        elif line.startswith(b"copy from "):
            file.status, file.before = "added", ""

    def _hunk(self, line: bytes) -> None:
        found = _HUNK.match(line)
        file = self._file
        if found is None or file is None:
            return
        self._in_hunks = True
        old, old_lines, new, new_lines = (int(part) if part is not None else 1 for part in found.groups())
        self._old, self._new = old, new
        if file.lane is not Lane.OTHER:
            file.hunks.append(Hunk(old, old_lines, new, new_lines))

    def _content(self, line: bytes) -> None:
        file, added = self._file, line.startswith(b"+")
        if file is None or file.lane is Lane.OTHER or not line.startswith((b"+", b"-")):
            return
        if self._on_line is not None and len(line) <= _MOST_LINE:
            self._on_line(self.changes[-1].commit, file, self._new if added else self._old, line[1:], added)
        if added:
            self._new += 1
        else:
            self._old += 1

    def _keep(self) -> None:
        if self._file is not None and self.changes:
            self.changes[-1].files.append(self._file)
        self._file = None

    def _close(self) -> None:
        self._keep()
        if self.changes and not self.changes[-1].commit.files:
            from dataclasses import replace

            last = self.changes[-1]
            last.commit = replace(last.commit, files={file.path: file.lane for file in last.files})


def _path_of(line: bytes) -> str:
    """The path of ``diff --git a/x b/x``: both halves are the same, unless it was renamed, which is said later."""
    rest = line[len(b"diff --git ") :]
    if rest.startswith(b'"'):
        return _named(rest.rpartition(b' "b/')[2][:-1] if b' "b/' in rest else rest)
    middle = len(rest) // 2
    if rest[middle : middle + 1] == b" " and rest[2:middle] == rest[middle + 3 :]:
        return rest[2:middle].decode("utf-8", "surrogateescape")
    return rest.rpartition(b" b/")[2].decode("utf-8", "surrogateescape")


_ESCAPED: Final = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_ESCAPES: Final = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


def _named(name: bytes) -> str:
    """A name, unquoted where git wrote it as C would."""
    if name.startswith(b'"'):
        name = name[1:-1]
    if b"\\" in name:
        name = _ESCAPED.sub(
            lambda found: bytes([int(found[1], 8)]) if found[1][:1].isdigit() else _ESCAPES.get(found[1], found[1]),
            name,
        )
    return name.decode("utf-8", "surrogateescape")
