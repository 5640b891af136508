"""A host that limits requests is asked again when it wants to be, and not before; what was read until then is not lost."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from assistant.collect.deploys import api as api_module
from assistant.domain.errors import UnreachableError
from tests.unit.collect.deploys.asking import asked, host_with
from tests.unit.collect.deploys.lists import iso
from tests.unit.collect.deploys.server import Loopback


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
