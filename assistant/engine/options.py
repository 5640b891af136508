"""How the operator wants a rehearsal done; filled from flags, ``STANCH_*`` variables and ``stanch.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Where the schema comes from and where it is rehearsed."""

    folder: Path | None = None
    """In a monorepo, the folder whose migrations count; None for the whole repository."""
    schema_file: Path | None = None
    """A ``pg_dump --schema-only`` file to use instead of the migrations."""
    database_url: str | None = None
    """A live database whose schema (never its rows) is copied through a read-only session."""
    shadow_url: str | None = None
    """A scratch server to rehearse on instead of the embedded one."""
    workers: int = 2
    """Connections that attack at the same time."""
    leaks_only: bool = False
    """Write only what closes a leak or a likely one; faster spellings and hardening wait for the morning."""
    history: bool = False
    """Look for secrets in every commit as well, not only in the files as they are."""
    keeps_sources: bool = False
    """Keep what was read of the files: edits are tried on it."""
    statement_seconds: float = 10.0
    """Longest time one statement of a migration may take in the shadow."""
