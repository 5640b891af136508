"""Rebuilding the operator's schema from the files of the repository, and what could not be rebuilt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.domain.facts import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One SQL file (or the SQL part of another file) in the order in which it is replayed."""

    path: str
    """Path relative to the repository root, with forward slashes."""
    text: str
    """Its SQL."""
    first_line: int = 1
    """Line of the file on which ``text`` starts (SQL found inside a shell script starts later)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRead:
    """A file that could not be read, or was left out on purpose."""

    file: str
    """Path relative to the repository root."""
    reason: str
    """One sentence: not UTF-8, over the size limit, a rollback file, a duplicate of another."""
    unreadable: bool = False
    """It may be part of the schema and could not be read; False when it was left out on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One migration folder (or schema file) as its tool lays it out."""

    kind: str
    """supabase, supabase-schemas, prisma, drizzle, numbered, schema-file, dump, or script (SQL inside a shell script)."""
    root: str
    """Folder or file relative to the repository root."""
    sources: tuple[Source, ...]
    """In replay order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A statement that PostgreSQL refused in the shadow."""

    file: str
    """File it stands in."""
    line: int
    """1-based line on which it starts."""
    reason: str
    """The server's message in one line."""
    statement: str
    """Its first 120 characters, one line."""
    sqlstate: str = ""
    """The server's code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """An object that the migrations use and no file creates (made in a dashboard, most often)."""

    kind: str
    """table, column, function, type, role, schema, policy or extension."""
    name: str
    """As the server named it."""
    needed_by: int
    """How many statements were skipped because of it."""
    remedy: str
    """What would mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """The outcome of a replay, with its denominator."""

    files: int
    """Files replayed."""
    statements: int
    """Statements tried (empty ones and psql meta-commands do not count)."""
    applied: int
    """Statements that succeeded."""
    skipped: tuple[Skipped, ...] = ()
    """The rest, in order."""
    missing: tuple[Missing, ...] = ()
    """Why, grouped; most needed first."""
    not_read: tuple[NotRead, ...] = ()
    """Files left out."""
    stand_ins: tuple[str, ...] = ()
    """Extensions that a stand-in replaced, sorted: what they do is not tested."""
    filled_in: tuple[str, ...] = ()
    """Tables taken from generated types because no migration creates them, sorted."""
    provenance: Mapping[str, Place] = field(default_factory=dict)
    """Who last set it: keys are ``str(Subject)`` (``table public.chats``, ``policy public.chats: read``, ``rls public.chats``, ``grant public.chats``, ``view …``, ``function …``, ``bucket …``, ``column …``, ``publication public.chats``)."""
    seconds: float = 0.0
    """Wall time."""
    already_there: int = 0
    """Statements among ``applied`` that the server refused because an earlier file had made the same object."""
    assumed: tuple[str, ...] = ()
    """Extensions that no migration creates and that were switched on because a statement needs them, sorted."""
    retried: int = 0
    """Statements among ``applied`` that succeeded only when tried again after everything else."""
    notes: tuple[str, ...] = ()
    """Sentences for the operator that belong to no statement: the role of a live database that could have written there."""
