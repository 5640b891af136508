"""The demo is a real repository: the same on every machine, with six leaks that named commits opened."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from assistant.domain.errors import UsageError
from assistant.engine.demo import build_demo, demo_commits, demo_leaks


if TYPE_CHECKING:
    from pathlib import Path


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_the_history_has_invented_roles_and_ends_clean(tmp_path: Path) -> None:
    demo = build_demo(tmp_path / "parley")
    assert git(demo, "log", "--format=%s").splitlines() == [commit.says for commit in reversed(demo_commits())]
    assert 20 <= len(demo_commits()) <= 30
    assert all(address.endswith("@parley.example") for address in git(demo, "log", "--format=%ae").splitlines())
    assert git(demo, "status", "--porcelain") == ""
    assert git(demo, "branch", "--show-current") == "main"
    assert (demo / "supabase" / "migrations").is_dir()


def test_two_demos_have_the_same_hashes(tmp_path: Path) -> None:
    one, two = build_demo(tmp_path / "one"), build_demo(tmp_path / "two")
    assert git(one, "rev-parse", "HEAD") == git(two, "rev-parse", "HEAD")


def test_a_git_hook_around_it_does_not_mislead_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = build_demo(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    demo = build_demo(tmp_path / "parley")
    monkeypatch.delenv("GIT_DIR")
    assert git(demo, "rev-parse", "--show-toplevel") == str(demo.resolve())


def test_each_of_the_six_leaks_was_opened_by_one_commit_that_touched_the_database_or_its_storage() -> None:
    assert len(demo_leaks()) == 6
    opening = {commit.opens: commit for commit in demo_commits() if commit.opens}
    for leak in demo_leaks():
        commit = opening[leak.id]
        assert commit.says == leak.commit
        assert any(path.startswith("supabase/migrations/") for path, _ in commit.files)


def test_every_commit_changes_something_against_the_one_before() -> None:
    seen: dict[str, bytes] = {}
    for commit in demo_commits():
        assert any(seen.get(path) != content for path, content in commit.files), commit.id
        seen.update(commit.files)


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear diary", encoding="utf-8")
    with pytest.raises(UsageError, match="not an empty folder"):
        build_demo(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
