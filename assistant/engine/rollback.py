"""What rolling the code back would close, what it would undo besides, and what it leaves as it is: the database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.collect.deploys.lanes import lane_of
from assistant.collect.git import EndedEarlyError, top_of
from assistant.domain.deploys import Lane
from assistant.engine.lookback import brought, speaking


if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from assistant.domain.deploys import Commit, Suspect
    from assistant.domain.findings import Finding
    from assistant.engine.deploys import Told

_LARGEST: Final = 1_000_000
_BACK: Final = re.compile(r"(?:^|[/._-])(?:down|undo|rollback|revert)(?:[._-][^/]*)?\.sql\Z", re.IGNORECASE)
"""A file that takes a migration back: nobody applied it."""
_COMMENT: Final = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_TAKES: Final = (
    ("drops a table", re.compile(r"\bdrop\s+table\b", re.IGNORECASE)),
    ("drops a column", re.compile(r"\bdrop\s+column\b", re.IGNORECASE)),
    ("drops a view or function", re.compile(r"\bdrop\s+(?:materialized\s+)?(?:view|function|procedure)\b", re.IGNORECASE)),
    ("drops a type or schema", re.compile(r"\bdrop\s+(?:type|schema)\b", re.IGNORECASE)),
    ("renames", re.compile(r"\brename\s+(?:to|column)\b", re.IGNORECASE)),
    ("changes the type of a column", re.compile(r"\balter\s+(?:column\s+)?\S+\s+(?:set\s+data\s+)?type\b", re.IGNORECASE)),
    ("demands a value", re.compile(r"\bset\s+not\s+null\b", re.IGNORECASE)),
    ("deletes rows", re.compile(r"\bdelete\s+from\b|\btruncate\b", re.IGNORECASE)),
)  # fmt: skip
"""What older code may stumble over, or what no older code brings back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staying:
    """A migration that stays applied."""

    path: str
    """Of the repository, as it is called at the newest commit that changed it."""
    commit: str
    """That commit."""
    takes: tuple[str, ...]
    """What it takes away from older code, in words; empty when it only adds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """A rollback of the code, looked at before anybody does it."""

    to: str
    """Full hash of the commit that would be live; empty when there is none to go back to."""
    why: str
    """Why that one, a clause."""
    closes: tuple[Suspect, ...]
    """Commits that brought findings, all of which lie in the code that would be gone."""
    leaves: tuple[Suspect, ...]
    """Commits of which a finding lies in the database, which stays as it is."""
    undoes: tuple[Commit, ...]
    """The other commits that would be gone with them, newest first."""
    stays: tuple[Staying, ...]
    """Migrations of all these commits: none of them is reversed by older code."""


def rollback(root: Path, told: Told, findings: Mapping[str, Finding], *, named: bool) -> Rollback:
    """What a rollback to the last good commit would do; without one, to the commit before the oldest that brought a finding.

    Args:
        root: of the repository.
        told: the ranking.
        findings: what the incident is about, by fingerprint.
        named: True when somebody named the last good commit, so that the window begins there.
    """
    window = told.ranking.window
    guilty = {one.commit.sha: one for one in speaking(told.ranking.suspects) if brought(one, findings)}
    to, why = window.good, "the last good commit"
    if not named:
        oldest = next((commit for commit in reversed(window.commits) if commit.sha in guilty), None)
        if oldest is not None:
            to = oldest.parents[0] if oldest.parents else ""
            why = "the commit before the oldest that brought a finding, because no last good one was named"
    gone = []
    for commit in window.commits:
        if commit.sha == to:
            break
        gone.append(commit)
    culprits = [guilty[commit.sha] for commit in gone if commit.sha in guilty]
    leaves = tuple(one for one in culprits if any(in_database(each) for each in brought(one, findings)))
    return Rollback(
        to=to,
        why=why,
        closes=tuple(one for one in culprits if one not in leaves),
        leaves=leaves,
        undoes=tuple(commit for commit in gone if commit.sha not in guilty),
        stays=_staying(root, gone),
    )


def in_database(finding: Finding) -> bool:
    """True when what opened it is a rule of the database."""
    if finding.where is not None:
        return lane_of(finding.where.file) is Lane.MIGRATIONS
    return not finding.entry


def _staying(root: Path, commits: list[Commit]) -> tuple[Staying, ...]:
    git = top_of(root)
    found: dict[str, Staying] = {}
    for commit in commits:
        for path, lane in commit.files.items():
            if lane is not Lane.MIGRATIONS or path in found or not path.endswith(".sql") or _BACK.search(path):
                continue
            try:
                text = git.whole(["cat-file", "blob", f"{commit.sha}:{path}"])[:_LARGEST].decode("utf-8", "replace")
            except EndedEarlyError:
                continue  # that commit deleted it
            bare = _COMMENT.sub(" ", text)
            takes = tuple(says for says, pattern in _TAKES if pattern.search(bare))
            found[path] = Staying(path=path, commit=commit.sha, takes=takes)
    return tuple(found.values())
