"""What changed? `stanch deploys` on the demo's history, whose commits are known to have opened six leaks."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from assistant.engine.demo import build_demo, demo_commits, demo_leaks
from tests.journeys.desk import Desk


pytestmark = pytest.mark.shadow


@pytest.fixture(scope="module")
def parley(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's repository, nothing walked."""
    return build_demo(tmp_path_factory.mktemp("deploys") / "parley")


@pytest.fixture(scope="module")
def told(parley: Path) -> dict:
    """What the verb says of it as JSON."""
    ran = Desk(parley).type("deploys", parley, "--json")
    assert ran.code == 1, ran.err
    return json.loads(ran.out)


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout.strip()


def test_every_commit_that_opened_a_leak_is_named_with_the_leak(told) -> None:
    by_subject = {commit["subject"]: commit for commit in told["commits"]}
    for leak in demo_leaks():
        name = leak.object.rpartition(".")[2].partition("(")[0]
        said = " ".join(reason["says"] for reason in by_subject[leak.commit]["reasons"] if reason["finding"])
        assert name in said, leak


def test_those_commits_come_first(told) -> None:
    first = {commit["subject"] for commit in told["commits"][:8]}
    opened = {leak.commit for leak in demo_leaks()}
    assert len(opened & first) >= len(opened) - 1
    assert told["commits"][0]["subject"] in opened
    assert len(told["commits"]) == len(demo_commits())


def test_the_contract(told) -> None:
    commit = told["commits"][0]
    assert {"sha", "at", "author", "deploys", "score", "reasons"} <= set(commit)
    assert {"kind", "says", "file", "line"} <= set(commit["reasons"][0])
    assert [one["score"] for one in told["commits"]] == sorted((one["score"] for one in told["commits"]), reverse=True)
    assert told["window"]["commits"] == len(told["commits"])


def test_the_finding_that_is_asked_about_comes_first(parley, told) -> None:
    reasons = [
        (commit["subject"], reason)
        for commit in told["commits"][2:]
        for reason in commit["reasons"]
        if reason["finding"] and reason["weight"] > 2
    ]
    subject, reason = reasons[-1]
    ran = Desk(parley).type("deploys", parley, "--finding", reason["finding"], "--json")
    assert json.loads(ran.out)["commits"][0]["subject"] == subject


def test_a_leak_older_than_the_window_is_nobodys_fault_in_it(parley) -> None:
    feedback = git(parley, "log", "--format=%H", "--grep=Ask whether an answer was helpful")
    ran = Desk(parley).type("deploys", parley, "--last-good", feedback, "--json")
    assert "message_feedback" not in ran.out
    assert "workspace_usage" in ran.out


def test_code_alone_and_a_bare_repository(parley, tmp_path) -> None:
    bare = tmp_path / "parley.git"
    git(tmp_path, "clone", "-q", "--bare", str(parley), str(bare))
    ran = Desk(tmp_path).type("deploys", bare, "--code-only", "--json")
    assert ran.code == 1, ran.err
    assert "GET /api/chats/[id]/export" in ran.out


def test_nothing_of_the_operator_is_touched(parley) -> None:
    before = (
        git(parley, "status", "--porcelain=v2", "--branch"),
        sorted(path.name for path in (parley / ".git").iterdir()),
    )
    Desk(parley).type("deploys", parley, "--last-good", "HEAD~5", "--code-only", "--json")
    assert before == (
        git(parley, "status", "--porcelain=v2", "--branch"),
        sorted(path.name for path in (parley / ".git").iterdir()),
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--last-good", "nowhere"), "no commit of this repository"),
        (("--last-good", "HEAD"), "nothing came after it"),
        (("--head", "gone"), "no commit of this repository"),
        (("--records", "nowhere.json"), "nowhere.json"),
        (("--from", "heroku"), "heroku"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence_and_one_remedy(parley, arguments, words) -> None:
    Desk(parley).type("deploys", parley, *arguments).says(2, words)


def test_a_hosts_list_says_when_it_went_live(parley, tmp_path) -> None:
    head, older = git(parley, "rev-parse", "HEAD"), git(parley, "rev-parse", "HEAD~2")
    records = tmp_path / "deployments.json"
    deployments = [
        {"uid": f"dpl_{n}", "name": "parley", "url": "parley.example", "state": "READY", "target": "production",
         "created": at, "ready": at, "meta": {"githubCommitSha": sha}}
        for n, (sha, at) in enumerate(((older, 1_780_000_000_000), (head, 1_780_000_600_000)))
    ]  # fmt: skip
    records.write_text(json.dumps({"deployments": deployments, "pagination": {"count": 2, "next": None}}))
    said = json.loads(
        Desk(parley).type("deploys", parley, "--code-only", "--last-good", "HEAD~4", "--records", records, "--json").out
    )
    live = {commit["sha"]: [deploy["id"] for deploy in commit["deploys"]] for commit in said["commits"]}
    assert live[older] == ["dpl_0"]
    assert live[head] == ["dpl_1"]
    assert said["live"]["deployed"]["sha"] == head
    assert said["live"]["here_not_live"] == []
