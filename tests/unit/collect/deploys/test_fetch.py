"""The operator asks the host what went live: page by page, no further than needed, and the token goes nowhere else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assistant.collect.deploys.gathered import HOSTS
from assistant.collect.deploys.records import fetch
from assistant.domain.errors import UsageError
from tests.unit.collect.deploys.asking import LONG_AGO, PATHS, TOKEN, asked, host_with
from tests.unit.collect.deploys.lists import at, github, netlify, sha, statuses
from tests.unit.collect.deploys.server import Loopback


@pytest.mark.parametrize("host", HOSTS)
def test_pages_are_followed_to_the_end(host) -> None:
    said: list[str] = []
    with Loopback(host_with(host, 60 if host == "cloudflare-pages" else 230)) as server:
        found = asked(host, server, tell=said.append)
    number = 60 if host == "cloudflare-pages" else 230
    assert [deploy.sha for deploy in found.deploys] == [sha(n) for n in range(number)]
    assert all(deploy.succeeded for deploy in found.deploys)
    assert found.says_incomplete == ""
    pages = [query for path, query in server.asked if path == PATHS[host]]
    assert len(pages) == 3
    assert set(server.tokens) == {f"Bearer {TOKEN}"}
    assert said[-1] == f"{HOSTS[host].title}: {number} deployments read."
    assert ("GitHub: outcome of 40 deployments read." in said) == (host == "github")


@pytest.mark.parametrize("host", HOSTS)
def test_no_page_is_asked_for_behind_the_beginning_of_the_window(host) -> None:
    with Loopback(host_with(host, 5000)) as server:
        found = asked(host, server, since=at(30.5))
    assert [deploy.sha for deploy in found.deploys] == [sha(n) for n in range(32)], "and the one that was live then"
    pages = [query for path, query in server.asked if path == PATHS[host]]
    assert len(pages) == (2 if host == "cloudflare-pages" else 1)
    assert found.says_incomplete == ""


def test_the_hosts_are_asked_for_production_as_they_document_it() -> None:
    queries = {}
    for host in HOSTS:
        with Loopback(host_with(host, 1)) as server:
            asked(host, server, since=at(30))
        queries[host] = server.asked[0][1]
    assert queries == {
        "vercel": {
            "projectId": "prj_1",
            "teamId": "team_1",
            "target": "production",
            "limit": "100",
        },
        "netlify": {"production": "true", "page": "1", "per_page": "100"},
        "cloudflare-pages": {"env": "production", "page": "1", "per_page": "25"},
        "render": {"limit": "100"},
        "github": {"page": "1", "per_page": "100"},
    }


def test_after_a_quiet_month_the_deploy_that_is_still_live_is_told() -> None:
    page = [netlify(1, state="error", published_at=None), netlify(2, commit_ref=None), netlify(3), netlify(4)]
    with Loopback(lambda *_asked: page) as server:
        found = asked("netlify", server, since=at(0))
    assert [deploy.sha for deploy in found.deploys] == [sha(3)]
    assert len(server.asked) == 1


def test_github_is_asked_how_deployments_to_production_ended_and_no_others() -> None:
    page = [github(1), github(2, environment="Preview"), github(3), github(4, environment="staging")]
    outcomes = {"1001": statuses(1, "queued", "failure"), "1003": statuses(3, "in_progress", "success", "inactive")}
    answers = {f"{PATHS['github']}/{number}/statuses": told for number, told in outcomes.items()}
    with Loopback(lambda path, _query: answers.get(path, page)) as server:
        found = asked("github", server)
    assert [(deploy.sha, deploy.succeeded) for deploy in found.deploys] == [(sha(1), False), (sha(3), True)]
    assert found.deploys[1].at.replace(microsecond=0) == at(3) + timedelta(minutes=5)
    assert [path for path, _query in server.asked] == [PATHS["github"], *answers]
    assert "2 of 4 deployments of GitHub are for other environments" in found.remarks[0]
    assert server.headers[0]["X-Github-Api-Version"] == "2022-11-28"


def test_an_unknown_host_is_a_sentence_that_names_those_that_are_known() -> None:
    with pytest.raises(UsageError, match="vercel, netlify, cloudflare-pages, render, github"):
        fetch("heroku", "x", LONG_AGO, print, environment={})


def test_accounts_and_addresses_come_from_the_environment_too() -> None:
    with Loopback(host_with("cloudflare-pages", 1)) as server:
        variables = {
            "CLOUDFLARE_API_TOKEN": TOKEN,
            "CLOUDFLARE_ACCOUNT_ID": "a1",
            "STANCH_DEPLOYS_URL": server.address + "/",
        }
        assert len(fetch("cloudflare-pages", "clinic", LONG_AGO, print, environment=variables).deploys) == 1
    for account, sent in (("team_1", "team_1"), ("a-person", None)):
        with Loopback(host_with("vercel", 1)) as server:
            variables = {"VERCEL_TOKEN": TOKEN, "VERCEL_ORG_ID": account, "STANCH_DEPLOYS_URL": server.address}
            fetch("vercel", "prj_1", LONG_AGO, print, environment=variables)
        assert server.asked[0][1].get("teamId") == sent
        assert "slug" not in server.asked[0][1]
    with Loopback(lambda _path, _query: []) as server:
        variables = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": f"{server.address}/api/v3"}
        assert fetch("github", "clinic/app", LONG_AGO, print, environment=variables).deploys == ()
        assert server.asked[0][0] == "/api/v3/repos/clinic/app/deployments"
