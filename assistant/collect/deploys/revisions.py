"""Revisions as people write them, and how two of them lie to each other. What is not in the clone is said, and never fetched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assistant.collect.git import EndedEarlyError
from assistant.domain.deploys import Commit
from assistant.domain.errors import UsageError


if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.collect.git import Git

_WHOLE = "Fetch the whole history with `git fetch --unshallow` and run it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of history between two revisions."""

    base: str
    """The last commit before it, full hash; empty when it begins with the history."""
    line: tuple[str, ...]
    """Full hashes of its first-parent line, oldest first."""
    notes: tuple[str, ...] = ()
    """What a reader should know about how it was chosen, one sentence each."""


def resolve(git: Git, revision: str) -> str:
    """The full hash of the commit that a revision names.

    Raises:
        UsageError: there is none of that name here.
    """
    found = commit_of(git, revision)
    if found is not None:
        return found
    remedy = (
        _WHOLE if is_shallow(git) else "Give a commit, tag or branch that `git log` shows; `git fetch` may bring it."
    )
    raise UsageError(f"there is no revision {revision!r} in this clone.", remedy)


def commit_of(git: Git, revision: str) -> str | None:
    """Full hash of the commit that a revision names; None when there is none."""
    if revision.startswith("-") or "\0" in revision:
        return None
    return git.line(["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]) or None


def is_shallow(git: Git) -> bool:
    """True when the history of the clone was cut off."""
    return git.line(["rev-parse", "--is-shallow-repository"]) == "true"


def stretch(git: Git, good: str, bad: str) -> Stretch:
    """The first-parent line of ``bad`` since ``good``.

    Args:
        git: the repository.
        good: full hash; empty for the beginning of the history.
        bad: full hash.

    Raises:
        UsageError: they are the same, the wrong way round, or have nothing in common.
    """
    notes: list[str] = []
    if good == bad:
        raise UsageError("good and bad are the same commit.", "Give an older commit as --good.")
    if good and not _is_ancestor(git, good, bad):
        if _is_ancestor(git, bad, good):
            raise UsageError(
                "--good is newer than --bad: they are the wrong way round.",
                f"Run it with --good {bad[:12]} --bad {good[:12]}.",
            )
        shared = git.line(["merge-base", good, bad])
        if not shared:
            raise UsageError(
                "good and bad have no history in common in this clone.",
                _WHOLE if is_shallow(git) else "Give an ancestor of the bad commit as --good.",
            )
        notes.append(f"{good[:12]} is not an ancestor of {bad[:12]}; started from {shared[:12]}, where they parted.")
        good = shared
    line = _line(git, [bad, f"^{good}"] if good else [bad])
    base = git.line(["rev-parse", "--verify", "--quiet", f"{line[0]}^1"]) if line else good
    if is_shallow(git) and not base:
        notes.append("The clone is shallow: what lies before its first commit was not looked at.")
    return Stretch(base=base, line=tuple(line), notes=tuple(notes))


def side_line(git: Git, merge: str, number: int) -> Stretch:
    """What a merge brought through its parent of that number (from 2 on): that parent's own first-parent line."""
    line = _line(git, [f"{merge}^{number}", f"^{merge}^1"])
    base = git.line(["rev-parse", "--verify", "--quiet", f"{line[0]}^1"]) if line else ""
    return Stretch(base=base, line=tuple(line))


def touching(git: Git, stretch: Stretch, counts: Callable[[str], bool]) -> tuple[str, ...]:
    """The commits of a stretch that change a file that ``counts``, oldest first; a merge stands for all that it carried.

    Raises:
        EndedEarlyError: a tree is not in this clone.
    """
    if not stretch.line:
        return ()
    arguments = [
        "log", "--first-parent", "--diff-merges=first-parent", "--raw", "-z", "--no-renames", "--no-abbrev",
        "--no-notes", "--format=%x00%x00%H", stretch.line[-1], *([f"^{stretch.base}"] if stretch.base else []), "--",
    ]  # fmt: skip
    found: dict[str, bool] = {}
    commit, is_path = "", False
    for entry in git.whole(arguments).split(b"\0"):
        about = entry.strip(b"\n")
        if is_path:
            found[commit] = found[commit] or counts(entry.decode("utf-8", "surrogateescape"))
            is_path = False
        elif about.startswith(b":"):
            is_path = True
        elif about:
            commit = about.decode()
            found[commit] = False
    return tuple(one for one in stretch.line if found.get(one, True))


def commit_at(git: Git, sha: str) -> Commit:
    """Who made a commit, when, and what they called it.

    Raises:
        UsageError: it is not in this clone.
    """
    try:
        said = git.whole(["log", "-1", "--no-notes", "--format=%H%x00%P%x00%ct%x00%an%x00%ae%x00%s", sha, "--"])
    except EndedEarlyError as error:
        raise UsageError(f"commit {sha[:12]} is not in this clone.", _WHOLE) from error
    full, parents, at, author, email, subject = said.decode("utf-8", "replace").rstrip("\n").split("\0")
    return Commit(
        sha=full,
        parents=tuple(parents.split()),
        at=datetime.fromtimestamp(int(at), UTC),
        author=author,
        email=email,
        subject=subject,
    )


def _line(git: Git, revisions: list[str]) -> list[str]:
    try:
        said = git.whole(["rev-list", "--first-parent", "--reverse", *revisions, "--"])
    except EndedEarlyError as error:
        raise UsageError(f"the history cannot be read: git says {error.said}", _WHOLE) from error
    return said.decode().split()


def _is_ancestor(git: Git, older: str, newer: str) -> bool:
    try:
        git.whole(["merge-base", "--is-ancestor", older, newer])
    except EndedEarlyError:
        return False
    return True
