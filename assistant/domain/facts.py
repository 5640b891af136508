"""What was seen, never an opinion: places, subjects, facts and the evidence behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """A line in a file of the operator's repository."""

    file: str
    """Path relative to the root of the repository, with forward slashes."""
    line: int
    """1-based line."""
    symbol: str | None = None
    """The policy, table, function or handler that stands there, for people and for scoring."""

    def __str__(self) -> str:
        """``supabase/migrations/0001_init.sql:12``, as editors and terminals open it."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Subject:
    """What a fact or a finding is about."""

    kind: str
    """One of table, view, matview, function, bucket, column, policy, role, schema, publication, file."""
    name: str
    """Its name as ``str(Name)`` prints it; a column is ``public.users.email``, a policy ``public.chats: read own``."""

    def __str__(self) -> str:
        """Kind and name in one phrase."""
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The file behind a fact, kept in the case file and redacted before it is written."""

    id: str
    """SHA-256 of the stored bytes, in hexadecimal."""
    kind: str
    """What sort of file: catalog, replay, matrix, witness, diff, answer."""
    summary: str
    """One line for lists."""
    redacted: bool
    """True once secrets and personal data were replaced."""
    taken_at: datetime
    """When it was taken, aware UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that was seen."""

    source: str
    """Which collector saw it: catalog, repository, replay."""
    subject: Subject
    """What it is about."""
    says: str
    """One sentence without judgement."""
    taken_at: datetime
    """When it was seen, aware UTC."""
    evidence: tuple[str, ...] = ()
    """Ids of the evidence behind it."""
