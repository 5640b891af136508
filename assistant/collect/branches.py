"""A new branch with a commit on it, made in a temporary work tree: the operator's index, files and HEAD stay as they are.

Only the files that change are checked out, so that a large repository costs nothing. Hooks are not run: what is on the branch is what
was approved, and the operator's own checks run when they look at it.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.collect.worktree import ask_git
from assistant.domain.errors import StanchError, UsageError


if TYPE_CHECKING:
    from collections.abc import Mapping

_QUIET = ("-c", "core.hooksPath=/dev/null", "-c", "commit.gpgSign=false", "-c", "advice.detachedHead=false")


@dataclass(frozen=True, slots=True)
class Committed:
    """A commit on a branch."""

    branch: str
    """Name."""
    commit: str
    """Full hash."""
    patch: str
    """As ``git format-patch`` prints it."""


def commit_on_branch(root: Path, branch: str, changes: Mapping[str, tuple[str | None, str]], message: str) -> Committed:
    """Commit changed files on a new branch that starts at HEAD.

    Args:
        root: top of the operator's work tree.
        branch: name of the branch; must not exist yet.
        changes: path to the text it was computed from (None for a new file) and the text it becomes.
        message: of the commit.

    Raises:
        UsageError: the branch exists, its name is none, there is no commit yet, or a file of HEAD is not the one the change was
            computed from (it has edits that are not committed). Nothing is left behind then.
    """
    _refuse(root, branch)
    folder = Path(tempfile.mkdtemp(prefix="stanch-branch-"))
    tree = folder / "tree"
    made = False
    try:
        _git(root, "worktree", "add", "--quiet", "--no-checkout", "-b", branch, str(tree), "HEAD")
        made = True
        _git(tree, "reset", "--quiet", "--mixed", "HEAD")
        for path, (before, after) in changes.items():
            _put(tree, path, before, after)
        _git(tree, "add", "--force", "--", *changes)
        _git(tree, *_who(tree), "commit", "--quiet", "--no-verify", "-m", message)
        commit = _git(tree, "rev-parse", "HEAD")
        patch = _git(tree, "format-patch", "-1", "--stdout", "HEAD")
    except BaseException:
        _remove(root, tree)
        if made:
            _git(root, "branch", "-D", "--quiet", branch)
        raise
    finally:
        _remove(root, tree)
        shutil.rmtree(folder, ignore_errors=True)
    return Committed(branch, commit, patch + "\n")


def _refuse(root: Path, branch: str) -> None:
    try:
        _git(root, "check-ref-format", "--branch", branch)
    except StanchError as error:
        raise UsageError(f"{branch!r} is no name for a branch.", "Choose another with --branch.") from error
    if _git(root, "branch", "--list", branch):
        raise UsageError(f"there is already a branch {branch}.", "Choose another with --branch, or delete it.")
    try:
        _git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    except StanchError as error:
        raise UsageError("the repository has no commit yet.", "Commit once, or apply the patches here.") from error


def _put(tree: Path, path: str, before: str | None, after: str) -> None:
    """Write one file, when the branch holds what the change was computed from."""
    there = tree / path
    if before is not None:
        try:
            _git(tree, "checkout-index", "--quiet", "--", path)
        except StanchError as error:
            raise _uncommitted(path) from error
        if there.is_symlink() or there.read_bytes() != before.encode():
            raise _uncommitted(path)
    elif _git(tree, "ls-files", "--", path):
        raise _uncommitted(path)
    there.parent.mkdir(parents=True, exist_ok=True)
    there.write_bytes(after.encode())


def _uncommitted(path: str) -> UsageError:
    return UsageError(
        f"{path} has changes that are not committed, so a branch from HEAD cannot take the patch.",
        "Commit them first, or apply the patches here.",
    )


def _who(tree: Path) -> tuple[str, ...]:
    """The operator's own name; a plain one where git knows none."""
    try:
        _git(tree, "var", "GIT_COMMITTER_IDENT")
        _git(tree, "var", "GIT_AUTHOR_IDENT")
    except StanchError:
        return ("-c", "user.name=stanch", "-c", "user.email=stanch@localhost", "-c", "user.useConfigOnly=false")
    return ()


def _remove(root: Path, tree: Path) -> None:
    if tree.exists():
        _git(root, "worktree", "remove", "--force", str(tree))


def _git(folder: Path, *arguments: str) -> str:
    return ask_git(folder, (*_QUIET, *arguments))
