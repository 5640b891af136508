"""Bypasses that somebody meant to be temporary: brought by a commit of the window, and still there at its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.collect.git import EndedEarlyError, top_of
from assistant.domain.facts import Place


if TYPE_CHECKING:
    from pathlib import Path

    from assistant.collect.git import Git
    from assistant.engine.deploys import Told

KIND: Final = "bypass"
"""Kind of the reason that the ranking gives for such a line."""
_LARGEST: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bypass:
    """One that is left."""

    place: Place
    """Where it stands now."""
    commit: str
    """Full hash of the newest commit of the window that brought such a line into the file."""


def bypasses_left(root: Path, told: Told) -> tuple[Bypass, ...]:
    """Those that still stand at the newest commit, in the order of the window; a renamed file is passed over.

    Args:
        root: of the repository.
        told: the ranking.
    """
    from assistant.explain.signals import SIGNALS

    pattern = next(signal.pattern for signal in SIGNALS if signal.kind == KIND)
    git, head = top_of(root), told.ranking.window.head
    by_sha = {suspect.commit.sha: suspect for suspect in told.ranking.suspects}
    found: dict[Place, Bypass] = {}
    for commit in told.ranking.window.commits:
        for reason in by_sha[commit.sha].reasons:
            if reason.kind != KIND or not reason.file:
                continue
            for number, line in enumerate(_blob(git, head, reason.file).split(b"\n"), 1):
                if pattern.search(line):
                    place = Place(file=reason.file, line=number)
                    found.setdefault(place, Bypass(place=place, commit=commit.sha))
    return tuple(found.values())


def _blob(git: Git, commit: str, path: str) -> bytes:
    try:
        return git.whole(["cat-file", "blob", f"{commit}:{path}"])[:_LARGEST]
    except EndedEarlyError:
        return b""  # gone, or under another name
