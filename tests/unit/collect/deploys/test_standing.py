"""Before anybody writes a fix: is what is live what is here? And since when is a commit live?"""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from assistant.collect.deploys.standing import absent, first_carriers, standing
from assistant.collect.git import Git
from assistant.domain.deploys import Deploy
from assistant.domain.errors import UsageError


START = datetime(2026, 11, 1, tzinfo=UTC)


class Repository:
    """A history that is made commit by commit, an hour apart."""

    def __init__(self, root) -> None:
        self.root, self.hour = root, 0
        root.mkdir()
        self.run("init", "-q", "-b", "main")

    def run(self, *arguments):
        moment = (START + timedelta(hours=self.hour)).isoformat()
        surroundings = {
            **os.environ,
            "GIT_AUTHOR_DATE": moment,
            "GIT_COMMITTER_DATE": moment,
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_SYSTEM": "/dev/null",
        }
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@clinic.example")
        done = subprocess.run(
            ["git", *who, *arguments], cwd=self.root, env=surroundings, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, subject):
        self.hour += 1
        self.run("commit", "-q", "--allow-empty", "-m", subject)
        return self.run("rev-parse", "HEAD")

    def merge(self, branch):
        self.hour += 1
        self.run("merge", "-q", "--no-ff", "-m", f"Merge {branch}", branch)
        return self.run("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path / "app")


def deploy(sha, hour, **changed):
    told = {"id": f"d{hour}", "sha": sha, "at": START + timedelta(hours=hour), "source": "vercel", **changed}
    return Deploy(**told)


def subjects(commits):
    return [commit.subject for commit in commits]


def test_the_branch_is_what_is_live(repository) -> None:
    repository.commit("a")
    head = repository.commit("b")
    found = standing(Git(repository.root), [deploy(head, 3)], "main")
    assert found.says == f"{head[:10]} is live since 2026-11-01 03:00 UTC, and main is the same."
    assert (found.live_not_here, found.here_not_live, found.remedy) == ((), (), "")


def test_commits_that_are_here_and_not_live_are_told_by_the_first_parent_line(repository) -> None:
    live = repository.commit("a")
    repository.run("checkout", "-q", "-b", "topic")
    repository.commit("t1")
    repository.commit("t2")
    repository.run("checkout", "-q", "main")
    repository.commit("b")
    repository.merge("topic")
    found = standing(Git(repository.root), [deploy(live, 1)])
    assert subjects(found.here_not_live) == ["Merge topic", "b"]
    assert found.says.endswith("2 commits of HEAD are not live.")
    assert found.here_not_live[0].author == "Ada"
    assert len(found.here_not_live[0].parents) == 2
    assert found.here_not_live[1].at.tzinfo is UTC


def test_commits_that_are_live_and_not_here_warn_before_a_fix_takes_them_back(repository) -> None:
    repository.commit("a")
    repository.run("checkout", "-q", "-b", "hotfix")
    live = repository.commit("hotfix\twith a \x1f and ümlaut")
    repository.run("checkout", "-q", "main")
    repository.commit("b")
    found = standing(Git(repository.root), [deploy(live, 3)], "main")
    assert subjects(found.live_not_here) == ["hotfix\twith a \x1f and ümlaut"]
    assert subjects(found.here_not_live) == ["b"]
    assert "1 commit of it is not in main, and 1 commit of main is not live" in found.says
    assert "take back what is live" in found.remedy


def test_a_live_commit_that_nobody_fetched_is_said_with_what_to_run(repository) -> None:
    repository.commit("a")
    found = standing(Git(repository.root), [deploy("ab" * 20, 3)])
    assert found.is_here is False
    assert "is not in this clone" in found.says
    assert "git fetch" in found.remedy
    tree = repository.run("rev-parse", "HEAD^{tree}")
    assert absent(Git(repository.root), [tree, "ab" * 20, found.head]) == {tree, "ab" * 20}, "a tree is no commit"


def test_failed_deploys_previews_and_intentions_do_not_count_as_live(repository) -> None:
    first, second, third = (repository.commit(name) for name in "abc")
    deploys = [
        deploy(first, 1),
        deploy(second, 5, succeeded=False),
        deploy(second, 6, environment="preview"),
        deploy(third, 7, source="merge"),
        deploy(third, 8, source="tag"),
    ]
    found = standing(Git(repository.root), deploys)
    assert found.deployed == deploys[0]
    assert subjects(found.here_not_live) == ["c", "b"]
    only_meant = standing(Git(repository.root), deploys[3:])
    assert only_meant.deployed == deploys[4], "without a host's record the tag is the best there is"


def test_a_rollback_is_the_newest_deploy_of_an_older_commit(repository) -> None:
    first, second = repository.commit("a"), repository.commit("b")
    found = standing(Git(repository.root), [deploy(first, 9), deploy(second, 5), deploy(first, 1)])
    assert found.deployed.sha == first
    assert subjects(found.here_not_live) == ["b"]


def test_nothing_says_what_is_live(repository) -> None:
    repository.commit("a")
    found = standing(Git(repository.root), [])
    assert found.deployed is None
    assert found.remedy


def test_a_branch_that_is_none_is_a_sentence(repository) -> None:
    repository.commit("a")
    for branch in ("nowhere", "--all", ""):
        with pytest.raises(UsageError):
            standing(Git(repository.root), [], branch)


def test_a_commit_went_live_with_the_oldest_deploy_that_contains_it(repository) -> None:
    a, b = repository.commit("a"), repository.commit("b")
    repository.run("checkout", "-q", "-b", "topic", a)
    topic = repository.commit("t")
    repository.run("checkout", "-q", "main")
    merged, last = repository.merge("topic"), repository.commit("c")
    waiting = repository.commit("not deployed yet")
    deploys = [
        deploy(last, 20),
        deploy(a, 1),
        deploy(b, 4, succeeded=False),
        deploy(topic, 6, environment="preview"),
        deploy(merged, 8),
        deploy(a, 9),
        deploy("ab" * 20, 3),
    ]
    found = first_carriers(Git(repository.root), deploys, waiting)
    hours = {sha: int((found[sha].at - START).total_seconds() // 3600) for sha in found}
    assert hours == {a: 1, b: 8, topic: 8, merged: 8, last: 20}
    assert waiting not in found
    assert set(first_carriers(Git(repository.root), deploys, waiting, good=b)) == {topic, merged, last}


def test_a_deploy_from_another_branch_carries_what_it_contains_and_no_more(repository) -> None:
    a = repository.commit("a")
    b = repository.commit("b")
    repository.run("checkout", "-q", "-b", "release", a)
    release = repository.commit("release")
    repository.run("checkout", "-q", "main")
    found = first_carriers(Git(repository.root), [deploy(release, 5), deploy(b, 7)], b)
    assert {sha: carrier.id for sha, carrier in found.items()} == {a: "d5", release: "d5", b: "d7"}


def test_thousands_of_commits_and_deploys_are_read_once(repository, monkeypatch) -> None:
    lines, number = [], 5000
    for n in range(1, number + 1):
        lines.append(f"commit refs/heads/main\nmark :{n}\ncommitter A <a@b.example> {1_790_000_000 + n} +0000\n")
        lines.append(f"data 1\nx\n{f'from :{n - 1}' if n > 1 else ''}\n")
    subprocess.run(["git", "fast-import", "--quiet"], cwd=repository.root, input="".join(lines).encode(), check=True)
    shas = repository.run("rev-list", "--reverse", "main").split()
    deploys = [deploy(sha, n) for n, sha in enumerate(shas) if n % 2]
    calls: list[list[str]] = []
    whole = Git.whole
    monkeypatch.setattr(Git, "whole", lambda self, words, **more: calls.append(words) or whole(self, words, **more))
    found = first_carriers(Git(repository.root), deploys, shas[-1])
    assert len(calls) == 2, "one look at which are here, one at the history"
    assert len(found) == number
    assert all(found[sha].sha == shas[n | 1] for n, sha in enumerate(shas))
