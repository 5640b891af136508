"""Files are written all or none, never over another, never outside the repository."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import pytest

from assistant.domain.errors import UsageError
from assistant.domain.fixes import Artifact
from assistant.write import apply as room
from assistant.write.apply import apply
from assistant.write.diff import unified


def new(path: str, content: str = "select 1;\n") -> Artifact:
    return Artifact(path=path, kind="migration", content=content)


def changed(path: str, old: str, content: str) -> Artifact:
    return Artifact(path=path, kind="journal", content=content, replaces=hashlib.sha256(old.encode()).hexdigest())


def everything(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))


def test_files_are_written_with_their_folders_and_a_second_run_writes_nothing(tmp_path):
    artifacts = (new("supabase/undo/1.undo.sql"), new("supabase/migrations/1.sql", "é\n"))
    assert apply(tmp_path, artifacts) == ("supabase/undo/1.undo.sql", "supabase/migrations/1.sql")
    assert (tmp_path / "supabase/migrations/1.sql").read_bytes() == "é\n".encode()
    assert apply(tmp_path, artifacts) == ()
    assert not [name for name in everything(tmp_path) if ".stanch-" in name]


def test_an_existing_file_is_never_written_over(tmp_path):
    (tmp_path / "b.sql").write_text("theirs\n")
    with pytest.raises(UsageError, match=r"b\.sql exists already"):
        apply(tmp_path, (new("a.sql"), new("b.sql")))
    assert everything(tmp_path) == ["b.sql"]
    assert (tmp_path / "b.sql").read_text() == "theirs\n"


def test_a_file_that_changed_since_it_was_shown_is_left_alone(tmp_path):
    (tmp_path / "journal.json").write_text("{}")
    artifact = changed("journal.json", "{}", '{"new": 1}')
    (tmp_path / "journal.json").write_text('{"theirs": 1}')
    with pytest.raises(UsageError, match="changed since the diff was shown"):
        apply(tmp_path, (new("a.sql"), artifact))
    assert everything(tmp_path) == ["journal.json"]
    assert (tmp_path / "journal.json").read_text() == '{"theirs": 1}'


def test_a_changed_file_keeps_its_mode(tmp_path):
    (tmp_path / "journal.json").write_text("{}")
    (tmp_path / "journal.json").chmod(0o600)
    assert apply(tmp_path, (changed("journal.json", "{}", "[]"),)) == ("journal.json",)
    assert (tmp_path / "journal.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("path", ["../out.sql", "/etc/out.sql", "a/../../out.sql", ".git/hooks/post-commit", ""])
def test_a_path_out_of_the_repository_is_refused(tmp_path, path):
    root = tmp_path / "repo"
    root.mkdir()
    with pytest.raises(UsageError, match="outside the repository"):
        apply(root, (new(path),))
    assert everything(tmp_path) == ["repo"]


def test_a_link_out_of_the_repository_is_refused(tmp_path):
    root, outside = tmp_path / "repo", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "migrations").symlink_to(outside)
    with pytest.raises(UsageError, match="leads out of the repository"):
        apply(root, (new("migrations/1.sql"),))
    assert everything(outside) == []


def test_a_dangling_link_is_not_written_through(tmp_path):
    (tmp_path / "1.sql").symlink_to(tmp_path / "elsewhere.sql")
    with pytest.raises(UsageError, match="is a link"):
        apply(tmp_path, (new("1.sql"),))
    assert not (tmp_path / "elsewhere.sql").exists()


@pytest.mark.parametrize("fails_at", [1, 2, 3])
def test_a_disk_that_fills_up_between_two_files_leaves_nothing(tmp_path, monkeypatch, fails_at):
    (tmp_path / "journal.json").write_text("{}")
    calls = []
    link = os.link

    def full(source, target):
        calls.append(target)
        if len(calls) == fails_at:
            raise OSError(28, "No space left on device")
        link(source, target)

    def no_copy(there, artifact):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(room.os, "link", full)
    monkeypatch.setattr(room._Writing, "_copy", staticmethod(no_copy))
    artifacts = (new("undo/1.sql"), new("m/1.sql"), changed("journal.json", "{}", "[]"), new("m/2.sql"))
    with pytest.raises(UsageError, match="No space left"):
        apply(tmp_path, artifacts)
    assert everything(tmp_path) == ["journal.json"]
    assert (tmp_path / "journal.json").read_text() == "{}"


def test_an_interruption_leaves_nothing_either(tmp_path, monkeypatch):
    def interrupted(self, artifact, beside):
        raise KeyboardInterrupt

    monkeypatch.setattr(room._Writing, "place", interrupted)
    with pytest.raises(KeyboardInterrupt):
        apply(tmp_path, (new("a/b/c.sql"),))
    assert everything(tmp_path) == []


def test_what_a_killed_run_left_beside_the_files_is_taken_away_by_the_next(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    there = tmp_path / "app"
    there.mkdir()
    left, other = there / f".stanch-{dead.pid}-x.part", there / f".stanch-{os.getppid()}-x.part"
    for one in (left, other):
        one.write_text("half")
    artifacts = (new("app/1.sql"),)
    assert apply(tmp_path, artifacts) == ("app/1.sql",)
    assert everything(tmp_path) == ["app", f"app/{other.name}", "app/1.sql"]
    left.write_text("half")
    assert apply(tmp_path, artifacts) == ()  # it lies there already, and so does what was left
    assert not left.exists()


def test_the_diff_is_one_that_git_takes(tmp_path):
    import subprocess

    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "journal.json").write_text("{\n}")
    artifacts = (new("m/1.sql", "a\nb\n"), changed("journal.json", "{\n}", "{\n  1\n}"))
    diff = unified(tmp_path, artifacts)
    assert "--- /dev/null" in diff
    assert "\\ No newline at end of file" in diff
    subprocess.run(["git", "apply", "-"], input=diff, text=True, check=True, cwd=tmp_path)
    assert (tmp_path / "journal.json").read_text() == "{\n  1\n}"
    assert unified(tmp_path, artifacts) == ""
