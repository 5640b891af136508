"""Reads case files without walking them: list, show, verify, export; nothing is changed and no lock is taken."""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.domain.errors import CaseFileError, UsageError
from assistant.engine.fold import fold
from assistant.engine.handover import people_of, print_runbook
from assistant.engine.playbooks import load_playbook
from assistant.store.codec import encode_event
from assistant.store.evidence import EvidenceShelf
from assistant.store.journal import Head, verified
from assistant.store.keys import read_key
from assistant.store.places import Places
from assistant.text.redact import Redactor


if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from assistant.domain.events import Incident
    from assistant.domain.playbook import Playbook


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """One incident as it lies on disk."""

    incident: Incident
    """Folded."""
    playbook: Playbook
    """Its playbook."""
    head: Head
    """The last event's number and hash."""
    torn: int
    """Bytes of a last line that a crash cut off; mended when the incident is resumed."""
    shelf: EvidenceShelf
    """Its evidence; reading only."""


def incident_ids(root: Path) -> tuple[str, ...]:
    """Ids of the incidents of a repository, oldest first."""
    places = Places(root)
    return tuple(each for each in places.known() if (places.incident(each) / "journal.jsonl").is_file())


def latest(root: Path, incident: str | None) -> str:
    """The incident asked for, or the latest.

    Raises:
        UsageError: there is none.
    """
    if incident is not None:
        return incident
    known = incident_ids(root)
    if not known:
        raise UsageError("this repository has no incident yet.", "Open one with `stanch`, or with `stanch fix`.")
    return known[-1]


def read_case(root: Path, incident: str) -> CaseFile:
    """Read and check one incident.

    Raises:
        CaseFileError: there is none, or its journal is damaged, shortened or from a newer version.
    """
    places = Places(root)
    places.refuse_strangers()
    events, head, torn = verified(places, incident)
    if not events:
        raise CaseFileError(f"the journal of {incident} is empty.", "Open a new incident.")
    playbook = load_playbook(getattr(events[0].what, "playbook", "ai-chatbot"))
    return CaseFile(
        incident=fold(events, playbook),
        playbook=playbook,
        head=head,
        torn=torn,
        shelf=EvidenceShelf(places, incident, redact=Redactor(read_key(places, incident)).text),
    )


def verify_evidence(case: CaseFile) -> tuple[int, tuple[str, ...]]:
    """Check every piece of evidence that the journal names.

    Returns:
        How many there are, and a sentence for each that is missing or was changed.
    """
    named = dict.fromkeys(
        evidence for event in case.incident.events if (evidence := getattr(event.what, "evidence", ""))
    )
    broken: list[str] = []
    for evidence in named:
        try:
            case.shelf.read(evidence)
        except CaseFileError as error:
            broken.append(error.says)
    return len(named), tuple(broken)


def runbook_of(case: CaseFile, *, named_from: Path | None = None) -> str:
    """The runbook as Markdown; ``named_from`` is the repository that says who made the commits, None leaves them pseudonyms."""
    people = people_of(case.incident, named_from) if named_from is not None else None
    return print_runbook(case.incident, (case.head.n, case.head.sha), case.shelf, people=people)


def export(root: Path, incident: str, to: Path, *, authors: bool = False) -> Path:
    """Write a redacted archive: journal, evidence, runbook, and a note on how to check it.

    The same case file gives the same bytes. The key of the pseudonyms is not in it, and the people who made commits are named
    only with ``authors``.

    Returns:
        The archive.

    Raises:
        UsageError: the file exists already, or cannot be written.
        CaseFileError: the case file is damaged.
    """
    case = read_case(root, incident)
    journal = b"".join(encode_event(event) + b"\n" for event in case.incident.events)
    members: dict[str, bytes] = {
        "journal.jsonl": journal,
        "runbook.md": runbook_of(case, named_from=root if authors else None).encode(),
        "head.json": json.dumps(
            {"incident": incident, "events": case.head.n, "sha256": case.head.sha}, indent=2
        ).encode(),
    }
    for evidence in case.shelf.ids():
        about = case.shelf.describe(evidence)
        members[f"evidence/{evidence}.txt"] = case.shelf.read(evidence).encode()
        members[f"evidence/{evidence}.json"] = json.dumps(
            {"kind": about.kind, "summary": about.summary, "taken_at": about.taken_at.isoformat()}, indent=2
        ).encode()
    _refuse_known_secrets(members)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(members.items()):
            info = zipfile.ZipInfo(f"{incident}/{name}", date_time=case.incident.opened_at.timetuple()[:6])
            info.external_attr = 0o600 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    _write_new(to, packed.getvalue())
    return to


_SECRET_NAME = re.compile(r"(?i)(key|secret|token|passw|database_url|dsn|credential)")
_SHORTEST_SECRET = 12


def _refuse_known_secrets(members: Mapping[str, bytes]) -> None:
    """A last look before something leaves: no secret of this process's environment may be in it.

    Raises:
        CaseFileError: one is.
    """
    for name, value in os.environ.items():
        if _SECRET_NAME.search(name) and len(value) >= _SHORTEST_SECRET:
            for member, data in members.items():
                if value.encode("utf-8", "surrogateescape") in data:
                    raise CaseFileError(
                        f"the value of {name} stands in {member}, and nothing was exported.",
                        "Rotate that secret, and export from a shell in which it is not set once you checked the file.",
                    )


def write_new(to: Path, text: str) -> None:
    """Write a new file that only its owner reads; never over another.

    Raises:
        UsageError: it exists, or cannot be written.
    """
    _write_new(to, text.encode())


def _write_new(to: Path, data: bytes) -> None:
    try:
        descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
    except FileExistsError as error:
        raise UsageError(
            f"{to.name} exists already, and is not overwritten.", "Choose another name with --to."
        ) from error
    except OSError as error:
        raise UsageError(
            f"{to.name} cannot be written: {error.strerror}.", "Choose another place with --to."
        ) from error
