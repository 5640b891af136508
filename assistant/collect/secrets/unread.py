"""What of the history is not on this machine: shallow clones, partial clones, objects that were lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.collect.git import EndedEarlyError


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.collect.git import Git

_RAW: Final = (
    "log",
    "--no-walk=unsorted",
    "--stdin",
    "--raw",
    "-m",
    "--no-abbrev",
    "--no-renames",
    "--no-color",
    "--no-notes",
    "-z",
    "--format=%x01%H",
)
_LINK: Final = b"160000"


def shortcomings(git: Git) -> list[str]:
    """Sentences about a clone that is not whole."""
    says = []
    if git.line(["rev-parse", "--is-shallow-repository"]) == "true":
        says.append("History not local: the clone is shallow; `git fetch --unshallow` brings the older commits.")
    if git.line(["config", "--get-regexp", r"^remote\..*\.promisor$"]):
        says.append("The clone is partial: what was never fetched was not read; `git fetch --refetch` brings it.")
    return says


def absent_files(git: Git, commits: Sequence[str]) -> dict[str, list[str]]:
    """Commits that change a file whose content, before or after, is not local; and those files.

    Trees are enough for this, so nothing is fetched even in a clone without any file contents.
    """
    changed: dict[str, dict[str, list[str]]] = {}
    blobs: set[str] = set()
    try:
        for commit, path, ids in _changes(git, commits):
            blobs.update(ids)
            for blob in ids:
                changed.setdefault(blob, {}).setdefault(commit, []).append(path)
    except EndedEarlyError:
        return {}  # trees are missing as well: the caller counts what it cannot read
    absent: dict[str, list[str]] = {}
    for blob in _missing(git, blobs):
        for commit, paths in changed[blob].items():
            absent[commit] = sorted({*absent.get(commit, ()), *paths})
    return absent


def _changes(git: Git, commits: Sequence[str]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Commit, path, and the ids of the content before and after, of every change.

    Raises:
        EndedEarlyError: a tree is missing.
    """
    commit, rest = "", b""
    ids: tuple[str, ...] = ()
    for block in git.stream(_RAW, told=commits):
        parts = (rest + block).split(b"\0")
        rest = parts.pop()
        for part in parts:
            if ids:
                yield commit, part.decode("utf-8", "surrogateescape"), ids
                ids = ()
                continue
            for piece in part.split(b"\n"):
                if piece.startswith(b"\x01"):
                    commit = piece[1:41].decode()
                elif piece.startswith(b":"):
                    ids = _contents(piece.split(b" "))


def _contents(words: list[bytes]) -> tuple[str, ...]:
    """Ids of files in a line of ``--raw``: two modes, two ids, a letter; a submodule has none."""
    pairs = ((words[0][1:], words[2]), (words[1], words[3]))
    return tuple(blob.decode() for mode, blob in pairs if blob.strip(b"0") and mode != _LINK)


def _missing(git: Git, blobs: set[str]) -> set[str]:
    try:
        told = git.whole(["cat-file", "--batch-check=%(objectname)"], told=sorted(blobs)).decode()
    except EndedEarlyError:
        return set()
    return {line.split(" ")[0] for line in told.splitlines() if line.endswith(" missing")}
