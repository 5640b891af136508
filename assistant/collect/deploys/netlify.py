"""Deploys of Netlify: ``GET /api/v1/sites/{site_id}/deploys``, numbered pages, a Link header.

A production deploy is live from ``published_at`` on; one that is ready but was never published (automatic publishing is locked) is not.
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
    link,
    moment,
    named,
    whole_sha,
    word,
)
from assistant.domain.deploys import Deploy


if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_WANTS: Final = "the site's id (Project configuration > General, or siteId in .netlify/state.json)"
_READY: Final = frozenset({"ready", "old"})


def _fits(entry: Entry) -> bool:
    return "site_id" in entry and "state" in entry and ("commit_ref" in entry or "deploy_ssl_url" in entry)


def _begun(entry: Entry) -> datetime | None:
    return moment(entry.get("created_at"))


def _deploy(entry: Entry) -> Deploy | str:
    sha = whole_sha(entry.get("commit_ref"))
    if not sha:
        return NO_COMMIT
    context = word(entry.get("context")) or "production"
    published = moment(entry.get("published_at"))
    ready = word(entry.get("state")) in _READY and not entry.get("skipped")
    at = published or _begun(entry) or moment(entry.get("updated_at"))
    if at is None:
        return NO_TIME
    return Deploy(
        id=word(entry.get("id")),
        sha=sha,
        at=at,
        source=NETLIFY.name,
        environment="preview" if context == "deploy-preview" else context,
        succeeded=ready and (published is not None or context != "production"),
        url=link(entry.get("admin_url"), entry.get("deploy_ssl_url"), entry.get("deploy_url")),
    )


def _request(project: str) -> Request:
    (site,) = named(project, 1, "Netlify", _WANTS)
    return Request(f"/api/v1/sites/{site}/deploys", (("production", "true"), ("page", "1"), ("per_page", "100")))


def _onward(request: Request, page: Sequence[Entry], answer: Answer) -> Request | None:
    full = len(page) >= request.of("per_page", 100)
    more = answer.has_next() if "link" in answer.headers else full
    return request.with_query(page=request.of("page", 1) + 1) if more else None


NETLIFY: Final = Host(
    name="netlify",
    title="Netlify",
    token="NETLIFY_AUTH_TOKEN",  # noqa: S106 - the name of a variable
    address="https://api.netlify.com",
    wants=_WANTS,
    fits=_fits,
    begun=_begun,
    deploy=_deploy,
    request=_request,
    onward=_onward,
)
