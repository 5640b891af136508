"""What is wrong, how bad, how sure, and where."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.domain.matrix import SEVERITY_RANK, Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from assistant.domain.facts import Place, Subject

CONFIDENCE_RANK = {confidence: rank for rank, confidence in enumerate(Confidence)}
"""0 is the surest."""


def fingerprint(rule: str, subject: Subject, detail: str = "") -> str:
    """Stable id of a finding across runs: 16 hexadecimal digits of SHA-256 over rule, subject and detail.

    Lines and messages are left out on purpose: an edit above a policy must not make its finding new.
    """
    text = f"{rule}\x1f{subject.kind}\x1f{subject.name}\x1f{detail}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong."""

    rule: str
    """Kebab-case id of the detector."""
    subject: Subject
    """What it is about."""
    title: str
    """One sentence in plain words; the first thing a frightened reader sees."""
    severity: Severity
    """How exposed."""
    confidence: Confidence
    """How sure."""
    executed: bool
    """True when an attack on the shadow showed it, False when it is only suspected."""
    where: Place | None
    """The line that last set it; None when no file of the repository does."""
    fingerprint: str
    """See ``fingerprint()``."""
    detail: str = ""
    """Two or three sentences: what happens, who can do it, what it needs."""
    cells: tuple[tuple[str, str, str, str, str], ...] = ()
    """Keys of the matrix cells behind it."""
    policies: tuple[str, ...] = ()
    """Names of the policies at fault, on the subject's table."""
    columns: tuple[str, ...] = ()
    """Columns at fault."""
    entry: str = ""
    """Code findings: ``Entry.id`` in the code map; empty for findings about the database or about no entry."""
    queries: tuple[int, ...] = ()
    """Code findings: ``Query.id`` of the queries at fault."""
    at: tuple[int, int] = (0, 0)
    """Code findings: byte range at fault in ``where.file``; (0, 0) when only the line is known."""
    facts: tuple[tuple[str, str], ...] = ()
    """Code findings: what a patch needs to know, by name (``column``: user_id, ``caller``: session.user.id, ``variable`` ...), sorted."""

    @property
    def rank(self) -> tuple[bool, int, int, str, str, str]:
        """Sort key: executed first, then severity, confidence, subject, rule."""
        return (
            not self.executed,
            SEVERITY_RANK[self.severity],
            CONFIDENCE_RANK[self.confidence],
            self.subject.name,
            self.rule,
            self.fingerprint,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why findings exist: the change that brought them."""

    findings: tuple[str, ...]
    """Fingerprints."""
    commit: str | None
    """Full hash, None when unknown."""
    deploy: str | None
    """Name of the deploy, None when unknown."""
    line: Place | None
    """The migration line."""
    says: str
    """One sentence."""
    confidence: Confidence
    """How sure."""
