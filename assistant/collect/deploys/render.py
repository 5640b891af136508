"""Deploys of Render: ``GET /v1/services/{service}/deploys``, each with the cursor behind which the next page begins.

``deactivated`` was live until a newer deploy took over, so it counts as live once. Previews are services of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.collect.deploys.host import (
    NO_COMMIT,
    NO_TIME,
    Answer,
    Entry,
    Host,
    Request,
    earliest,
    moment,
    named,
    part,
    whole_sha,
    word,
)
from assistant.domain.deploys import Deploy


if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_WANTS: Final = "the service's id (srv-…, in the address of its dashboard page)"
_WAS_LIVE: Final = frozenset({"live", "deactivated"})
_LARGEST_PAGE: Final = 100


def _inner(entry: Entry) -> Entry:
    return part(entry, "deploy") or entry


def _fits(entry: Entry) -> bool:
    deploy = _inner(entry)
    wrapped = deploy is not entry or str(deploy.get("id", "")).startswith("dep-")
    return wrapped and "status" in deploy and "createdAt" in deploy


def _begun(entry: Entry) -> datetime | None:
    return moment(_inner(entry).get("createdAt"))


def _deploy(entry: Entry) -> Deploy | str:
    deploy = _inner(entry)
    sha = whole_sha(part(deploy, "commit").get("id"))
    if not sha:
        return NO_COMMIT
    at = earliest(deploy.get("finishedAt"), deploy.get("createdAt"))
    if at is None:
        return NO_TIME
    return Deploy(
        id=word(deploy.get("id")),
        sha=sha,
        at=at,
        source=RENDER.name,
        succeeded=word(deploy.get("status")) in _WAS_LIVE,
    )


def _request(project: str) -> Request:
    (service,) = named(project, 1, "Render", _WANTS)
    return Request(f"/v1/services/{service}/deploys", (("limit", str(_LARGEST_PAGE)),))


def _onward(request: Request, page: Sequence[Entry], _answer: Answer) -> Request | None:
    cursor = page[-1].get("cursor") if len(page) >= _LARGEST_PAGE else None
    return request.with_query(cursor=cursor) if isinstance(cursor, str) and cursor else None


RENDER: Final = Host(
    name="render",
    title="Render",
    token="RENDER_API_KEY",  # noqa: S106 - the name of a variable
    address="https://api.render.com",
    wants=_WANTS,
    fits=_fits,
    begun=_begun,
    deploy=_deploy,
    request=_request,
    onward=_onward,
)
