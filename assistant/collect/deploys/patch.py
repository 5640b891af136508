"""What one commit changed, as a unified diff against its first parent, for people to read: without what counts for nothing."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final, cast

from assistant.collect.git import EndedEarlyError
from assistant.domain.deploys import Lane
from assistant.domain.errors import UnreachableError


if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from assistant.collect.git import Git
    from assistant.domain.deploys import Commit

LARGEST: Final = 400_000
"""Characters that are read of one commit; nobody scrolls further."""
_MOST_READ: Final = 16_000_000
"""Bytes after which git is not listened to any more."""
_MOST_FILES: Final = 400
_CONTEXT: Final = 3


def patch_of(git: Git, commit: Commit, first: tuple[str, ...] = ()) -> tuple[str, str]:
    """The diff of a commit, and what of it is left out.

    Args:
        git: the repository.
        commit: with its files and their lanes.
        first: paths whose hunks come first, those that speak against it.

    Returns:
        The diff, and one sentence about what is not in it; empty when everything is.

    Raises:
        UnreachableError: its objects are not in this clone, or git cannot be started.
    """
    counting = [path for path, lane in commit.files.items() if lane is not Lane.OTHER]
    ordered = [
        *(path for path in dict.fromkeys(first) if path in commit.files),
        *(p for p in counting if p not in first),
    ]
    left_out = []
    if aside := len(commit.files) - len(ordered):
        left_out.append(f"{aside:,} generated, vendored, lock, test or text files")
    if len(ordered) > _MOST_FILES:
        left_out.append(f"{len(ordered) - _MOST_FILES:,} files more")
        ordered = ordered[:_MOST_FILES]
    parts: list[str] = []
    size = 0
    for path, text in _by_file(git, commit, ordered):
        if size + len(text) > LARGEST:
            left_out.append(f"everything after {path}, because it is longer than anybody reads")
            parts.append(text[: LARGEST - size])
            break
        parts.append(text)
        size += len(text)
    return "".join(parts), f"left out: {'; '.join(left_out)}" if left_out else ""


def _by_file(git: Git, commit: Commit, paths: list[str]) -> Iterator[tuple[str, str]]:
    """The diff of each path, in the order of ``paths``; nothing for one that git shows no diff of."""
    if not paths:
        return
    arguments = [
        "show", "--format=", "--diff-merges=first-parent", "-p", f"-U{_CONTEXT}", "-M", "--no-ext-diff", "--no-textconv", "--no-color",
        "--src-prefix=a/", "--dst-prefix=b/", commit.sha,
    ]  # fmt: skip
    blocks: list[bytes] = []
    try:
        with contextlib.closing(cast("Generator[bytes]", git.stream(arguments))) as stream:
            for block in stream:
                blocks.append(block)
                if sum(map(len, blocks)) > _MOST_READ:
                    break
    except EndedEarlyError as error:
        raise UnreachableError(
            f"the hunks of {commit.sha[:10]} are not in this clone: {error.said}",
            "Fetch the whole history with `git fetch --unshallow` (or `git fetch --refetch` in a partial clone).",
        ) from error
    whole = b"".join(blocks).decode("utf-8", "replace")
    found: dict[str, str] = {}
    for part in ("\n" + whole).split("\ndiff --git ")[1:]:
        path = _path(part)
        found.setdefault(path, f"diff --git {part.rstrip(chr(10))}\n")
    yield from ((path, found[path]) for path in paths if path in found)


def _path(part: str) -> str:
    """The path after the commit, or before it for a file that is gone."""
    head = part.partition("\n@@ ")[0].splitlines()
    for sign in ("+++ b/", "rename to ", "--- a/"):
        for line in head:
            if line.startswith(sign):
                return line.removeprefix(sign).rstrip("\t")
    return head[0].rpartition(" b/")[2] if head else ""
