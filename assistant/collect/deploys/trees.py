"""The files of any commit, without a work tree: which there are, and what they hold. Nothing is checked out and nothing is fetched."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from assistant.collect.git import EndedEarlyError


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assistant.collect.git import Git

_REGULAR = ("100644", "100755")


def blobs(git: Git, commit: str) -> dict[str, str]:
    """Path to blob hash of every regular file of a commit, in the order of paths; links and submodules left out.

    Raises:
        EndedEarlyError: there is no such commit, or a tree of it is not local.
        UnreachableError: git cannot be started.
    """
    found: dict[str, str] = {}
    for entry in git.whole(["ls-tree", "-r", "-z", "--full-tree", commit]).split(b"\0"):
        about, _, path = entry.partition(b"\t")
        words = about.decode("ascii", "replace").split()
        if len(words) == 3 and words[0] in _REGULAR:  # noqa: PLR2004 - mode, type, hash
            found[path.decode("utf-8", "surrogateescape")] = words[2]
    return dict(sorted(found.items()))


def submodules(git: Git, commit: str) -> tuple[str, ...]:
    """Paths of the submodules of a commit: their histories are their own and are not looked into.

    Raises:
        EndedEarlyError: there is no such commit, or a tree of it is not local.
        UnreachableError: git cannot be started.
    """
    listed = git.whole(["ls-tree", "-r", "-z", "--full-tree", commit]).split(b"\0")
    return tuple(
        entry.partition(b"\t")[2].decode("utf-8", "surrogateescape") for entry in listed if entry.startswith(b"160000 ")
    )


class Contents:
    """Contents of blobs, each read once."""

    def __init__(self, git: Git, *, most: int = 2 * 1024 * 1024) -> None:
        """Args: git: the repository; most: bytes of the largest blob that is read."""
        self._git, self._most = git, most
        self._kept: dict[str, bytes | None] = {}

    def read(self, hashes: Iterable[str]) -> Mapping[str, bytes | None]:
        """Hash to content; None for what is not local or too large. All asked for are read in one go."""
        wanted = tuple(dict.fromkeys(hashes))
        missing = [one for one in wanted if one not in self._kept]
        if missing:
            self._kept.update(dict.fromkeys(missing))
            with contextlib.suppress(EndedEarlyError):  # what was not answered stays None
                self._take(self._git.whole(["cat-file", "--batch"], told=missing))
        return {one: self._kept[one] for one in wanted}

    def forget(self) -> None:
        """Let go of what was read."""
        self._kept.clear()

    def _take(self, data: bytes) -> None:
        at = 0
        while at < len(data):
            end = data.find(b"\n", at)
            words = data[at : end if end >= 0 else len(data)].split()
            if end < 0:
                return
            if len(words) != 3:  # noqa: PLR2004 - "<hash> missing"
                at = end + 1
                continue
            size = int(words[2])
            if size <= self._most:
                self._kept[words[0].decode()] = data[end + 1 : end + 1 + size]
            at = end + 1 + size + 1
