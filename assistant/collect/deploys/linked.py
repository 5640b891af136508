"""Which project of which host a repository belongs to: read from the files that the hosts' own tools leave, and from its remote.

These files name the project and hold no deployments. Nothing is asked of anybody.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from assistant.collect.files import read_text
from assistant.domain.replay import NotRead


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assistant.collect.git import Git

_FOLDERS: Final = ("apps/*", "packages/*")
"""Beside the top: where repositories with several applications keep them."""
_LARGEST: Final = 1 << 20
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\Z")
_GITHUB: Final = re.compile(
    r"(?:https?://(?:[^/@\s]*@)?|ssh://git@|git@)(?:ssh\.)?github\.com(?::\d+)?[:/]+(?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(?:\.git)?/?\Z"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A project that the repository names."""

    host: str
    """One of ``gathered.HOSTS``."""
    project: str
    """As ``records.fetch`` takes it."""
    where: str
    """The file, or ``remote origin``."""


def linked_projects(root: Path, git: Git | None = None) -> tuple[Linked, ...]:
    """Every project that the repository names, sorted by host and place.

    Args:
        root: top of the work tree.
        git: for the address of the remote; None leaves GitHub out.
    """
    folders = [root, *(folder for pattern in _FOLDERS for folder in root.glob(pattern) if folder.is_dir())]
    found = {linked for folder in folders for linked in _in_folder(root, folder)}
    if git is not None:
        address = _GITHUB.match(git.line(["config", "--get", "remote.origin.url"]).strip())
        if address is not None:
            project = f"{address['owner']}/{address['name']}"
            found.add(Linked(host="github", project=project, where="remote origin"))
    return tuple(sorted(found, key=lambda linked: (linked.host, linked.where, linked.project)))


def _in_folder(root: Path, folder: Path) -> Iterator[Linked]:
    place = folder.relative_to(root).as_posix()
    prefix = "" if place == "." else f"{place}/"
    vercel = _json(root, f"{prefix}.vercel/project.json")
    yield from _vercel(vercel.get("orgId"), vercel.get("projectId"), f"{prefix}.vercel/project.json")
    many = _json(root, f"{prefix}.vercel/repo.json")
    listed = many.get("projects")
    for project in listed if isinstance(listed, list) else ():
        if isinstance(project, dict):
            org = project.get("orgId") or many.get("orgId")
            yield from _vercel(org, project.get("id"), f"{prefix}.vercel/repo.json")
    site = _json(root, f"{prefix}.netlify/state.json").get("siteId")
    if _is_name(site):
        yield Linked(host="netlify", project=str(site), where=f"{prefix}.netlify/state.json")
    for name, told in (
        (f"{prefix}wrangler.toml", _toml(root, f"{prefix}wrangler.toml")),
        (f"{prefix}wrangler.json", _json(root, f"{prefix}wrangler.json")),
    ):
        if "pages_build_output_dir" in told and _is_name(told.get("name")):
            account = told.get("account_id")
            project = f"{account}/{told['name']}" if _is_name(account) else str(told["name"])
            yield Linked(host="cloudflare-pages", project=project, where=name)


def _vercel(org: object, project: object, where: str) -> Iterator[Linked]:
    if _is_name(project):
        team = f"{org}/" if _is_name(org) and str(org).startswith("team_") else ""
        yield Linked(host="vercel", project=f"{team}{project}", where=where)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(_NAME.match(value))


def _json(root: Path, path: str) -> dict[str, Any]:
    text = read_text(root, path, largest=_LARGEST)
    if isinstance(text, NotRead):
        return {}
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _toml(root: Path, path: str) -> dict[str, Any]:
    text = read_text(root, path, largest=_LARGEST)
    if isinstance(text, NotRead):
        return {}
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return {}
