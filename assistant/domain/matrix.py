"""The attack matrix: who could do what to which object, shown by doing it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.domain.names import Name
    from assistant.domain.ownership import Question


class Actor(StrEnum):
    """Who attacks (or, for ``owner``, who must not be locked out)."""

    GUEST = "guest"
    """Nobody signed in."""
    SIGNED_IN = "signed-in"
    """Signed in, member of no tenant."""
    OTHER_TENANT = "other-tenant"
    """A legitimate member of another tenant: the attacker that matters."""
    TEAMMATE = "teammate"
    """A plain member of the same tenant."""
    FORGED_CLAIMS = "forged-claims"
    """Signed in, with whatever a user may write into their own user_metadata, or with a claim or setting missing."""
    SERVICE = "service"
    """Trusted server code, where a table is meant for it alone."""
    OWNER = "owner"
    """The rightful owner; appears only in the allows beside the denies and in ``locked_out``."""


class Verb(StrEnum):
    """What is tried."""

    SELECT = "select"
    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"
    EXECUTE = "execute"


class Verdict(StrEnum):
    """What came out."""

    HOLDS = "holds"
    LEAKS = "leaks"
    LOCKED_OUT = "locked_out"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """Follows exposure: guest, any signed-in user, member of the same tenant."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


SEVERITY_RANK: Mapping[Severity, int] = {severity: rank for rank, severity in enumerate(Severity)}
"""0 is the worst."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One attack, or one legitimate allow, and its outcome."""

    object: str
    """Schema-qualified, as ``str(Name)`` prints it; a bucket is its id under ``storage.objects``."""
    kind: str
    """table, view, matview, function, bucket or column."""
    verb: Verb
    """What was tried."""
    actor: Actor
    """Who tried."""
    variant: str = ""
    """Which form: ``read``, ``as-victim``, ``stuffed``, ``move``, ``raise``, ``blind``, ``two-step``, ``truncate``, ``fresh`` …; part of the cell's identity."""
    verdict: Verdict = Verdict.UNKNOWN
    """What came out."""
    reason: str = ""
    """One sentence: why it holds (no grant, policy, constraint), why it is unknown, or what leaked."""
    steps: tuple[str, ...] = ()
    """For a leak: what the attacker did, one short imperative sentence a step; the last one is the read or write that succeeded."""
    columns: tuple[str, ...] = ()
    """Columns that leaked or were written, in table order."""
    through: Name | None = None
    """For a two-step attack: the authority table that was written first."""
    severity: Severity = Severity.INFO
    """For a leak: how exposed."""
    confidence: Confidence = Confidence.HIGH
    """For a leak: lower when the owner is doubtful or the map inferred."""
    witness: str = ""
    """For a leak: runnable psql text."""
    sqlstate: str = ""
    """The server's code when it refused."""

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """Identity across runs: object, kind, verb, actor, variant (two-steps carry the authority table too)."""
        return (self.object, f"{self.kind}/{self.through or ''}", self.verb.value, self.actor.value, self.variant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeding:
    """What the shadow was filled with, with its denominator."""

    tables: int
    """Tables to seed."""
    seeded: int
    """Tables with rows in both tenants."""
    not_seeded: Mapping[str, str] = field(default_factory=dict)
    """Table name to the reason."""
    dropped_checks: tuple[str, ...] = ()
    """CHECK constraints that no value could meet and that were dropped in the shadow: ``public.t: name``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """All cells of one run."""

    cells: tuple[Cell, ...]
    """Sorted by key; deterministic."""
    seeding: Seeding
    """What was filled in."""
    questions: tuple[Question, ...] = ()
    """Public by design? One grouped question a schema."""
    confirmed: bool = False
    """True when the map was the operator's, False when it was inferred."""

    def counts(self) -> dict[str, int]:
        """Cells by verdict, all four keys present."""
        counted = Counter(cell.verdict for cell in self.cells)
        return {verdict.value: counted.get(verdict, 0) for verdict in Verdict}

    def of(self, verdict: Verdict) -> tuple[Cell, ...]:
        """Cells of one verdict in order."""
        return tuple(cell for cell in self.cells if cell.verdict is verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two matrices of the same attacks, before and after a change."""

    closed: tuple[Cell, ...]
    """Leaked before, hold after (the cells before)."""
    still_open: tuple[Cell, ...]
    """Leaked before, leak after (the cells after)."""
    opened: tuple[Cell, ...]
    """Held or did not exist before, leak after."""
    locked_out: tuple[Cell, ...]
    """A rightful allow that worked before and fails after."""
    lost_sight: tuple[Cell, ...]
    """Leaked before, unknown after: not proven."""
