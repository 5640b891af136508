"""Deployments of Cloudflare Pages: ``GET /client/v4/accounts/{account}/pages/projects/{project}/deployments``.

Numbered pages of at most 25: the endpoint refuses more. A deployment is live when its last stage, ``deploy``, ended well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.collect.deploys.host import (
    DIRTY,
    NO_COMMIT,
    NO_TIME,
    Answer,
    Entry,
    Host,
    Request,
    earliest,
    link,
    moment,
    named,
    part,
    whole_sha,
    word,
)
from assistant.domain.deploys import Deploy
from assistant.domain.errors import UsageError


if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_WANTS: Final = "the account's id and the project's name with a slash between them, or set CLOUDFLARE_ACCOUNT_ID"
_LARGEST_PAGE: Final = 25


def _fits(entry: Entry) -> bool:
    return "deployment_trigger" in entry and ("latest_stage" in entry or "stages" in entry)


def _begun(entry: Entry) -> datetime | None:
    return moment(entry.get("created_on"))


def _deploy(entry: Entry) -> Deploy | str:
    sha = whole_sha(_origin(entry).get("commit_hash"))
    if not sha:
        return NO_COMMIT
    last = _last(entry)
    live = last.get("name") == "deploy" and last.get("status") == "success" and not entry.get("is_skipped")
    at = earliest(last.get("ended_on"), entry.get("created_on"), entry.get("modified_on"))
    if at is None:
        return NO_TIME
    return Deploy(
        id=word(entry.get("id")),
        sha=sha,
        at=at,
        source=CLOUDFLARE_PAGES.name,
        environment=word(entry.get("environment")) or "production",
        succeeded=live,
        url=link(entry.get("url")),
    )


def _origin(entry: Entry) -> Entry:
    return part(entry, "deployment_trigger", "metadata")


def _last(entry: Entry) -> Entry:
    stages = entry.get("stages")
    known = [stage for stage in stages if isinstance(stage, dict)] if isinstance(stages, list) else []
    return part(entry, "latest_stage") or (known[-1] if known else {})


def _doubt(entry: Entry) -> str:
    return DIRTY if _origin(entry).get("commit_dirty") is True else ""


def _request(project: str) -> Request:
    found = named(project, 2, "Cloudflare Pages", _WANTS)
    if len(found) == 1:
        raise UsageError(f"{found[0]!r} names a project of Cloudflare Pages without its account.", f"Give {_WANTS}.")
    path = f"/client/v4/accounts/{found[0]}/pages/projects/{found[1]}/deployments"
    return Request(path, (("env", "production"), ("page", "1"), ("per_page", str(_LARGEST_PAGE))))


def _onward(request: Request, page: Sequence[Entry], answer: Answer) -> Request | None:
    body = answer.body if isinstance(answer.body, dict) else {}
    total, here = part(body, "result_info").get("total_pages"), request.of("page", 1)
    more = here < total if isinstance(total, int) and total > 0 else len(page) >= _LARGEST_PAGE
    return request.with_query(page=here + 1) if more else None


CLOUDFLARE_PAGES: Final = Host(
    name="cloudflare-pages",
    title="Cloudflare Pages",
    token="CLOUDFLARE_API_TOKEN",  # noqa: S106 - the name of a variable
    address="https://api.cloudflare.com",
    wants=_WANTS,
    fits=_fits,
    begun=_begun,
    deploy=_deploy,
    doubt=_doubt,
    request=_request,
    onward=_onward,
    account_variable="CLOUDFLARE_ACCOUNT_ID",
)
