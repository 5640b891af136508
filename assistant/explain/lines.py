"""Which commit of a window wrote a line as it stands at its end: the hunks are walked backwards, as ``git blame`` does."""

from __future__ import annotations

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.collect.deploys.history import Change, FileChange


def touching(changes: Sequence[Change], path: str) -> list[tuple[Change, FileChange]]:
    """Changes of a file, newest first, followed through renames backwards."""
    found: list[tuple[Change, FileChange]] = []
    name = path
    for change in changes:
        for file in change.files:
            if file.path == name:
                found.append((change, file))
                name = file.before
                break
        if not name:
            break
    return found


def writer_of(changes: Sequence[Change], path: str, line: int) -> Change | None:
    """The change that wrote a line; None when it is older than the window.

    Args:
        changes: newest first.
        path: at the end of the window.
        line: 1-based, at the end of the window.
    """
    at = line
    for change, file in touching(changes, path):
        moved = 0
        for hunk in file.hunks:
            if hunk.new_lines and hunk.new <= at < hunk.new + hunk.new_lines:
                return change
            if hunk.new < at:
                moved += hunk.old_lines - hunk.new_lines
        at += moved
        if file.status == "added":
            return change
    return None
