"""Evidence beside the journal: files named by their SHA-256, redacted before they are written, never overwritten."""

from __future__ import annotations

import hashlib
import json
import os
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assistant.domain.errors import CaseFileError
from assistant.domain.facts import Evidence
from assistant.store.places import plain_errors, private_folder


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.store.places import Places

_ID = re.compile(r"[0-9a-f]{64}")


class EvidenceShelf:
    """The evidence of one incident."""

    def __init__(
        self,
        places: Places,
        incident: str,
        *,
        redact: Callable[[str], str],
        now: Callable[[], datetime] | None = None,
    ) -> None:
        """Nothing is created until the first ``put``."""
        self._folder = places.incident(incident) / "evidence"
        self._redact = redact
        self._now = now or (lambda: datetime.now(UTC))

    def put(self, kind: str, summary: str, text: str) -> Evidence:
        """Store redacted text; the same text twice is the same evidence.

        Raises:
            CaseFileError: it cannot be written.
        """
        data = self._redact(text).encode("utf-8", "backslashreplace")
        evidence = Evidence(
            id=hashlib.sha256(data).hexdigest(),
            kind=kind,
            summary=self._redact(summary),
            redacted=True,
            taken_at=self._now(),
        )
        path = self._folder / evidence.id
        if path.exists():
            return self.describe(evidence.id)
        about = {"kind": kind, "summary": evidence.summary, "redacted": True, "taken_at": evidence.taken_at.isoformat()}
        with plain_errors(path):
            private_folder(self._folder.parent)
            private_folder(self._folder)
            # the description first: evidence without one would be a file nobody can place
            _write_once(path.with_suffix(".json"), json.dumps(about, sort_keys=True).encode())
            _write_once(path, data)
        return evidence

    def read(self, evidence: str) -> str:
        """The stored text.

        Raises:
            CaseFileError: it is not there, or is not what its id says.
        """
        data = self._bytes(evidence, "")
        if hashlib.sha256(data).hexdigest() != evidence:
            raise CaseFileError(f"evidence {evidence[:12]} was changed from outside.", "Do not rely on it.")
        return data.decode("utf-8")

    def describe(self, evidence: str) -> Evidence:
        """What is known about stored evidence.

        Raises:
            CaseFileError: it is not there.
        """
        about = json.loads(self._bytes(evidence, ".json"))
        return Evidence(
            id=evidence,
            kind=about["kind"],
            summary=about["summary"],
            redacted=about["redacted"],
            taken_at=datetime.fromisoformat(about["taken_at"]),
        )

    def ids(self) -> tuple[str, ...]:
        """Ids of everything stored, sorted."""
        if not self._folder.is_dir():
            return ()
        return tuple(sorted(entry.name for entry in self._folder.iterdir() if _ID.fullmatch(entry.name)))

    def _bytes(self, evidence: str, suffix: str) -> bytes:
        if not _ID.fullmatch(evidence):
            raise CaseFileError(f"{evidence!r} is not the id of evidence.", "Copy it from the timeline.")
        try:
            return (self._folder / f"{evidence}{suffix}").read_bytes()
        except OSError as error:
            raise CaseFileError(
                f"evidence {evidence[:12]} cannot be read.", "Run the step that took it again."
            ) from error


def _write_once(path: Path, data: bytes) -> None:
    beside = path.with_name(f".{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
