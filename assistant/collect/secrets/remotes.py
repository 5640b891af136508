"""Who may have a commit: remote-tracking branches, and where they come from, without the credentials that an address can hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.collect.git import EndedEarlyError


if TYPE_CHECKING:
    from assistant.collect.git import Git

_ADDRESS: Final = re.compile(r"(?:\w+://)?(?:[^/@\s]*@)?(?P<host>[\w.-]+)(?::\d+)?[:/]+(?P<path>[\w./~+-]*)")


def remotes_of(git: Git) -> tuple[str, ...]:
    """``origin (github.com/owner/name)``, sorted."""
    told = git.line(["config", "--get-regexp", r"^remote\..*\.url$"])
    remotes = set()
    for line in told.splitlines():
        name, _, address = line.partition(" ")
        short = name.removeprefix("remote.").removesuffix(".url")
        match = _ADDRESS.fullmatch(address.strip())
        local = address.startswith(("/", ".", "file:"))
        where = (
            "a folder" if local or match is None else f"{match['host']}/{match['path'].strip('/').removesuffix('.git')}"
        )
        remotes.add(f"{short} ({where})")
    return tuple(sorted(remotes))


def pushed_commits(git: Git) -> frozenset[str] | None:
    """Every commit that a remote-tracking branch contains; None when there is no such branch."""
    if not git.line(["for-each-ref", "--count=1", "refs/remotes"]):
        return None
    try:
        return frozenset(git.whole(["rev-list", "--remotes"]).decode().split())
    except EndedEarlyError:
        return None
