"""What closes a finding, or why nothing does; and the proof that it did."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.domain.matrix import Comparison


class Applies(StrEnum):
    """How safe a fix is to apply; a different word from how sure the finding is."""

    SAFE = "safe"
    """Cannot change what the application may rightfully do."""
    REVIEW = "review"
    """Changes behaviour: read it first."""
    MANUAL = "manual"
    """stanch can say what to do and not do it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One SQL statement of a migration."""

    sql: str
    """Without the closing semicolon."""
    comment: str = ""
    """Why, one or several lines, written above it as ``--`` lines."""
    own_file: bool = False
    """True for CREATE INDEX CONCURRENTLY: not inside a transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """One replacement of bytes in a file; hunks of one patch do not overlap."""

    at: int
    """First byte replaced, in the file as it was read."""
    end: int
    """First byte kept again; equal to ``at`` for an insertion."""
    text: str
    """What stands there instead, with the file's own line ends."""
    says: str
    """Why, one sentence."""
    supports: bool = False
    """True for an import that only serves the other hunks of its fix: it goes when they are all declined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """Edits of one file of the repository, or a new file."""

    path: str
    """Relative to the root, forward slashes."""
    replaces: str | None
    """SHA-256 of the bytes the hunks were computed from; None for a new file. A file changed meanwhile is recomputed, never fuzzed."""
    hunks: tuple[Hunk, ...]
    """In the order of ``at``; a new file is one hunk at 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewModule:
    """A file that edits need and that is not there: what it is called, and how the files around it are written."""

    path: str
    """Relative to the root, forward slashes."""
    variable: str
    """Environment variable it reads."""
    quote: str = '"'
    semicolon: str = ";"
    indent: str = "  "
    eol: str = "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """A change that closes findings."""

    id: str
    """Kebab-case, stable: ``lock-public-chats``."""
    title: str
    """One sentence: what it does."""
    findings: tuple[str, ...]
    """Fingerprints it closes."""
    applies: Applies
    """How safe."""
    statements: tuple[Statement, ...]
    """Forward, in order."""
    undo: tuple[Statement, ...]
    """Backward, in order; it re-opens the leak and says so."""
    risk: str = ""
    """One sentence: what might break, whom to ask."""
    objects: tuple[str, ...] = ()
    """Objects it touches."""
    order: int = 50
    """Lower first: 10 helper functions, 20 tables and policies, 30 views, 40 functions, 60 buckets, 70 grants, 90 indexes; code: 100 and up."""
    patches: tuple[Patch, ...] = ()
    """Edits of code; ``statements`` and ``undo`` are then empty, or hold the migration the patch needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoFix:
    """A finding stanch does not fix, and why: a value, never None."""

    finding: str
    """Fingerprint."""
    reason: str
    """One sentence a person can act on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanNote:
    """What EXPLAIN showed for a policy column."""

    table: str
    """Table name."""
    columns: tuple[str, ...]
    """Columns the policy filters on."""
    uses_index: bool
    """True when the plan of the rewritten query uses an index on them (sequential scans disabled)."""
    plan: str
    """The plan's node line."""


class ProofVerdict(StrEnum):
    """What a proof came to."""

    HOLDS = "holds"
    LEAKS = "leaks"
    LOCKED_OUT = "locked-out"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The claim "these fixes close these leaks", tried on a clone of the shadow."""

    claim: str
    """One sentence."""
    verdict: ProofVerdict
    """What came out; anything but ``holds`` is shown as not proven."""
    reason: str
    """One sentence."""
    before: Mapping[str, int]
    """Cells by verdict before."""
    after: Mapping[str, int]
    """Cells by verdict after."""
    comparison: Comparison
    """Cell by cell."""
    failed: tuple[tuple[str, str], ...] = ()
    """Statements of the fix that PostgreSQL refused: statement, reason."""
    plans: tuple[PlanNote, ...] = ()
    """EXPLAIN on the fixed schema."""
    undo_works: bool = False
    """True when the undo brought the catalog back to what it was."""
    again_is_noop: bool = False
    """True when applying the migration a second time changed nothing."""
    not_proven: Mapping[str, str] = field(default_factory=dict)
    """Finding fingerprint to the reason, for findings the proof does not cover (never executed)."""
    fixes: tuple[Fix, ...] = ()
    """What was finally rehearsed, in order: fixes that locked an owner out are no longer in it, so write these and no others."""
    not_fixed: tuple[NoFix, ...] = ()
    """What the rehearsal took out again, and why; one a finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A file stanch wrote, or proposes to write, into the operator's repository."""

    path: str
    """Relative to the repository root, forward slashes."""
    kind: str
    """migration, undo, journal, runbook, map."""
    content: str
    """The whole text."""
    replaces: str | None = None
    """SHA-256 of the content it was computed from, None for a new file; a file changed meanwhile is recomputed."""

    @property
    def new(self) -> bool:
        """True when the file must not exist yet."""
        return self.replaces is None
