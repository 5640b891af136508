"""Releases that the repository itself knows: its tags."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assistant.domain.deploys import Deploy


if TYPE_CHECKING:
    from assistant.collect.git import Git


def tags(git: Git) -> tuple[Deploy, ...]:
    """Tags of commits, oldest first."""
    form = "%(refname:short)%00%(objectname)%00%(*objectname)%00%(objecttype)%00%(creatordate:unix)"
    found: list[Deploy] = []
    for line in git.line(["for-each-ref", f"--format={form}", "refs/tags"]).splitlines():
        name, own, target, kind, at = (line.split("\0") + [""] * 5)[:5]
        if at.isdigit() and kind in {"commit", "tag"}:
            found.append(Deploy(id=name, sha=target or own, at=datetime.fromtimestamp(int(at), UTC), source="tag"))
    return tuple(sorted(found, key=lambda deploy: (deploy.at, deploy.id)))
