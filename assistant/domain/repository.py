"""The operator's repository as far as its database is concerned: which SQL rebuilds it, and what was set aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from pathlib import Path

    from assistant.domain.catalog import PlatformKind
    from assistant.domain.replay import Layout, NotRead, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class AlsoThere:
    """SQL that describes a schema and is not replayed."""

    layout: Layout
    """What it is, with its sources, so that it can be replayed after all."""
    why: str
    """One sentence: why something else was chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A work tree, read once and never written."""

    root: Path
    """Top of the work tree, absolute."""
    head: str
    """Commit that is checked out, in hexadecimal; empty in a repository without commits."""
    branch: str | None
    """Branch that is checked out; None when HEAD is detached."""
    dirty: tuple[str, ...]
    """Paths that differ from HEAD or are untracked, sorted; a folder that is untracked as a whole ends with a slash."""
    layouts: tuple[Layout, ...]
    """What is replayed, in order; empty when the repository has no schema."""
    not_read: tuple[NotRead, ...]
    """Files that were left out or could not be read, sorted."""
    platform: PlatformKind
    """Who seems to host the database."""
    text_subject: bool
    """True when policies compare the subject of the token as text (Clerk and other third-party tokens)."""
    generated_types: tuple[Source, ...]
    """TypeScript files generated from the database; they name tables and columns, never policies."""
    also_there: tuple[AlsoThere, ...] = ()
    """Schemas that were found and not chosen, each with the reason."""
    why: str = ""
    """How ``layouts`` were chosen, one sentence."""
    exposed_schemas: tuple[str, ...] = ("public",)
    """Schemas that the API serves, as ``config.toml`` beside the migrations says."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every source of ``layouts`` in replay order."""
        return tuple(source for layout in self.layouts for source in layout.sources)
