"""What went live when: units of the production branch, the deploys that carried them, and what each unit did to access."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Lane(StrEnum):
    """What a changed file belongs to."""

    CODE = "code"
    MIGRATIONS = "migrations"
    CONFIGURATION = "configuration"
    """Environment variables, hosting, framework and CI files."""
    DEPENDENCIES = "dependencies"
    OTHER = "other"
    """Generated, vendored and lock files, tests, documents: they count for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy:
    """One release, as far as something says so."""

    id: str
    """Name of the tag, or the id that the host gave it."""
    sha: str
    """Full hash of the commit that was deployed."""
    at: datetime
    """When it went live, aware UTC; when it was made, for one that did not."""
    source: str
    """``push`` or ``merge`` (nobody says more than that the branch moved), ``tag``, ``vercel``, ``netlify``, ``cloudflare-pages``, ``render``, ``github``."""
    environment: str = "production"
    """``production``, ``preview`` or what the host calls it."""
    succeeded: bool = True
    """False when the host says that it failed, was cancelled, is not done yet or was never published: then nothing went live."""
    url: str = ""
    """Where it can be looked at; empty when unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit of the first-parent line: a push, a squash, or a merge with everything that it carried."""

    sha: str
    """Full hash."""
    parents: tuple[str, ...]
    """Full hashes; the first is the line that was deployed before."""
    at: datetime
    """When it was committed, aware UTC."""
    author: str
    """Name; shown to the operator, left out of exports."""
    email: str
    """Address; shown to the operator, left out of exports."""
    subject: str
    """First line of the message."""
    files: Mapping[str, Lane] = field(default_factory=dict)
    """Changed paths against the first parent, with their lanes; a renamed file under its new name."""
    reverts: str = ""
    """Hash that the message says it takes back; empty when it does not."""

    @property
    def is_merge(self) -> bool:
        """True when it has more than one parent."""
        return len(self.parents) > 1

    def lanes(self) -> tuple[Lane, ...]:
        """The lanes it touches, in their order, without ``OTHER``."""
        return tuple(lane for lane in Lane if lane is not Lane.OTHER and lane in self.files.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The commits that are looked at."""

    good: str
    """Full hash of the last commit that was good; empty when the window begins with the history."""
    head: str
    """Full hash of the newest."""
    commits: tuple[Commit, ...]
    """First-parent line after ``good`` up to ``head``, newest first."""
    why: str
    """How the window was chosen, one sentence."""
    shortcomings: tuple[str, ...] = ()
    """What of the history could not be read, one sentence each: shallow, blobs missing, submodules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing a commit did to access."""

    kind: str
    """Kebab-case: ``finding-introduced``, ``policy-widened``, ``rls-off``, ``guard-removed`` …"""
    says: str
    """One sentence."""
    file: str
    """Path at that commit; empty when no single file did it."""
    line: int
    """1-based; 0 when unknown."""
    weight: float
    """What it adds to the score."""
    finding: str = ""
    """Fingerprint of the finding that it brought; empty when none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A commit with what speaks against it."""

    commit: Commit
    """Which."""
    score: float
    """Sum of the weights; 0 when it did nothing to access."""
    reasons: tuple[Reason, ...]
    """Heaviest first."""
    deploys: tuple[Deploy, ...] = ()
    """The deploys that carried it first, oldest first: when it went live."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """All commits of a window, the likeliest culprit first."""

    window: Window
    """What was looked at."""
    suspects: tuple[Suspect, ...]
    """Every commit of the window."""
    compared: int
    """Commits of which the code was followed before and after."""
    not_compared: tuple[str, ...] = ()
    """What could not be compared, and why, one sentence each."""
