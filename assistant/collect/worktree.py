"""The state of the operator's work tree: where it starts, what is checked out, what is not committed.

The only adapter to git. Everything git may say instead of an answer becomes a sentence and a remedy here. It asks without taking optional
locks and without the repository's own file-system monitor: a repository must be able neither to notice nor to run anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assistant.domain.errors import StanchError, UnreachableError, UsageError


if TYPE_CHECKING:
    from collections.abc import Sequence


_SECONDS: Final = 60.0
_MOST_DIRTY: Final = 2_000


@dataclass(frozen=True, slots=True)
class WorkTree:
    """What git says."""

    root: Path
    """Top of the work tree."""
    head: str
    """Commit, empty when there is none yet."""
    branch: str | None
    """Branch, None when detached."""
    dirty: tuple[str, ...]
    """Changed and untracked paths relative to ``root``, sorted."""


def read_work_tree(path: Path) -> WorkTree:
    """Ask git about the work tree that holds ``path``.

    Raises:
        UsageError: ``path`` does not exist, is no work tree, is bare, or git refuses it as somebody else's.
        UnreachableError: git is not installed or does not answer.
    """
    if not path.exists():
        raise UsageError(f"{path} does not exist.", "Give the folder of the repository.")
    folder = (path if path.is_dir() else path.parent).resolve()
    top = ask_git(folder, ["rev-parse", "--show-toplevel"])
    if not top:
        raise UsageError(f"{folder} is inside a .git folder.", "Give the folder of the work tree.")
    root = Path(top)
    return WorkTree(root, _head(root), _branch(root), _dirty(root))


def _head(root: Path) -> str:
    try:
        return ask_git(root, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])
    except StanchError:
        return ""  # no commit yet, or its object is missing in a broken clone: neither stops a replay


def _branch(root: Path) -> str | None:
    try:
        return ask_git(root, ["symbolic-ref", "--quiet", "--short", "HEAD"]) or None
    except StanchError:
        return None


def _dirty(root: Path) -> tuple[str, ...]:
    listed = ask_git(
        root, ["status", "--porcelain=v1", "-z", "--untracked-files=normal", "--ignore-submodules=all", "--no-renames"]
    )
    return tuple(sorted(entry[3:] for entry in listed.split("\0") if len(entry) > 3))[:_MOST_DIRTY]  # noqa: PLR2004 - "XY path"


def ask_git(folder: Path, arguments: Sequence[str]) -> str:
    """One question to git, its answer without the closing line break.

    Raises:
        UsageError: the folder is no work tree of the operator's.
        UnreachableError: git is missing, refuses, or does not answer in time.
    """
    try:
        from git import Git
        from git.exc import GitCommandError, GitCommandNotFound
    except ImportError as error:  # GitPython refuses to be imported where there is no git
        raise UnreachableError("git cannot be started.", "Install git and put it on PATH.") from error
    command = [
        "git",
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.quotePath=false",
        "-c",
        "core.untrackedCache=false",
        *arguments,
    ]
    try:
        answer = Git(folder).execute(
            command,
            env={"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C.UTF-8", "LANGUAGE": "C"},
            kill_after_timeout=_SECONDS,
            strip_newline_in_stdout=True,
        )
    except GitCommandNotFound as error:
        raise UnreachableError("git cannot be started.", "Install git and put it on PATH.") from error
    except GitCommandError as error:
        raise _translated(folder, str(error.stderr or "")) from error
    except (OSError, ValueError) as error:
        raise UnreachableError(
            f"git could not be asked about {folder}.", "Run `git status` there and mend what it says."
        ) from error
    return str(answer)


def _translated(folder: Path, said: str) -> StanchError:
    """What git wrote to stderr as a sentence and a remedy."""
    if "dubious ownership" in said:
        return UsageError(
            f"git refuses {folder}, because it belongs to another user.",
            f"Run `git config --global --add safe.directory {folder}`.",
        )
    if "not a git repository" in said:
        return UsageError(
            f"{folder} is not a git repository.",
            "Run stanch inside the repository of the application, or `git init` there.",
        )
    if "must be run in a work tree" in said:
        return UsageError(f"{folder} is a bare repository: it has no files to read.", "Give a clone with a work tree.")
    if "Timeout" in said:
        return UnreachableError(
            f"git did not answer within {_SECONDS:.0f} s.", "Run `git status` there and see what it waits for."
        )
    first = (
        next((line for line in said.splitlines() if "fatal" in line), "")
        .strip(" '")
        .removeprefix("stderr: 'fatal:")
        .strip()
    )
    return UnreachableError(
        f"git could not read {folder}{f' ({first})' if first else ''}.", "Run `git status` there and mend what it says."
    )
