"""One project at each host, as its tests ask for it, and the host as it documents its answers."""

from __future__ import annotations

from datetime import UTC, datetime

from assistant.collect.deploys.gathered import HOSTS
from assistant.collect.deploys.records import fetch
from tests.unit.collect.deploys.lists import MAKERS, github, millis, statuses


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
