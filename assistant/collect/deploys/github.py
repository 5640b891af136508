"""Deployments that GitHub keeps for a repository: ``GET /repos/{owner}/{repo}/deployments``, numbered pages, a Link header.

The list does not say how a deployment ended: that is one more request each, asked for production alone. Live is from the first
status ``success`` on; a later ``inactive`` only says that a newer deployment took over.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.collect.deploys.host import (
    NO_COMMIT,
    NO_TIME,
    Answer,
    Entry,
    Host,
    Request,
    link,
    moment,
    named,
    whole_sha,
    word,
)
from assistant.domain.deploys import Deploy
from assistant.domain.errors import UsageError


if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_WANTS: Final = "the repository as owner/name"
_PRODUCTION: Final = re.compile(r"prod(?:uction)?\b", re.IGNORECASE)
_WITHOUT_STATUS: Final = "come without their statuses and are taken as live from when they were made"


def _fits(entry: Entry) -> bool:
    return "sha" in entry and "environment" in entry and ("statuses_url" in entry or "task" in entry)


def _begun(entry: Entry) -> datetime | None:
    return moment(entry.get("created_at"))


def _deploy(entry: Entry) -> Deploy | str:
    sha = whole_sha(entry.get("sha"))
    if not sha:
        return NO_COMMIT
    statuses = _statuses(entry)
    good = [status for status in statuses or () if status.get("state") == "success"]
    times = sorted(at for status in good if (at := moment(status.get("created_at"))) is not None)
    at = times[0] if times else _begun(entry)
    if at is None:
        return NO_TIME
    pages = [status.get(key) for status in good for key in ("log_url", "environment_url", "target_url")]
    return Deploy(
        id=word(entry.get("id")),
        sha=sha,
        at=at,
        source=GITHUB.name,
        environment="production" if _for_production(entry) else word(entry.get("environment")) or "preview",
        succeeded=statuses is None or bool(good),
        url=link(*pages),
    )


def _statuses(entry: Entry) -> list[Entry] | None:
    told = entry.get("statuses")
    return [status for status in told if isinstance(status, dict)] if isinstance(told, list) else None


def _for_production(entry: Entry) -> bool:
    """GitHub's own flag, or an environment that is called so: integrations leave the flag out and add the project's name."""
    return entry.get("production_environment") is True or bool(_PRODUCTION.match(str(entry.get("environment"))))


def _doubt(entry: Entry) -> str:
    return _WITHOUT_STATUS if _statuses(entry) is None else ""


def _ended(entry: Entry, request: Request) -> Request | None:
    number = entry.get("id")
    if not _for_production(entry) or not isinstance(number, int) or _statuses(entry) is not None:
        return None
    return Request(f"{request.path}/{number}/statuses", (("per_page", "100"),))


def _request(project: str) -> Request:
    found = named(project, 2, "GitHub", _WANTS)
    if len(found) == 1:
        raise UsageError(f"{found[0]!r} names no repository of GitHub.", f"Give {_WANTS}.")
    return Request(f"/repos/{found[0]}/{found[1]}/deployments", (("page", "1"), ("per_page", "100")))


def _onward(request: Request, _page: Sequence[Entry], answer: Answer) -> Request | None:
    return request.with_query(page=request.of("page", 1) + 1) if answer.has_next() else None


GITHUB: Final = Host(
    name="github",
    title="GitHub",
    token="GITHUB_TOKEN",  # noqa: S106 - the name of a variable
    address="https://api.github.com",
    address_variable="GITHUB_API_URL",
    wants=_WANTS,
    fits=_fits,
    begun=_begun,
    deploy=_deploy,
    doubt=_doubt,
    request=_request,
    onward=_onward,
    ended=_ended,
    headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
)
