"""An answer that took minutes is not lost when somebody presses Ctrl-C, and a full disk costs time, never an error."""

from __future__ import annotations

import stat

import pytest

from assistant.store.kept import forget, keep, kept_folder, recall


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("STANCH_CACHE_DIR", str(tmp_path / "cache"))


def test_what_is_kept_comes_back_and_is_forgotten() -> None:
    assert recall("bisect-1") == {}
    assert keep("bisect-1", {"a": ["present", "", []]})
    assert recall("bisect-1") == {"a": ["present", "", []]}
    forget("bisect-1")
    forget("bisect-1")
    assert recall("bisect-1") == {}


def test_only_its_owner_reads_it() -> None:
    keep("bisect-1", {})
    assert stat.S_IMODE(kept_folder().stat().st_mode) == 0o700
    assert stat.S_IMODE((kept_folder() / "bisect-1.json").stat().st_mode) == 0o600


def test_broken_files_and_folders_cost_nothing() -> None:
    keep("bisect-1", {"a": 1})
    for text in ("{half", "[1]", "[" * 100_000):
        (kept_folder() / "bisect-1.json").write_text(text)
        assert recall("bisect-1") == {}


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path, monkeypatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("STANCH_CACHE_DIR", str(tmp_path / "file"))
    assert not keep("bisect-1", {})
    assert recall("bisect-1") == {}


def test_old_answers_make_room(monkeypatch) -> None:
    monkeypatch.setattr("assistant.store.kept._MOST_FILES", 3)
    for n in range(6):
        keep(f"bisect-{n}", {})
    assert len(list(kept_folder().iterdir())) == 3
