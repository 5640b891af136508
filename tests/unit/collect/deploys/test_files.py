"""Somebody saved the host's list before the dashboard forgot it: it is read as it is, whatever tool saved it."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as any_

from assistant.collect.deploys.gathered import HOSTS, told
from assistant.collect.deploys.linked import linked_projects
from assistant.collect.deploys.records import from_file, in_repository, read_file
from assistant.collect.git import Git
from assistant.domain.errors import UsageError
from tests.unit.collect.deploys.lists import MAKERS, at, cloudflare, github, iso, netlify, render, sha, statuses, vercel


NASTY = (
    *(None, True, False, 0, -1, 3.5, float("inf"), float("-inf"), float("nan"), 10**30, -(10**30)),
    *("", " ", "\x1b[2J", "\u202e", "\ud800", "x" * 5000, "yesterday", "https://a b"),
    *("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-11-20", "2026-11-20T12:00:00+99:00"),
    *([], [[]], [None, 3, "x"], [{}], {}, {"a": []}, {"commit_hash": []}, [{"state": {}, "created_at": []}]),
)
"""What a host would never write where a word, a time or a mapping belongs."""


def saved(tmp_path, text, name="list.json"):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    return path


def envelope(host, page):
    if host == "vercel":
        return {"pagination": {"count": len(page), "next": None, "prev": 1}, "deployments": page}
    if host == "cloudflare-pages":
        return {"success": True, "errors": [], "messages": [], "result": page, "result_info": {"page": 1}}
    return page


@pytest.mark.parametrize("host", HOSTS)
def test_each_host_is_recognised_by_the_shape_of_its_list(tmp_path, host) -> None:
    found = read_file(saved(tmp_path, envelope(host, [MAKERS[host](n) for n in range(3)])))
    assert [deploy.sha for deploy in found.deploys] == [sha(0), sha(1), sha(2)]
    for n, deploy in enumerate(found.deploys):
        assert (deploy.source, deploy.environment, deploy.succeeded) == (host, "production", True)
        assert deploy.id
        assert deploy.at.tzinfo is UTC
        assert deploy.at.replace(microsecond=0) == at(n) + timedelta(minutes=4), "when it went live, not when it began"
    assert found.remarks == ()
    assert found.says_incomplete == ""


@pytest.mark.parametrize("host", HOSTS)
def test_pages_are_one_list_in_an_array_or_behind_each_other(tmp_path, host) -> None:
    first, second = (envelope(host, [MAKERS[host](n) for n in part]) for part in ((0, 1), (2, 3)))
    in_array = from_file(saved(tmp_path, [first, second]))
    behind = from_file(saved(tmp_path, json.dumps(first) + "\n" + json.dumps(second) + "\n"))
    bare = from_file(saved(tmp_path, [MAKERS[host](n) for n in (3, 1, 0, 2)]))
    assert in_array == behind == bare
    assert [deploy.sha for deploy in bare] == [sha(n) for n in range(4)]


def test_a_list_saved_by_powershell_is_utf_16(tmp_path) -> None:
    path = tmp_path / "list.json"
    path.write_text(json.dumps([vercel(1)]), encoding="utf-16")
    assert [deploy.sha for deploy in from_file(path)] == [sha(1)]


@pytest.mark.parametrize(
    "entry",
    [
        vercel(1, readyState="ERROR", state="ERROR"),
        vercel(1, readyState="CANCELED", state="CANCELED"),
        vercel(1, readyState="BUILDING", state="BUILDING"),
        vercel(1, readySubstate="STAGED"),
        netlify(1, state="error", published_at=None),
        netlify(1, state="ready", published_at=None),
        netlify(1, skipped=True),
        cloudflare(1, status="failure"),
        cloudflare(1, status="canceled"),
        cloudflare(1, latest_stage={"name": "build", "status": "success", "ended_on": iso(1)}),
        cloudflare(1, is_skipped=True),
        render(1, status="build_failed"),
        render(1, status="canceled"),
        render(1, status="update_in_progress"),
        github(1, statuses=statuses(1, "pending", "failure")),
        github(1, statuses=statuses(1, "in_progress", "error")),
        github(1, statuses=[]),
    ],
)
def test_what_failed_was_cancelled_or_never_took_over_is_not_live(tmp_path, entry) -> None:
    (deploy,) = from_file(saved(tmp_path, [entry]))
    assert deploy.succeeded is False


@pytest.mark.parametrize(
    ("entry", "environment"),
    [
        (vercel(1, target=None), "preview"),
        (vercel(1, target="staging"), "staging"),
        (vercel(1, target=None, customEnvironment={"slug": "qa"}), "qa"),
        (netlify(1, context="deploy-preview", published_at=None), "preview"),
        (netlify(1, context="branch-deploy", published_at=None), "branch-deploy"),
        (cloudflare(1, environment="preview"), "preview"),
        (github(1, environment="Preview \u2013 clinic", statuses=statuses(1, "success")), "Preview \u2013 clinic"),
        (github(1, environment="Production \u2013 clinic", statuses=statuses(1, "success")), "production"),
        (github(1, environment="eu", production_environment=True, statuses=statuses(1, "success")), "production"),
    ],
)
def test_previews_are_kept_apart_from_production(tmp_path, entry, environment) -> None:
    (deploy,) = from_file(saved(tmp_path, [entry]))
    assert (deploy.environment, deploy.succeeded) == (environment, True)


def test_what_names_no_commit_or_no_time_is_counted_and_not_guessed(tmp_path) -> None:
    page = [
        vercel(1),
        vercel(2, meta={}),
        vercel(3, meta={"githubCommitSha": "abc1234"}),
        vercel(4, created="yesterday", createdAt=None, aliasAssigned=True, ready=10**30),
        vercel(5, meta={"githubCommitSha": sha(5), "gitDirty": "1"}),
        {"hello": "world"},
        "nonsense",
    ]
    found = read_file(saved(tmp_path, page))
    assert [deploy.sha for deploy in found.deploys] == [sha(1), sha(5)]
    assert found.remarks == (
        "2 of 7 deployments of Vercel are not in the form in which this host lists deployments; left out.",
        "1 of 7 deployments of Vercel have no time that can be read; left out.",
        "2 of 7 deployments of Vercel name no whole commit (uploaded from a machine, or not made from git); left out.",
        "1 of 7 deployments of Vercel were made from files with edits that are in no commit.",
    )


def test_a_list_of_github_without_statuses_says_that_the_outcome_is_not_known(tmp_path) -> None:
    found = read_file(saved(tmp_path, [github(1)]))
    assert found.deploys[0].succeeded is True
    assert "without their statuses" in found.remarks[0]


def test_other_forges_and_uploads_from_a_checkout_name_their_commit_too(tmp_path) -> None:
    page = [vercel(1, meta={"gitlabCommitSha": sha(1).upper()}), vercel(2, meta={"bitbucketCommitSha": sha(2)})]
    assert [deploy.sha for deploy in from_file(saved(tmp_path, page))] == [sha(1), sha(2)]


def test_what_a_terminal_would_obey_is_made_visible(tmp_path) -> None:
    nasty = "dpl_\x1b]0;gotcha\x07" + "x" * 500
    (deploy,) = from_file(
        saved(tmp_path, [vercel(1, uid=nasty, inspectorUrl="javascript:alert(1)", url="a b", target="\x1b[2J")])
    )
    assert deploy.id.isprintable()
    assert len(deploy.id) <= 120
    assert deploy.environment.isprintable()
    assert deploy.url == ""


@pytest.mark.parametrize("host", HOSTS)
@given(data=any_.data())
def test_an_entry_of_which_any_part_is_something_else_is_read_or_counted(host, data) -> None:
    entry = MAKERS[host](1)
    inside = entry["deploy"] if host == "render" else entry
    for key in data.draw(any_.lists(any_.sampled_from(sorted(inside)), max_size=4, unique=True)):
        inside[key] = data.draw(any_.sampled_from(NASTY))
    found = told(HOSTS[host], [entry])
    assert len(found.deploys) + sum("left out" in remark for remark in found.remarks) == 1
    HOSTS[host].begun(entry)
    for deploy in found.deploys:
        assert deploy.at.tzinfo is UTC
        assert (deploy.id + deploy.environment + deploy.url).isprintable()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<html>Sign in</html>", "is not JSON (line 1)"),
        ('{"deployments": [', "is not JSON (line 1)"),
        ("[" * 100_000, "nested too deeply"),
        ('{"error": {"code": "forbidden", "message": "Not authorized"}}', "no list of deployments"),
        ('{"message": "Bad credentials"}', "no list of deployments"),
        ("[1, 2, null]", "no list of deployments"),
        ("7", "no list of deployments"),
        ('[{"uid": {}, "state": [], "created": {}, "meta": 3, "target": {}}]', None),
        ("[" + "9" * 5000 + "]", "is not JSON"),
    ],
)
def test_a_file_that_is_no_list_is_a_sentence_and_a_remedy(tmp_path, text, says) -> None:
    path = saved(tmp_path, text)
    if says is None:
        assert from_file(path) == ()
        return
    with pytest.raises(UsageError) as caught:
        from_file(path)
    assert says in caught.value.says
    assert "list.json" in caught.value.says
    assert caught.value.remedy


def test_an_empty_list_is_no_mistake(tmp_path) -> None:
    assert from_file(saved(tmp_path, "[]")) == ()
    assert from_file(saved(tmp_path, {"deployments": [], "pagination": {"next": None}})) == ()


def test_a_file_that_is_missing_or_a_folder_is_a_sentence(tmp_path) -> None:
    for path in (tmp_path / "gone.json", tmp_path):
        with pytest.raises(UsageError, match="is not read"):
            from_file(path)


def test_lists_that_lie_in_the_repository_are_found_by_themselves(tmp_path) -> None:
    root, outside = tmp_path / "app", saved(tmp_path, [vercel(9)], "outside.json")
    saved(root, [vercel(1), vercel(2)], ".vercel/deployments.json")
    saved(root, [netlify(3)], ".netlify/deploys-2026-11.json")
    saved(root, {"projectId": "prj_1"}, ".vercel/project.json")
    saved(root, "not json", "deployments.json")
    (root / "deploys.json").symlink_to(outside)
    found = in_repository(root)
    assert [deploy.sha for deploy in found.deploys] == [sha(1), sha(2), sha(3)]
    assert len(found.remarks) == 2
    assert "deployments.json is not JSON" in found.remarks[0]
    assert found.remarks[1] == "deploys.json leads out of the repository and was not read."


def test_the_tools_of_the_hosts_leave_the_names_of_projects(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    saved(tmp_path, {"projectId": "prj_1", "orgId": "team_1"}, ".vercel/project.json")
    saved(tmp_path, {"projectId": "prj_2", "orgId": "abc"}, "apps/web/.vercel/project.json")
    saved(tmp_path, {"orgId": "team_2", "projects": [{"id": "prj_3"}, {"id": "../x"}, 4]}, ".vercel/repo.json")
    saved(tmp_path, {"siteId": "s-1"}, ".netlify/state.json")
    saved(tmp_path, 'name = "clinic"\naccount_id = "a1"\npages_build_output_dir = "out"\n', "wrangler.toml")
    saved(tmp_path, "name = 'a worker'", "packages/jobs/wrangler.toml")
    git = Git(tmp_path)
    git.whole(["init", "-q"])
    git.whole(["remote", "add", "origin", "https://ada:secret@github.com/clinic/app.git"])
    assert [(linked.host, linked.project) for linked in linked_projects(tmp_path, git)] == [
        ("cloudflare-pages", "a1/clinic"),
        ("github", "clinic/app"),
        ("netlify", "s-1"),
        ("vercel", "team_1/prj_1"),
        ("vercel", "team_2/prj_3"),
        ("vercel", "prj_2"),
    ]


def test_reading_a_file_loads_nothing_that_could_reach_a_network(tmp_path) -> None:
    path = saved(tmp_path, [vercel(1)])
    asked = (
        "import sys; from pathlib import Path; from assistant.collect.deploys.records import from_file;"
        f"assert len(from_file(Path({str(path)!r}))) == 1; print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=60)
    assert not {"urllib.request", "http.client", "socket", "ssl", "git"} & set(done.stdout.split())
