"""Whatever a host answers, wherever it sends the request: a sentence with a remedy, and the token stays where it belongs."""

from __future__ import annotations

import time

import pytest

from assistant.collect.deploys import api as api_module
from assistant.collect.deploys.gathered import HOSTS
from assistant.collect.deploys.records import fetch
from assistant.domain.errors import UnreachableError, UsageError
from tests.unit.collect.deploys.asking import LONG_AGO, PATHS, PROJECTS, TOKEN, asked, host_with
from tests.unit.collect.deploys.lists import netlify, sha, vercel
from tests.unit.collect.deploys.server import Loopback


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
    assert [remark.split(" are not")[0].split(" name")[0] for remark in found.remarks] == [
        "3 of 6 deployments of Netlify",
        "1 of 6 deployments of Netlify",
    ]


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
