"""Releases that the repository itself knows: its tags; and which release first carried each commit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assistant.domain.deploys import Deploy


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assistant.collect.git import Git
    from assistant.domain.deploys import Commit


def tags(git: Git) -> tuple[Deploy, ...]:
    """Tags of commits, oldest first."""
    form = "%(refname:short)%00%(objectname)%00%(*objectname)%00%(objecttype)%00%(creatordate:unix)"
    found: list[Deploy] = []
    for line in git.line(["for-each-ref", f"--format={form}", "refs/tags"]).splitlines():
        name, own, target, kind, at = (line.split("\0") + [""] * 5)[:5]
        if at.isdigit() and kind in {"commit", "tag"}:
            found.append(Deploy(id=name, sha=target or own, at=datetime.fromtimestamp(int(at), UTC), source="tag"))
    return tuple(sorted(found, key=lambda deploy: (deploy.at, deploy.id)))


def carriers(commits: Sequence[Commit], deploys: Iterable[Deploy]) -> Mapping[str, tuple[Deploy, ...]]:
    """By hash: the releases that first carried a commit, one a source, oldest first.

    Args:
        commits: a first-parent line, newest first.
        deploys: releases; those that failed, were previews, or are not on the line are left out.
    """
    at = {commit.sha: n for n, commit in enumerate(commits)}
    on_line: dict[int, list[Deploy]] = {}
    for deploy in deploys:
        if deploy.sha in at and deploy.succeeded and deploy.environment == "production":
            on_line.setdefault(at[deploy.sha], []).append(deploy)
    first: dict[str, Deploy] = {}
    found: dict[str, tuple[Deploy, ...]] = {}
    for n, commit in enumerate(commits):
        for deploy in sorted(on_line.get(n, ()), key=lambda deploy: deploy.at, reverse=True):
            first[deploy.source] = deploy  # the nearest release behind a commit carried it first
        found[commit.sha] = tuple(sorted(first.values(), key=lambda deploy: (deploy.at, deploy.id)))
    return found
