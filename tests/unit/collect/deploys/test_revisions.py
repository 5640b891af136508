"""Two revisions as a tired person writes them: swapped, on different branches, not in the clone. Each gets a sentence and a way out."""

from __future__ import annotations

import subprocess

import pytest

from assistant.collect.deploys.revisions import commit_at, resolve, side_line, stretch, touching
from assistant.collect.git import Git
from assistant.domain.errors import UsageError
from tests.unit.collect.deploys.line import Line


@pytest.fixture
def line(tmp_path) -> Line:
    return Line(tmp_path / "app")


def refused(call) -> tuple[str, str]:
    with pytest.raises(UsageError) as caught:
        call()
    return caught.value.says, caught.value.remedy


def test_a_revision_is_a_branch_a_tag_or_a_beginning_of_a_hash(line) -> None:
    sha = line.commit("Start", {"a.sql": "1"})
    line.git("tag", "v1")
    git = Git(line.root)
    assert {resolve(git, name) for name in ("main", "v1", "HEAD", sha[:8])} == {sha}


@pytest.mark.parametrize("name", ["nowhere", "--all", "HEAD~9", ""])
def test_what_is_no_revision_is_said(line, name: str) -> None:
    line.commit("Start", {"a.sql": "1"})
    says, remedy = refused(lambda: resolve(Git(line.root), name))
    assert repr(name) in says
    assert "git log" in remedy


def test_a_shallow_clone_is_told_how_to_get_the_rest(line, tmp_path) -> None:
    first = line.commit("Start", {"a.sql": "1"})
    line.commit("Next", {"a.sql": "2"})
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{line.root}", str(shallow)], check=True)
    assert "--unshallow" in refused(lambda: resolve(Git(shallow), first))[1]
    found = stretch(Git(shallow), "", resolve(Git(shallow), "HEAD"))
    assert len(found.line) == 1
    assert "shallow" in found.notes[0]


def test_the_line_lies_between_the_two_oldest_first(line) -> None:
    hashes = [line.commit(f"Step {n}", {"a.sql": str(n)}) for n in range(4)]
    found = stretch(Git(line.root), hashes[0], hashes[3])
    assert (found.base, found.line, found.notes) == (hashes[0], tuple(hashes[1:]), ())
    whole = stretch(Git(line.root), "", hashes[3])
    assert (whole.base, whole.line) == ("", tuple(hashes))


def test_good_and_bad_the_wrong_way_round_are_turned(line) -> None:
    old, new = (line.commit(f"Step {n}", {"a.sql": str(n)}) for n in range(2))
    says, remedy = refused(lambda: stretch(Git(line.root), new, old))
    assert "wrong way round" in says
    assert remedy == f"Run it with --good {old[:12]} --bad {new[:12]}."
    assert "same commit" in refused(lambda: stretch(Git(line.root), new, new))[0]


def test_from_another_branch_it_starts_where_they_parted(line) -> None:
    parted = line.commit("Start", {"a.sql": "1"})
    line.git("checkout", "-q", "-b", "release")
    good = line.commit("Released", {"b.txt": "1"})
    line.git("checkout", "-q", "main")
    bad = line.commit("Next", {"a.sql": "2"})
    found = stretch(Git(line.root), good, bad)
    assert (found.base, found.line) == (parted, (bad,))
    assert f"started from {parted[:12]}" in found.notes[0]


def test_histories_that_share_nothing_are_refused(line) -> None:
    good = line.commit("Start", {"a.sql": "1"})
    line.git("checkout", "-q", "--orphan", "other")
    bad = line.commit("Other", {"a.sql": "2"})
    assert "no history in common" in refused(lambda: stretch(Git(line.root), good, bad))[0]


def test_only_commits_that_touch_what_counts_are_named_and_a_merge_for_what_it_carried(line) -> None:
    base = line.commit("Start", {"a.sql": "1", "page.tsx": "1"})
    line.commit("Page", {"page.tsx": "2"})
    plain = line.commit("Schema", {"a.sql": "2"})
    line.git("checkout", "-q", "-b", "feature")
    inner = line.commit("Inner", {"b\n.sql": "1"})
    line.commit("Inner page", {"page.tsx": "3"})
    line.git("checkout", "-q", "main")
    line.commit("Meanwhile", {"c.tsx": "1"})
    line.git("merge", "-q", "--no-ff", "-m", "Merge", "feature")
    merge = line.git("rev-parse", "HEAD")
    git = Git(line.root)
    found = stretch(git, base, merge)
    assert touching(git, found, lambda path: path.endswith(".sql")) == (plain, merge)
    side = side_line(git, merge, 2)
    assert side.base == plain
    assert touching(git, side, lambda path: path.endswith(".sql")) == (inner,)


def test_a_commit_is_told_with_who_and_when(line) -> None:
    sha = line.commit("Open the door", {"a.sql": "1"})
    told = commit_at(Git(line.root), sha)
    assert (told.sha, told.author, told.subject) == (sha, "Night Shift", "Open the door")
    assert "not in this clone" in refused(lambda: commit_at(Git(line.root), "0" * 40))[0]
