"""Deployments of Vercel: ``GET /v6/deployments``, pages by the ``next`` of ``pagination``, times in milliseconds.

A production deployment that is only staged has no domain yet, so it is not live. An instant rollback makes no new deployment and is
not in the list.
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


if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_WANTS: Final = "the project's id or name, with its team before a slash: team_…/prj_…"
_COMMITS: Final = ("githubCommitSha", "gitlabCommitSha", "bitbucketCommitSha", "gitCommitSha")


def _fits(entry: Entry) -> bool:
    made = "created" in entry or "createdAt" in entry
    known = str(entry.get("uid") or entry.get("id") or "").startswith("dpl_")
    return made and (known or "uid" in entry) and ("readyState" in entry or "state" in entry)


def _begun(entry: Entry) -> datetime | None:
    return earliest(entry.get("created"), entry.get("createdAt"))


def _deploy(entry: Entry) -> Deploy | str:
    meta = part(entry, "meta")
    sha = whole_sha(*(meta.get(name) for name in _COMMITS), part(entry, "gitSource").get("sha"))
    if not sha:
        return NO_COMMIT
    ready = entry.get("readyState", entry.get("state")) == "READY"
    live = ready and entry.get("readySubstate") != "STAGED"
    at = earliest(entry.get("aliasAssigned"), entry.get("ready")) if live else None
    at = at or _begun(entry)
    if at is None:
        return NO_TIME
    return Deploy(
        id=word(entry.get("uid") or entry.get("id")),
        sha=sha,
        at=at,
        source=VERCEL.name,
        environment=_environment(entry),
        succeeded=live,
        url=link(entry.get("inspectorUrl"), entry.get("url")),
    )


def _environment(entry: Entry) -> str:
    if entry.get("target") == "production":
        return "production"
    own = part(entry, "customEnvironment").get("slug") or entry.get("target")
    return word(own) or "preview"


def _doubt(entry: Entry) -> str:
    return DIRTY if str(part(entry, "meta").get("gitDirty", "0")) in {"1", "true", "True"} else ""


def _request(project: str) -> Request:
    *team, name = named(project, 2, "Vercel", _WANTS)
    query = {"projectId": name, "target": "production", "limit": "100"}
    if team:
        query["teamId" if team[0].startswith("team_") else "slug"] = team[0]
    return Request("/v6/deployments", tuple(query.items()))


def _onward(request: Request, _page: Sequence[Entry], answer: Answer) -> Request | None:
    body = answer.body if isinstance(answer.body, dict) else {}
    behind = part(body, "pagination").get("next")
    return request.with_query(until=int(behind)) if isinstance(behind, int) and moment(behind) is not None else None


VERCEL: Final = Host(
    name="vercel",
    title="Vercel",
    token="VERCEL_TOKEN",  # noqa: S106 - the name of a variable
    address="https://api.vercel.com",
    wants=_WANTS,
    fits=_fits,
    begun=_begun,
    deploy=_deploy,
    doubt=_doubt,
    request=_request,
    onward=_onward,
    account_variable="VERCEL_ORG_ID",
    account_begins="team_",
)
