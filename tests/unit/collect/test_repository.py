"""Whatever a repository looks like at two in the morning, what is replayed and what is not is said."""

from __future__ import annotations

import os

import pytest

from assistant.collect.repository import read_repository
from assistant.domain.errors import UnreachableError, UsageError
from tests.unit.collect.sample import T, git, left_out, make, replayed


# -- the work tree ----------------------------------------------------------------------------------------------------


def test_says_commit_branch_and_what_is_not_committed(tmp_path):
    root = make(tmp_path / "app", {"supabase/migrations/1_a.sql": T.format("a"), "kept.txt": "x"})
    (root / "kept.txt").write_text("y")
    (root / "new folder").mkdir()
    (root / "new folder" / "ä.sql").write_text("")
    before = (root / ".git" / "index").read_bytes()
    repository = read_repository(root)
    assert repository.root == root.resolve()
    assert repository.head == git(root, "rev-parse", "HEAD").strip()
    assert repository.branch == "main"
    assert repository.dirty == ("kept.txt", "new folder/")
    assert (root / ".git" / "index").read_bytes() == before
    git(root, "checkout", "-q", "--detach")
    assert read_repository(root).branch is None


def test_a_repository_without_commits_is_one(tmp_path):
    root = make(tmp_path / "app", {"supabase/migrations/1_a.sql": T.format("a")}, commit=False)
    repository = read_repository(root)
    assert (repository.head, repository.branch) == ("", "main")
    assert repository.dirty == ("supabase/",)
    assert replayed(repository) == ["supabase/migrations/1_a.sql"]


def test_a_shallow_clone_is_one(tmp_path):
    origin = make(tmp_path / "origin", {"schema.sql": T.format("a")})
    git(origin, "commit", "-q", "--allow-empty", "-m", "more")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{origin}", "app")
    assert read_repository(tmp_path / "app").head == git(origin, "rev-parse", "HEAD").strip()


def test_what_is_no_work_tree_gets_a_sentence_and_a_remedy(tmp_path):
    with pytest.raises(UsageError, match="does not exist") as missing:
        read_repository(tmp_path / "nowhere")
    assert missing.value.remedy
    with pytest.raises(UsageError, match="is not a git repository") as none:
        read_repository(tmp_path)
    assert "git init" in none.value.remedy
    git(tmp_path, "init", "-q", "--bare", "bare")
    with pytest.raises(UsageError, match="bare repository"):
        read_repository(tmp_path / "bare")


def test_a_repository_of_somebody_else_gets_the_command_that_trusts_it(tmp_path, monkeypatch):
    root = make(tmp_path / "app", {})
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(UsageError, match="belongs to another user") as refused:
        read_repository(root)
    assert refused.value.remedy == f"Run `git config --global --add safe.directory {root}`."


def test_without_git_there_is_a_remedy(tmp_path, monkeypatch):
    root = make(tmp_path / "app", {})
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreachableError, match="git cannot be started"):
        read_repository(root)


def test_a_repository_cannot_make_git_run_something(tmp_path):
    root = make(tmp_path / "app", {"schema.sql": T.format("a")})
    git(root, "config", "core.fsmonitor", f"touch {tmp_path}/ran; false")
    read_repository(root)
    assert not (tmp_path / "ran").exists()


def test_a_folder_inside_narrows_what_is_read(tmp_path):
    root = make(
        tmp_path / "app", {f"apps/{name}/supabase/migrations/1_a.sql": T.format(name) for name in ("web", "admin")}
    )
    assert replayed(read_repository(root / "apps" / "web")) == ["apps/web/supabase/migrations/1_a.sql"]
    assert len(replayed(read_repository(root / "apps"))) == 2


# -- files that cannot be read ----------------------------------------------------------------------------------------


def test_each_unreadable_file_costs_itself_and_says_why(tmp_path):
    m = "supabase/migrations/"
    root = make(
        tmp_path / "app",
        {
            f"{m}1_bom.sql": b"\xef\xbb\xbf" + T.format("a").encode(),
            f"{m}2_utf16.sql": ("\ufeff" + T.format("b")).encode("utf-16-le"),
            f"{m}3_latin.sql": "-- é\n\n-- größe".encode("latin-1"),
            f"{m}4_binary.sql": b"PGDMP\x01\x0e\x00\x04\xff\xfe",
            f"{m}5_lfs.sql": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
            f"{m}6_empty.sql": "",
        },
    )
    (root / m / "7_dangling.sql").symlink_to("nowhere.sql")
    (tmp_path / "secret.sql").write_text(T.format("secret"))
    (root / m / "8_escapes.sql").symlink_to(tmp_path / "secret.sql")
    (root / m / "9_loop.sql").symlink_to("9_loop.sql")
    os.mkfifo(root / m / "91_pipe.sql")
    repository = read_repository(root)
    assert [source.path.removeprefix(m) for source in repository.sources] == ["1_bom.sql", "2_utf16.sql", "6_empty.sql"]
    assert repository.sources[0].text == T.format("a")
    assert repository.sources[1].text == T.format("b")
    reasons = {path.removeprefix(m): reason for path, reason in left_out(repository).items()}
    assert reasons["3_latin.sql"] == "It is not UTF-8 (line 1); save it as UTF-8."
    assert "binary" in reasons["4_binary.sql"]
    assert "git lfs pull" in reasons["5_lfs.sql"]
    assert reasons["7_dangling.sql"] == "It is not a regular file, or a link that leads nowhere."
    assert reasons["8_escapes.sql"] == "It is a link that leads out of the repository."
    assert {"9_loop.sql", "91_pipe.sql"} <= reasons.keys()


def test_a_file_over_the_limit_is_not_read(read, monkeypatch):
    monkeypatch.setattr("assistant.collect.files.read_text", _limited())
    repository = read(
        {"supabase/migrations/1_a.sql": T.format("a"), "supabase/migrations/2_b.sql": "-- x\n" * 1_000_000}
    )
    assert replayed(repository) == ["supabase/migrations/1_a.sql"]
    assert left_out(repository)["supabase/migrations/2_b.sql"] == "It has 5 MB; files over 2 MB are not read."


def _limited():
    from assistant.collect.files import read_text as real

    return lambda root, path, largest=2_000_000: real(root, path, largest=min(largest, 2_000_000))
