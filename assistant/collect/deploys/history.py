"""The first-parent line of the production branch: which commits lie in the window, and what each changed, hunk by hunk.

One streamed ``git log -p -U0``; every commit is compared with its first parent, so that a merge stands for all that it carried. Contents
are handed to ``on_file`` while they pass and not kept. What is missing from the history is said and never fetched.
"""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from assistant.collect.collector import no_collector
from assistant.collect.deploys.lanes import lane_of
from assistant.collect.git import EndedEarlyError, unquoted
from assistant.domain.deploys import Commit, Lane


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.collect.git import Git

_HUNK: Final = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_SAYS_NOTHING: Final = frozenset({b"inde", b"--- ", b"+++ "})
"""Beginnings of the most frequent lines between the name of a file and its hunks."""
_REVERTS: Final = re.compile(rb"This reverts commit ([0-9a-f]{40})")
NO_LINES: Final = (
    "*.lock", "*.lockb", "*-lock.yaml", "*-lock.json", "*_snapshot.json", "*.md", "*.csv", "*.map", "*.snap",
)  # fmt: skip
"""Files that count for nothing and are long: of these git is not asked what changed, which is a quarter of its work.

Only names that no file of code is likely to be renamed from: git shows no lines of a pair when one half of it has none.
"""
_LINES: Final = (".github/workflows/**", "Dockerfile*", ".env*", "*sconfig*.json", "*compose*.yaml")
"""Files that count whatever else they are called."""
SHORT_OF_LINES: Final = (*(f"{name} -diff" for name in NO_LINES), *(f"{name} !diff" for name in _LINES))
"""The same as git attributes: the last line that fits decides."""


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


OnFile: TypeAlias = "Callable[[Commit, FileChange, list[list[bytes]]], None]"


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
    on_file: OnFile | None = None,
    on_progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> History:
    """The commits that ``revisions`` name, first parents only.

    Args:
        git: the repository.
        revisions: arguments of ``git log`` that choose commits.
        on_file: told the commit, each file of it that counts, and for each of its hunks the changed lines with their signs.
        on_progress: told how many commits were read, now and then.
        cancelled: True ends it early.
    """
    with (
        tempfile.NamedTemporaryFile("w", prefix="stanch-", suffix=".attributes", encoding="utf-8") as attributes,
        no_collector(),
    ):
        attributes.write("".join(f"{line}\n" for line in SHORT_OF_LINES))
        attributes.flush()
        told = git.told("-c", f"core.attributesFile={attributes.name}")
        return _read(told, revisions, on_file, on_progress, cancelled)


def _read(
    git: Git,
    revisions: list[str],
    on_file: OnFile | None,
    on_progress: Callable[[int], None] | None,
    cancelled: Callable[[], bool] | None,
) -> History:
    mark = os.urandom(16).hex()  # nobody who writes a commit message knows it
    reader = _Reader(mark.encode(), on_file)
    form = f"%n{mark}%x00%H%x00%P%x00%ct%x00%an%x00%ae%x00%s%x00%b%x00{mark}"
    arguments = [
        "log", "--first-parent", "--diff-merges=first-parent", "-p", "-U0", "-M", "--no-ext-diff", "--no-textconv",
        "--no-color", "--no-notes", "--src-prefix=a/", "--dst-prefix=b/", f"--format={form}",
    ]  # fmt: skip
    told = [*arguments, *revisions, "--"]
    unread: list[str] = []
    shortcomings: list[str] = []
    while True:
        before = len(reader.changes)
        try:
            for lines in _lines(git, told):
                reader.take(lines)
                if on_progress is not None:
                    on_progress(len(reader.changes))
                if cancelled is not None and cancelled():
                    break
        except EndedEarlyError as error:
            reader.end()
            if len(reader.changes) == before:
                shortcomings.append(f"the history ends after {before} commits: git says {error.said}")
                break
            last = reader.changes[-1]
            unread.append(last.commit.sha[:10])
            _fill(git, last)
            if last.commit.parents:  # on behind the commit whose content is not whole here
                told = [*arguments, last.commit.parents[0], *(one for one in revisions if one.startswith("^")), "--"]
                continue
        break
    reader.end()
    if unread:
        shortcomings.append(
            f"some content of {len(unread)} commits is not in this clone ({', '.join(unread[:3])}): of those files only the names were seen"
        )
    return History(changes=reader.changes, shortcomings=shortcomings)


def _fill(git: Git, change: Change) -> None:
    """Name the files of a commit whose lines could not all be read: a file's name needs no content."""
    commit = change.commit
    about = [commit.parents[0], commit.sha] if commit.parents else ["--root", commit.sha]
    try:
        listed = git.whole(["diff-tree", "-r", "-z", "--no-commit-id", "--no-renames", "--name-status", *about]).split(
            b"\0"
        )
    except EndedEarlyError:
        return
    known = {file.path for file in change.files}
    for status, name in zip(listed[::2], listed[1::2], strict=False):
        path = name.decode("utf-8", "surrogateescape")
        if path not in known:
            said = {b"A": "added", b"D": "deleted"}.get(status, "modified")
            before = "" if said == "added" else path
            change.files.append(FileChange(path=path, before=before, status=said, lane=lane_of(path)))
    change.commit = replace(commit, files={file.path: file.lane for file in change.files})


def _lines(git: Git, arguments: list[str]) -> Iterator[list[bytes]]:
    rest = b""
    for block in git.stream(arguments):
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        yield lines
    if rest:
        yield [rest]


class _Reader:
    """Understands the stream, block by block; the lines of a hunk are taken together, because there are millions of them."""

    def __init__(self, mark: bytes, on_file: OnFile | None) -> None:
        self.changes: list[Change] = []
        self._mark, self._on_file = mark, on_file
        self._head: list[bytes] | None = None
        self._file: FileChange | None = None
        self._bodies: list[list[bytes]] = []
        self._expected = 0

    def take(self, lines: list[bytes]) -> None:
        """The next lines."""
        at, end = 0, len(lines)
        while at < end:
            if self._expected:
                stop = min(end, at + self._expected)
                self._expected -= stop - at
                if self._bodies:
                    self._bodies[-1] += lines[at:stop]
                at = stop
                continue
            line = lines[at]
            if line[:2] == b"@@" and self._head is None and self._file is not None:
                self._hunk(line, self._file)
            else:
                self._line(line)
            at += 1

    def end(self) -> None:
        """The stream is over, or died: another may follow."""
        self._close()
        self._head, self._expected = None, 0

    def _line(self, line: bytes) -> None:
        if self._head is not None or line.startswith(self._mark):
            self._heading(line)
        elif line.startswith(b"diff --git "):
            self._open(line)
        elif self._file is None:
            return
        elif self._bodies and line.startswith((b"+", b"-")):  # behind a line that says "no newline at end of file"
            self._bodies[-1].append(line)
        else:
            self._about(line)

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

    def _open(self, line: bytes) -> None:
        self._keep()
        path = _path_of(line)
        self._file = FileChange(path=path, before=path, status="modified", lane=lane_of(path))

    def _about(self, line: bytes) -> None:
        file = self._file
        assert file is not None
        if line[:4] in _SAYS_NOTHING:
            return
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

    def _hunk(self, line: bytes, file: FileChange) -> None:
        found = _HUNK.match(line)
        if found is None:
            return
        old, olds, new, news = found.groups()
        old_lines, new_lines = 1 if olds is None else int(olds), 1 if news is None else int(news)
        self._expected = old_lines + new_lines
        if file.lane is not Lane.OTHER:
            file.hunks.append(Hunk(int(old), old_lines, int(new), new_lines))
            self._bodies.append([])

    def _keep(self) -> None:
        file = self._file
        if file is not None and self.changes:
            last = self.changes[-1]
            last.files.append(file)
            if self._on_file is not None and self._bodies:
                self._on_file(last.commit, file, self._bodies)
        self._file, self._bodies = None, []

    def _close(self) -> None:
        self._keep()
        if self.changes and not self.changes[-1].commit.files:
            last = self.changes[-1]
            last.commit = replace(last.commit, files={file.path: file.lane for file in last.files})


def _path_of(line: bytes) -> str:
    """The path of ``diff --git a/x b/x``: both halves are the same, unless it was renamed, which is said later."""
    rest = line[len(b"diff --git ") :]
    if rest.startswith(b'"'):
        return _named(b'"' + rest.rpartition(b' "b/')[2] if b' "b/' in rest else rest)
    middle = len(rest) // 2
    if rest[middle : middle + 1] == b" " and rest[2:middle] == rest[middle + 3 :]:
        return rest[2:middle].decode("utf-8", "surrogateescape")
    return rest.rpartition(b" b/")[2].decode("utf-8", "surrogateescape")


def _named(name: bytes) -> str:
    return unquoted(name).decode("utf-8", "surrogateescape")
