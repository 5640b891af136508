"""What leaves the machine is redacted, checkable, the same twice, and never holds a secret that is known here."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from assistant.domain.errors import CaseFileError, UsageError
from assistant.engine.casefile import export, incident_ids, latest, read_case, runbook_of, verify_evidence
from assistant.engine.commands import Answer, Note, Run
from tests.unit.engine.rig import Rig, opened, rig


__all__ = ["rig"]


@pytest.fixture
def case(rig: Rig) -> tuple[Rig, str]:
    with opened(rig) as session:
        session.send(Run(step="ask"))
        incident = session.send(Answer(step="ask", question="who", answer="dana@corp.io"))
        session.send(Run(step="write"))
    return rig, incident.id


def test_an_archive_can_be_checked_by_whoever_gets_it(case: tuple[Rig, str], tmp_path: Path) -> None:
    rig, incident = case
    export(rig.root, incident, tmp_path / "a.zip")
    export(rig.root, incident, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = {name.partition("/")[2] for name in archive.namelist()}
        journal = archive.read(f"{incident}/journal.jsonl")
        head = json.loads(archive.read(f"{incident}/head.json"))
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert {"journal.jsonl", "runbook.md", "head.json"} <= names
    assert "key" not in names
    assert b"dana@corp.io" not in everything
    lines = journal.splitlines()
    assert hashlib.sha256(lines[-1]).hexdigest() == head["sha256"]
    assert len(lines) == head["events"]
    assert (tmp_path / "a.zip").stat().st_mode & 0o777 == 0o600


def test_nothing_is_exported_over_a_file(case: tuple[Rig, str], tmp_path: Path) -> None:
    rig, incident = case
    (tmp_path / "mine.zip").write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        export(rig.root, incident, tmp_path / "mine.zip")
    assert (tmp_path / "mine.zip").read_text() == "mine"


def test_a_secret_of_the_environment_stops_the_export(
    case: tuple[Rig, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, incident = case
    with rig.session(incident) as session:
        session.send(Note(text="the value was correct horse battery, he said"))
    monkeypatch.setenv("BILLING_SECRET", "correct horse battery")
    with pytest.raises(CaseFileError, match="BILLING_SECRET"):
        export(rig.root, incident, tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()


def test_reading_a_case_takes_no_lock_and_changes_nothing(case: tuple[Rig, str]) -> None:
    rig, incident = case
    before = {path: path.read_bytes() for path in (rig.root / ".stanch").rglob("*") if path.is_file()}
    with rig.session(incident):
        read = read_case(rig.root, incident)
        assert verify_evidence(read) == (1, ())
        assert runbook_of(read) == runbook_of(read)
    assert {
        path: path.read_bytes() for path in (rig.root / ".stanch").rglob("*") if path.is_file() and path.name != "lock"
    } == {path: data for path, data in before.items() if path.name != "lock"}


def test_lost_evidence_is_told(case: tuple[Rig, str]) -> None:
    rig, incident = case
    read = read_case(rig.root, incident)
    (evidence,) = read.shelf.ids()
    (rig.root / ".stanch" / "incidents" / incident / "evidence" / evidence).unlink()
    count, broken = verify_evidence(read)
    assert count == 1
    assert "cannot be read" in broken[0]


def test_a_folder_without_a_journal_is_no_incident(case: tuple[Rig, str]) -> None:
    rig, incident = case
    (rig.root / ".stanch" / "incidents" / "2026-11-21-0000-ffff").mkdir()
    assert incident_ids(rig.root) == (incident,)
    assert latest(rig.root, None) == incident
