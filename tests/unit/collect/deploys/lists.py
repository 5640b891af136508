"""Deployments as the hosts list them, invented: one function a host, newest first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha1


NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def sha(n) -> str:
    return sha1(f"commit {n}".encode()).hexdigest()


def at(n) -> datetime:
    """The nth deployment was made n hours before noon."""
    return NOON - timedelta(hours=n)


def iso(n, minutes=0) -> str:
    return (at(n) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.123456Z")


def millis(n, minutes=0) -> int:
    return int((at(n) + timedelta(minutes=minutes)).timestamp() * 1000)


def vercel(n, **changed):
    return {
        "uid": f"dpl_{n:04}",
        "name": "clinic",
        "url": f"clinic-{n}.vercel.example",
        "created": millis(n),
        "createdAt": millis(n),
        "buildingAt": millis(n, 1),
        "ready": millis(n, 3),
        "aliasAssigned": millis(n, 4),
        "state": "READY",
        "readyState": "READY",
        "readySubstate": "PROMOTED",
        "target": "production",
        "type": "LAMBDAS",
        "creator": {"uid": "u1", "email": "ada@clinic.example", "username": "ada"},
        "meta": {"githubCommitSha": sha(n), "githubCommitRef": "main"},
        "inspectorUrl": f"https://vercel.example/clinic/{n}",
        **changed,
    }


def netlify(n, **changed):
    return {
        "id": f"6{n:023}",
        "site_id": "572182f8-cd03-4a65-a9f2-c652cef692e0",
        "state": "ready",
        "created_at": iso(n),
        "updated_at": iso(n, 5),
        "published_at": iso(n, 4),
        "commit_ref": sha(n),
        "branch": "main",
        "context": "production",
        "skipped": None,
        "locked": None,
        "error_message": None,
        "admin_url": "https://app.netlify.example/sites/clinic",
        "deploy_ssl_url": "https://6--clinic.netlify.example",
        **changed,
    }


def cloudflare(n, status="success", **changed):
    return {
        "id": f"f64788e9-fccd-4d4a-a28a-{n:012}",
        "short_id": "f64788e9",
        "project_name": "clinic",
        "environment": "production",
        "url": "https://f64788e9.clinic.pages.example",
        "created_on": iso(n),
        "modified_on": iso(n, 4),
        "aliases": None,
        "is_skipped": False,
        "deployment_trigger": {
            "type": "github:push",
            "metadata": {"branch": "main", "commit_hash": sha(n), "commit_dirty": False, "commit_message": "x"},
        },
        "latest_stage": {"name": "deploy", "status": status, "started_on": iso(n, 2), "ended_on": iso(n, 4)},
        **changed,
    }


def render(n, **changed):
    deploy = {
        "id": f"dep-{n:020}",
        "commit": {"id": sha(n), "message": "x", "createdAt": iso(n, -9)},
        "status": "deactivated",
        "trigger": "new_commit",
        "createdAt": iso(n),
        "startedAt": iso(n, 1),
        "updatedAt": iso(n, 5),
        "finishedAt": iso(n, 4),
        **changed,
    }
    return {"deploy": deploy, "cursor": f"cursor-{n}"}


def github(n, **changed):
    return {
        "id": 1000 + n,
        "sha": sha(n),
        "ref": "main",
        "task": "deploy",
        "environment": "Production",
        "original_environment": "Production",
        "production_environment": False,
        "transient_environment": False,
        "created_at": iso(n),
        "updated_at": iso(n, 5),
        "statuses_url": f"https://api.github.example/repos/clinic/app/deployments/{1000 + n}/statuses",
        **changed,
    }


def statuses(n, *states):
    """Newest first, as GitHub lists them; the first was said four minutes after the deployment was made."""
    said = [
        {"id": k, "state": state, "created_at": iso(n, 4 + k), "log_url": f"https://ci.example/{n}"}
        for k, state in enumerate(states)
    ]
    return said[::-1]


MAKERS = {
    "vercel": vercel,
    "netlify": netlify,
    "cloudflare-pages": cloudflare,
    "render": render,
    "github": lambda n, **changed: github(n, statuses=statuses(n, "success", "inactive"), **changed),
}
