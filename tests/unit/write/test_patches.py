"""Edits of code reach the operator's files as chosen, or nothing changes at all."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
from pathlib import Path

import pytest

from assistant.domain.errors import UsageError
from assistant.domain.fixes import Applies, Fix, Hunk, Patch
from assistant.write.branch import apply_on_branch
from assistant.write.patches import apply_here, plan_patches, preview, undo


TEXT = 'import { a } from "a"\r\nexport const x = find(id)\r\nexport const y = find(other)\r\n'


def fix(name: str, *hunks: Hunk, text: str = TEXT, path: str = "app/x.ts") -> Fix:
    sha = hashlib.sha256(text.encode()).hexdigest()
    return Fix(
        id=name,
        title="Ask who is calling",
        findings=("f1",),
        applies=Applies.REVIEW,
        statements=(),
        undo=(),
        patches=(Patch(path=path, replaces=sha, hunks=hunks),),
    )


def put(text: str, old: str, new: str, *, supports: bool = False) -> Hunk:
    at = text.encode().index(old.encode())
    return Hunk(at=at, end=at + len(old.encode()), text=new, says="because", supports=supports)


AUTH = Hunk(at=23, end=23, text='import { auth } from "auth"\r\n', says="import", supports=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "x.ts").write_bytes(TEXT.encode())
    (tmp_path / "other.ts").write_text("let untouched\n")

    def git(*arguments: str) -> None:
        who = ["-c", "user.name=t", "-c", "user.email=t@t.example", "-c", "core.autocrlf=false"]
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "start")
    return tmp_path


def test_an_import_that_two_fixes_share_is_written_once_and_goes_with_the_last(repository: Path) -> None:
    one = fix("one", AUTH, put(TEXT, "find(id)", "find(id, me)"))
    two = fix("two", AUTH, put(TEXT, "find(other)", "find(other, me)"))
    (file,) = plan_patches(repository, [one, two])
    assert [choice.fixes for choice in file.choices] == [("one", "two"), ("one",), ("two",)]
    assert file.diff.count("+import { auth }") == 1
    kept = file.choose(1, accepted=False)
    assert "+import { auth }" in kept.diff
    assert "find(id, me)" not in kept.diff
    assert kept.choose(2, accepted=False).diff == ""


def test_the_operators_own_words_take_the_place_of_a_hunk(repository: Path) -> None:
    (file,) = plan_patches(repository, [fix("one", put(TEXT, "find(id)", "find(id, me)"))])
    file = file.choose(0, text="find(id, us)")
    assert file.after == TEXT.replace("find(id)", "find(id, us)")
    assert "find(id, us)" in file.only(0)


def test_what_is_written_can_be_taken_back(repository: Path, tmp_path: Path) -> None:
    chosen = plan_patches(repository, [fix("one", AUTH, put(TEXT, "find(id)", "find(id, me)"))])
    keep = tmp_path / ".stanch"
    written = apply_here(repository, chosen, keep=keep)
    assert written.files == ("app/x.ts",)
    assert b"find(id, me)\r\n" in (repository / "app/x.ts").read_bytes()
    assert (keep / "undo.patch").read_bytes().decode() == written.undo_patch
    check = subprocess.run(["git", "apply", "--check", ".stanch/undo.patch"], cwd=repository, check=False)
    assert check.returncode == 0
    assert undo(repository, chosen) == ("app/x.ts",)
    assert (repository / "app/x.ts").read_bytes() == TEXT.encode()


def test_a_second_run_names_its_own_way_back(repository: Path, tmp_path: Path) -> None:
    """It named the first one, which no longer fits: whoever typed that line was told that the patch does not apply."""
    keep = tmp_path / ".stanch"
    first = apply_here(
        repository, plan_patches(repository, [fix("one", put(TEXT, "find(id)", "find(id, me)"))]), keep=keep
    )
    there = (repository / "app/x.ts").read_bytes().decode()
    second = apply_here(
        repository,
        plan_patches(repository, [fix("two", put(there, "find(id, me)", "find(id, us)"), text=there)]),
        keep=keep,
    )
    assert first.kept == keep / "undo.patch"
    assert second.kept == keep / "undo-2.patch"
    for one in (second.kept, first.kept):
        subprocess.run(["git", "apply", str(one)], cwd=repository, check=True)
    assert (repository / "app/x.ts").read_bytes() == TEXT.encode()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process has to be killed")
@pytest.mark.parametrize("dies_at", [1, 2, 3, 4])
def test_killed_between_two_files_every_file_is_whole_and_all_can_be_taken_back(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    paths = [f"app/{name}.ts" for name in "xyz"]
    for path in paths:
        (repository / path).write_bytes(TEXT.encode())
    fixes = [fix(path, put(TEXT, "find(id)", "find(id, me)"), path=path) for path in paths]
    chosen = plan_patches(repository, fixes)
    replace, calls = Path.replace, []

    def dying(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return replace(self, target)

    child = os.fork()
    if child == 0:
        monkeypatch.setattr(Path, "replace", dying)
        apply_here(repository, chosen, keep=tmp_path / ".stanch")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) == (dies_at <= len(paths))
    now = [(repository / path).read_bytes() for path in paths]
    whole = [one.after.encode() for one in chosen if one.after]
    done = min(dies_at - 1, len(paths))
    assert now == whole[:done] + [TEXT.encode()] * (len(paths) - done)
    assert (tmp_path / ".stanch" / "undo.patch").read_bytes().decode().count("find(id, me)") == len(paths)
    left = list((repository / "app").glob(".stanch-*"))
    assert bool(left) == (dies_at <= len(paths))
    for one in left:
        os.utime(one, (0, 0))  # it was killed yesterday
    assert set(undo(repository, chosen)) == set(paths[:done])
    assert [(repository / path).read_bytes() for path in paths] == [TEXT.encode()] * len(paths)
    assert apply_here(repository, chosen).files == tuple(paths)
    assert not list((repository / "app").glob(".stanch-*"))


def test_a_file_that_changed_meanwhile_is_refused_and_nothing_is_written(repository: Path) -> None:
    chosen = plan_patches(repository, [fix("one", put(TEXT, "find(id)", "find(id, me)"))])
    changed = TEXT.encode() + b"// more\r\n"
    (repository / "app/x.ts").write_bytes(changed)
    with pytest.raises(UsageError, match="changed since"):
        apply_here(repository, chosen)
    with pytest.raises(UsageError, match="not the file"):
        plan_patches(repository, [fix("one", put(TEXT, "find(id)", "find(id, me)"))])
    assert (repository / "app/x.ts").read_bytes() == changed


def test_an_undo_never_loses_what_the_operator_wrote_since(repository: Path) -> None:
    chosen = plan_patches(repository, [fix("one", put(TEXT, "find(id)", "find(id, me)"))])
    apply_here(repository, chosen)
    later = (repository / "app/x.ts").read_bytes() + b"// mine\r\n"
    (repository / "app/x.ts").write_bytes(later)
    with pytest.raises(UsageError, match="changed after"):
        undo(repository, chosen)
    assert (repository / "app/x.ts").read_bytes() == later


def test_two_fixes_for_the_same_bytes_are_told_and_not_merged(repository: Path) -> None:
    fixes = [fix("one", put(TEXT, "find(id)", "a(id)")), fix("two", put(TEXT, "find(id)", "b(id)"))]
    with pytest.raises(UsageError, match="same place"):
        plan_patches(repository, fixes)


def test_without_git_the_file_as_it_was_is_kept_beside_it(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/x.ts").write_bytes(TEXT.encode())
    chosen = plan_patches(tmp_path, [fix("one", put(TEXT, "find(id)", "find(id, me)"))])
    apply_here(tmp_path, chosen)
    assert (tmp_path / "app/x.ts.orig").read_bytes() == TEXT.encode()


def test_a_branch_gets_the_commit_and_the_work_tree_stays_as_it_is(repository: Path, tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=repository, check=True, capture_output=True, text=True).stdout

    (repository / "other.ts").write_text("let dirty\n")
    (repository / "new.ts").write_text("staged\n")
    git("add", "new.ts")
    (repository / ".git/hooks/pre-commit").write_text("#!/bin/sh\nexit 1\n")
    (repository / ".git/hooks/pre-commit").chmod(0o755)
    before = (git("status", "--porcelain"), git("rev-parse", "HEAD"), (repository / ".git/index").read_bytes())
    chosen = plan_patches(repository, [fix("one", AUTH, put(TEXT, "find(id)", "find(id, me)"))])
    done = apply_on_branch(repository, chosen, "fix/leak", keep=tmp_path / "keep")
    assert (git("status", "--porcelain"), git("rev-parse", "HEAD"), (repository / ".git/index").read_bytes())[:2] == (
        before[0] + "?? keep/\n",
        before[1],
    )
    assert git("show", "--stat", "--format=", done.commit).count("|") == 1
    assert (
        preview(chosen).replace("\r", "").splitlines()[-8:]
        == git("show", "--format=", "fix/leak").replace("\r", "").splitlines()[-8:]
    )
    assert done.patch_file is not None
    assert "Subject: [PATCH] Close what" in done.patch_file.read_text()
    assert "stanch-branch" not in git("worktree", "list")
    with pytest.raises(UsageError, match="already a branch"):
        apply_on_branch(repository, chosen, "fix/leak")


def test_a_branch_is_refused_when_the_file_has_uncommitted_edits(repository: Path) -> None:
    text = TEXT + "// not committed\r\n"
    (repository / "app/x.ts").write_bytes(text.encode())
    chosen = plan_patches(repository, [fix("one", put(text, "find(id)", "find(id, me)"), text=text)])
    with pytest.raises(UsageError, match="not committed"):
        apply_on_branch(repository, chosen, "fix/leak")
    listed = subprocess.run(["git", "branch"], cwd=repository, check=True, capture_output=True, text=True).stdout
    assert "fix/leak" not in listed
