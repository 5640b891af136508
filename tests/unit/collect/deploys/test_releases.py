"""When did it go live? Each commit knows the release that first carried it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from assistant.collect.deploys.history import read_history
from assistant.collect.deploys.releases import carriers, tags
from assistant.collect.deploys.trees import Contents, blobs
from assistant.collect.git import Git
from assistant.domain.deploys import Deploy
from tests.unit.collect.deploys.line import Line


def test_a_commit_is_live_with_the_nearest_release_behind_it(tmp_path) -> None:
    line = Line(tmp_path / "app")
    shas = [line.commit(f"Commit {n}", {"a.ts": f"{n}\n"}) for n in range(5)]
    line.git("tag", "v1", shas[1])
    line.git("tag", "-a", "-m", "second", "v2", shas[3])
    commits = [change.commit for change in read_history(Git(line.root), ["HEAD"]).changes]
    carried = carriers(commits, tags(Git(line.root)))
    assert [[deploy.id for deploy in carried[sha]] for sha in shas] == [["v1"], ["v1"], ["v2"], ["v2"], []]


def test_failed_and_preview_deploys_carried_nothing(tmp_path) -> None:
    line = Line(tmp_path / "app")
    sha = line.commit("Only", {"a.ts": "1\n"})
    at = datetime(2026, 1, 1, tzinfo=UTC)
    deploys = [
        Deploy(id="failed", sha=sha, at=at, source="vercel", succeeded=False),
        Deploy(id="preview", sha=sha, at=at, source="vercel", environment="preview"),
        Deploy(id="second", sha=sha, at=at + timedelta(hours=2), source="vercel"),
        Deploy(id="first", sha=sha, at=at + timedelta(hours=1), source="vercel"),
        Deploy(id="elsewhere", sha="0" * 40, at=at, source="vercel"),
    ]
    commits = [change.commit for change in read_history(Git(line.root), ["HEAD"]).changes]
    assert [deploy.id for deploy in carriers(commits, deploys)[sha]] == ["first"]


def test_files_of_a_commit_are_read_without_a_work_tree(tmp_path) -> None:
    line = Line(tmp_path / "app")
    first = line.commit("First", {"a.ts": "one\n", "deep/ü b.ts": "two\n"})
    line.commit("Second", {"a.ts": None})
    (line.root / "link").symlink_to("/etc/passwd")
    line.commit("Third", {})
    git = Git(line.root)
    listed = blobs(git, first)
    assert list(listed) == ["a.ts", "deep/ü b.ts"]
    texts = Contents(git).read([*listed.values(), "f" * 40])
    assert [texts[blob] for blob in listed.values()] == [b"one\n", b"two\n"]
    assert texts["f" * 40] is None
    assert "link" not in blobs(git, "HEAD")
