"""Approved patches on a branch of their own, with the patch file to send to somebody: the operator's work tree is not touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.collect.branches import commit_on_branch
from assistant.domain.errors import UsageError


if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.write.patches import FilePatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Where the patches went."""

    name: str
    """Branch."""
    commit: str
    """Full hash of its one new commit."""
    patch: str
    """As ``git format-patch`` prints it, for ``git am``."""
    patch_file: Path | None
    """Where that was kept."""


def apply_on_branch(
    root: Path,
    chosen: Sequence[FilePatch],
    branch: str,
    *,
    message: str = "Close what showed one customer's data to another",
    keep: Path | None = None,
) -> Branch:
    """Commit the accepted hunks on a new branch from HEAD.

    Args:
        root: top of the repository.
        chosen: what was approved.
        branch: name of the new branch.
        message: of the commit.
        keep: folder in which ``<branch>.patch`` is kept; None keeps nothing.

    Raises:
        UsageError: nothing is accepted, the branch exists, or a file has changes that are not committed.
    """
    changes = {one.path: (one.before, one.after) for one in chosen if one.after is not None and one.after != one.before}
    if not changes:
        raise UsageError("no edit was accepted, so there is nothing to put on a branch.", "Accept at least one edit.")
    done = commit_on_branch(root, branch, changes, message)
    file = None
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        file = keep / f"{branch.replace('/', '-')}.patch"
        file.write_bytes(done.patch.encode())
    return Branch(name=done.branch, commit=done.commit, patch=done.patch, patch_file=file)
