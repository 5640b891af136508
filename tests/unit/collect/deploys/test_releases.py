"""What the repository itself says went live, and what its commits hold."""

from __future__ import annotations

from assistant.collect.deploys.releases import tags
from assistant.collect.deploys.trees import Contents, blobs
from assistant.collect.git import Git
from tests.unit.collect.deploys.line import Line


def test_a_tag_is_a_release_of_its_commit(tmp_path) -> None:
    line = Line(tmp_path / "app")
    shas = [line.commit(f"Commit {n}", {"a.ts": f"{n}\n"}) for n in range(3)]
    line.git("tag", "v1", shas[0])
    line.git("tag", "-a", "-m", "second", "v2", shas[2])
    line.git("tag", "a-file", line.git("rev-parse", "HEAD:a.ts"))
    assert [(deploy.id, deploy.sha) for deploy in tags(Git(line.root))] == [("v1", shas[0]), ("v2", shas[2])]


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
