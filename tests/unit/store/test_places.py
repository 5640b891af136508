"""Evidence lies where only its owner reads it, and is never written through somebody's link."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
from pathlib import Path

import pytest

from assistant.domain.errors import CaseFileError, UsageError
from assistant.store.evidence import EvidenceShelf
from assistant.store.keys import incident_key, read_key
from assistant.store.lock import hold
from assistant.store.places import Places
from assistant.text.redact import Redactor


ID = "2026-11-20-0312-a1b2"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


@pytest.fixture
def shelf(places: Places) -> EvidenceShelf:
    places.prepare()
    return EvidenceShelf(places, ID, redact=Redactor(b"k" * 16).text)


def test_the_folder_is_private_and_git_does_not_see_it(places: Places) -> None:
    old = os.umask(0)
    try:
        places.prepare()
        incident_key(places, ID)
    finally:
        os.umask(old)
    assert mode(places.folder) == mode(places.incidents) == mode(places.heads) == 0o700
    assert mode(places.incident(ID) / "key") == 0o600
    subprocess.run(["git", "init", "-q", str(places.root)], check=True)
    seen = subprocess.run(
        ["git", "-C", str(places.root), "status", "--porcelain"], capture_output=True, text=True, check=True
    )
    assert seen.stdout == ""


def test_a_folder_that_others_could_read_is_narrowed(places: Places) -> None:
    places.folder.mkdir(mode=0o755)
    places.prepare()
    assert mode(places.folder) == 0o700


@pytest.mark.parametrize("name", [".stanch", ".stanch/incidents", ".stanch/heads"])
def test_a_link_in_its_place_is_refused(places: Places, tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    link = places.root / name
    link.parent.mkdir(exist_ok=True, mode=0o700)
    link.symlink_to(elsewhere)
    with pytest.raises(CaseFileError, match="symbolic link"):
        places.prepare()
    assert list(elsewhere.iterdir()) == []


def test_a_file_in_its_place_is_refused(places: Places) -> None:
    places.folder.write_text("not a folder")
    with pytest.raises(CaseFileError, match="where a folder belongs"):
        places.prepare()


def test_somebody_elses_folder_is_refused(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    places.prepare()
    monkeypatch.setattr("assistant.store.places.os.getuid", lambda: 4242)
    with pytest.raises(CaseFileError, match="another user"):
        places.prepare()


@pytest.mark.parametrize("incident", ["", "..", "../../etc", "2026-11-20-0312-a1b2/..", "2026-11-20-0312-a1b2\n"])
def test_an_id_cannot_leave_the_folder(places: Places, incident: str) -> None:
    with pytest.raises(UsageError, match="not the id of an incident"):
        places.incident(incident)


def test_evidence_is_redacted_before_it_is_written(places: Places, shelf: EvidenceShelf) -> None:
    kept = shelf.put("answer", "dana@corp.io answered", "postgres://app:s3cr3t@db/app\n")
    assert kept.redacted
    everything = b"".join(path.read_bytes() for path in places.folder.rglob("*") if path.is_file())
    assert b"s3cr3t" not in everything
    assert b"dana@corp.io" not in everything
    assert shelf.read(kept.id).startswith("postgres://[password:")


def test_the_same_evidence_is_stored_once(shelf: EvidenceShelf) -> None:
    first, second = shelf.put("catalog", "a", "text"), shelf.put("catalog", "b", "text")
    assert first == second
    assert shelf.ids() == (first.id,)


def test_changed_evidence_is_not_believed(places: Places, shelf: EvidenceShelf) -> None:
    kept = shelf.put("catalog", "rules", "policy on")
    (places.incident(ID) / "evidence" / kept.id).write_text("policy off")
    with pytest.raises(CaseFileError, match="changed from outside"):
        shelf.read(kept.id)


@pytest.mark.parametrize("evidence", ["../key", "a" * 63, "g" * 64, "0" * 64])
def test_only_evidence_is_read_as_evidence(shelf: EvidenceShelf, evidence: str) -> None:
    with pytest.raises(CaseFileError):
        shelf.read(evidence)


def test_two_at_once_is_one_sentence_that_names_the_other(places: Places) -> None:
    refused = pytest.raises(CaseFileError, match=f"another stanch \\(process {os.getpid()}\\)")
    with hold(places), refused, hold(places):
        pass
    with hold(places):
        pass


def test_a_key_that_a_crash_cut_off_is_made_anew(places: Places) -> None:
    places.prepare()
    key = incident_key(places, ID)
    assert incident_key(places, ID) == read_key(places, ID) == key
    (places.incident(ID) / "key").write_bytes(b"short")
    assert len(incident_key(places, ID)) == 32


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.EROFS, "read-only"),
        (errno.ENOSPC, "no space left"),
        (errno.EACCES, "may not write"),
        (errno.EIO, "Input/output"),
    ],
)
def test_a_repository_that_cannot_be_written_is_one_sentence(
    places: Places, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(CaseFileError, match=words) as refused:
        places.prepare()
    assert refused.value.remedy
