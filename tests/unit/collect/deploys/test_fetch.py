"""The operator asks the host what went live: page by page, no further than needed, and the token goes nowhere else."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from assistant.collect.deploys import api as api_module
from assistant.collect.deploys.gathered import HOSTS
from assistant.collect.deploys.records import fetch
from assistant.domain.errors import UnreachableError, UsageError
from tests.unit.collect.deploys.lists import MAKERS, at, github, iso, millis, netlify, sha, statuses, vercel
from tests.unit.collect.deploys.server import Loopback


TOKEN = "t0ps3cret-token-of-the-operator"
PROJECTS = {
    "vercel": "team_1/prj_1",
    "netlify": "s-1",
    "cloudflare-pages": "a1/clinic",
    "render": "srv-1",
    "github": "clinic/app",
}
PATHS = {
    "vercel": "/v6/deployments",
    "netlify": "/api/v1/sites/s-1/deploys",
    "cloudflare-pages": "/client/v4/accounts/a1/pages/projects/clinic/deployments",
    "render": "/v1/services/srv-1/deploys",
    "github": "/repos/clinic/app/deployments",
}
SIZES = {"vercel": 100, "netlify": 100, "cloudflare-pages": 25, "render": 100, "github": 100}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def host_with(host, number):
    """Answers as the host documents it: ``number`` deployments, newest first, in pages of its size."""
    size = SIZES[host]

    def answer(path, query):
        if host == "github" and path.endswith("/statuses"):
            return statuses(int(path.split("/")[-2]) - 1000, "success", "inactive")
        start = (int(query.get("page", 1)) - 1) * size
        if "until" in query:
            start = next(n for n in range(number) if millis(n) < int(query["until"]))
        if "cursor" in query:
            start = int(query["cursor"].removeprefix("cursor-")) + 1
        page = [github(n) if host == "github" else MAKERS[host](n) for n in range(start, min(start + size, number))]
        more = start + size < number
        link = {"Link": '<https://elsewhere.example/?page=9>; rel="next", <x>; rel="last"'} if more else {}
        if host == "vercel":
            behind = page[-1]["created"] if more else None
            return {"pagination": {"count": len(page), "next": behind, "prev": 1}, "deployments": page}
        if host == "cloudflare-pages":
            info = {
                "page": start // size + 1,
                "per_page": size,
                "total_count": number,
                "total_pages": -(-number // size),
            }
            return {"success": True, "errors": [], "messages": [], "result": page, "result_info": info}
        return 200, link if host in {"netlify", "github"} else {}, page

    return answer


def asked(host, server, since=LONG_AGO, tell=lambda _said: None, **options):
    variables = {HOSTS[host].token: TOKEN}
    return fetch(host, PROJECTS[host], since, tell, address=server.address, environment=variables, **options)


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
    assert [deploy.sha for deploy in found.deploys] == [sha(n) for n in range(31)]
    pages = [query for path, query in server.asked if path == PATHS[host]]
    assert len(pages) == (2 if host == "cloudflare-pages" else 1)
    assert found.says_incomplete == ""


def test_the_hosts_are_asked_for_production_as_they_document_it() -> None:
    queries = {}
    for host in HOSTS:
        with Loopback(host_with(host, 1)) as server:
            asked(host, server, since=at(30))
        queries[host] = server.asked[0][1]
    since = int(at(30).timestamp() * 1000)
    assert queries == {
        "vercel": {
            "projectId": "prj_1",
            "teamId": "team_1",
            "target": "production",
            "since": str(since),
            "limit": "100",
        },
        "netlify": {"production": "true", "page": "1", "per_page": "100"},
        "cloudflare-pages": {"env": "production", "page": "1", "per_page": "25"},
        "render": {"createdAfter": at(30).strftime("%Y-%m-%dT%H:%M:%SZ"), "limit": "100"},
        "github": {"page": "1", "per_page": "100"},
    }


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


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry-After": "7"}, 7),
        (403, {"Retry-After": "7"}, 7),
        (503, {"Retry-After": "7"}, 7),
        (429, {}, 60),
        (429, {"Ratelimit-Reset": "45"}, 45),
        (429, {"Ratelimit": '"default";r=0;t=30', "Ratelimit-Policy": '"burst";q=100;w=60'}, 30),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "now+20"}, 20),
        (429, {"X-RateLimit-Reset": "now+20"}, 20),
        (429, {"Retry-After": "a date"}, 20),
    ],
)
def test_a_short_pause_that_the_host_asks_for_is_kept_and_told(status, headers, seconds, monkeypatch) -> None:
    now = 1_763_640_000.0
    monkeypatch.setattr(api_module.time, "time", lambda: now)
    for name, value in headers.items():
        if value == "now+20":
            headers = {**headers, name: str(int(now) + 20)}
        if value == "a date":
            headers = {name: datetime.fromtimestamp(now + 20, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")}
    refused: list[bool] = []
    normal = host_with("netlify", 3)

    def answer(path, query):
        if refused:
            return normal(path, query)
        refused.append(True)
        return status, headers, {"message": "slow down"}

    slept: list[float] = []
    said: list[str] = []
    with Loopback(answer) as server:
        found = asked("netlify", server, tell=said.append, sleep=slept.append)
    assert len(found.deploys) == 3
    assert sum(slept) == pytest.approx(seconds)
    assert said[0] == f"Netlify limits requests: waiting {seconds} seconds."


def test_the_last_request_that_is_allowed_is_followed_by_the_pause_without_being_refused_first() -> None:
    normal = host_with("netlify", 150)

    def answer(path, query):
        status, headers, body = normal(path, query)
        spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 30)}
        return status, {**headers, **(spent if query["page"] == "1" else {})}, body

    slept: list[float] = []
    with Loopback(answer) as server:
        found = asked("netlify", server, sleep=slept.append)
    assert len(found.deploys) == 150
    assert len(server.asked) == 2
    assert 25 <= sum(slept) <= 30


def test_a_long_pause_is_not_kept_and_what_was_read_says_how_far_it_goes() -> None:
    normal = host_with("netlify", 500)

    def answer(path, query):
        limited = (429, {"Retry-After": "3600"}, {"message": "slow down"})
        return limited if query["page"] == "3" else normal(path, query)

    slept: list[float] = []
    with Loopback(answer) as server:
        found = asked("netlify", server, sleep=slept.append)
    assert len(found.deploys) == 200
    assert slept == []
    assert found.says_incomplete == (
        f"Only 200 deployments of Netlify back to {iso(199)[:16].replace('T', ' ')} UTC were read of those since 2020-01-01 00:00 UTC: "
        "Netlify limits requests and wants a pause of 60 minutes. Run it again after that, or give the list as a JSON file."
    )


def test_a_host_that_never_stops_limiting_is_given_up() -> None:
    slept: list[float] = []
    with (
        Loopback(lambda *_asked: (429, {"Retry-After": "50"}, {})) as server,
        pytest.raises(UnreachableError) as caught,
    ):
        asked("render", server, sleep=slept.append)
    assert sum(slept) == 150
    assert "limits requests" in caught.value.says


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((401, {}, {"message": "Bad credentials"}), "does not accept the token in NETLIFY_AUTH_TOKEN"),
        ((403, {}, {}), "may not read these deployments"),
        ((404, {}, {}), "knows no such project"),
        ((500, {}, b"<h1>oops</h1>"), "answered with status 500"),
        (b"<html>captive portal</html>", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"", "not JSON"),
        (b"[" * 200_000, "not JSON"),
        ({"error": {"code": "x"}}, "no list of deployments"),
        (7, "no list of deployments"),
        ((200, {"Content-Length": "99999"}, b"[1,"), "broke the answer off"),
        ((302, {"Location": "file:///etc/passwd"}, {}), "did not follow"),
        ((301, {"Location": "/again"}, {}), "did not follow"),
    ],
)
def test_whatever_comes_back_is_a_sentence_with_a_remedy_and_never_the_token(answer, says) -> None:
    with Loopback(lambda *_asked: answer) as server, pytest.raises(UnreachableError) as caught:
        asked("netlify", server)
    assert says in caught.value.says
    assert caught.value.remedy
    assert TOKEN not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__cause__ is None


def test_garbage_behind_a_good_page_leaves_the_good_page() -> None:
    normal = host_with("render", 300)
    with Loopback(lambda path, query: b"{" if "cursor" in query else normal(path, query)) as server:
        found = asked("render", server)
    assert len(found.deploys) == 100
    assert "Render answered with something that is not JSON" in found.says_incomplete


def test_entries_that_are_nonsense_are_counted() -> None:
    page = [netlify(1), {}, {"site_id": 1, "state": [], "commit_ref": {}}, 3, None, netlify(2, created_at="?")]
    with Loopback(lambda *_asked: page) as server:
        found = asked("netlify", server)
    assert [deploy.sha for deploy in found.deploys] == [sha(1), sha(2)]
    assert len(found.remarks) == 2


def test_a_redirect_to_another_machine_is_refused_and_never_sees_the_token() -> None:
    with Loopback(lambda *_asked: []) as thief:

        def answer(*_asked):
            return 307, {"Location": f"{thief.address}/v6/deployments"}, {}

        with Loopback(answer) as server, pytest.raises(UnreachableError, match="did not follow with the token"):
            asked("vercel", server)
        assert thief.asked == []


def test_a_redirect_on_the_same_origin_is_followed() -> None:
    moved = "/repositories/7/deployments"
    normal = host_with("github", 2)

    def answer(path, query):
        if path == PATHS["github"]:
            return 301, {"Location": f"{moved}?page=1&per_page=100"}, {}
        return normal(path, query)

    with Loopback(answer) as server:
        assert len(asked("github", server).deploys) == 2


def test_pages_that_go_round_in_a_circle_end() -> None:
    def answer(_path, query):
        behind = 1_700_000_000_000 if "until" not in query else int(query["until"]) ^ 1
        return {"pagination": {"next": behind}, "deployments": [vercel(1)]}

    with Loopback(answer) as server:
        found = asked("vercel", server)
    assert len(server.asked) == 3
    assert len(found.deploys) == 1, "the same deployment three times is one"
    assert "go round in a circle" in found.says_incomplete


def test_an_answer_without_end_is_cut_off(monkeypatch) -> None:
    monkeypatch.setattr(api_module, "LARGEST", 1 << 20)
    with (
        Loopback(lambda *_asked: b"[" + b" " * (3 << 20) + b"]") as server,
        pytest.raises(UnreachableError, match="more than 1 MB"),
    ):
        asked("render", server)


def test_a_host_that_says_nothing_is_given_up(monkeypatch) -> None:
    monkeypatch.setattr(api_module, "SILENCE", 0.2)

    def answer(*_asked):
        time.sleep(1)
        return []

    with Loopback(answer) as server, pytest.raises(UnreachableError, match="did not answer in time"):
        asked("render", server)


def test_a_host_that_dribbles_is_given_up(monkeypatch) -> None:
    monkeypatch.setattr(api_module, "LONGEST", -1.0)
    with Loopback(host_with("render", 3)) as server, pytest.raises(UnreachableError, match="did not answer in time"):
        asked("render", server)


def test_nobody_listens() -> None:
    with Loopback(lambda *_asked: []) as server:
        pass
    with pytest.raises(UnreachableError, match="Render cannot be reached"):
        asked("render", server)


def test_the_operator_can_stop_it_between_pages_and_in_a_pause() -> None:
    with Loopback(host_with("netlify", 5000)) as server:
        found = asked("netlify", server, cancelled=lambda: len(server.asked) >= 2)
    assert len(found.deploys) == 200
    assert "because you stopped it" in found.says_incomplete
    slept: list[float] = []
    with (
        Loopback(lambda *_asked: (429, {"Retry-After": "100"}, {})) as server,
        pytest.raises(UnreachableError, match="you stopped it"),
    ):
        asked("netlify", server, sleep=slept.append, cancelled=lambda: bool(slept))
    assert sum(slept) == 1


@pytest.mark.parametrize("host", HOSTS)
def test_without_a_token_nothing_is_sent(host) -> None:
    with Loopback(host_with(host, 1)) as server:
        for value in ("", "  ", "two words", "line\nbreak", "s\u00e4cret"):
            variables = {HOSTS[host].token: value}
            with pytest.raises(UsageError) as caught:
                fetch(host, PROJECTS[host], LONG_AGO, print, address=server.address, environment=variables)
            assert HOSTS[host].token in caught.value.says
            assert not value.strip() or value not in str(caught.value)
    assert server.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "http://api.vercel.example",
        "http://127.0.0.1.evil.example",
        "https://ada:secret@api.example",
        "https://api.example?to=x",
        "ftp://api.example",
        "file:///etc/passwd",
        "//api.example",
        "https://[",
        "https://api.example:port",
        "nonsense",
    ],
)
def test_only_https_and_this_machine_are_asked(address) -> None:
    with pytest.raises(UsageError, match="must begin with https"):
        fetch("vercel", "prj_1", LONG_AGO, print, address=address, environment={"VERCEL_TOKEN": TOKEN})


@pytest.mark.parametrize("host", HOSTS)
def test_a_project_that_would_change_the_address_is_refused(host) -> None:
    for project in ("", "../../v1/user", "a/b/c", "a b", "x?y=z", "a/..", "ü", "a%2f..", "-x"):
        with pytest.raises(UsageError) as caught:
            fetch(host, project, LONG_AGO, print, environment={HOSTS[host].token: TOKEN})
        assert caught.value.remedy.startswith("Give ")


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
