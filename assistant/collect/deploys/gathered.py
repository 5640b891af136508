"""A host's entries as deploys: what was left out is counted by its reason, what is uncertain is said."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.collect.deploys.cloudflare_pages import CLOUDFLARE_PAGES
from assistant.collect.deploys.github import GITHUB
from assistant.collect.deploys.netlify import NETLIFY
from assistant.collect.deploys.render import RENDER
from assistant.collect.deploys.vercel import VERCEL
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.collect.deploys.host import Entry, Host
    from assistant.domain.deploys import Deploy

HOSTS: Final = {host.name: host for host in (VERCEL, NETLIFY, CLOUDFLARE_PAGES, RENDER, GITHUB)}
"""By the word after ``--from``."""
FOREIGN: Final = "are not in the form in which this host lists deployments"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """Deploys from a file or an API."""

    deploys: tuple[Deploy, ...]
    """Newest first."""
    says_incomplete: str = ""
    """Why the list ends before the time that was asked for, with how far it goes and what to do; empty when it does not."""
    remarks: tuple[str, ...] = ()
    """What was left out or is uncertain, one sentence each with its number."""


def told(
    host: Host, entries: Iterable[Entry], *, says_incomplete: str = "", left_out: Counter[str] | None = None
) -> Fetched:
    """Entries as deploys.

    Args:
        host: whose they are.
        entries: as it writes them.
        says_incomplete: passed on.
        left_out: how many were left out before, by reason.
    """
    deploys: list[Deploy] = []
    out, doubts = Counter(left_out or {}), Counter[str]()
    number = out.total()
    for entry in entries:
        number += 1
        found = host.deploy(entry) if host.fits(entry) else FOREIGN
        if isinstance(found, str):
            out[found] += 1
            continue
        deploys.append(found)
        if doubt := host.doubt(entry):
            doubts[doubt] += 1
    whole = f"of {plural(number, 'deployment')} of {host.title}"
    remarks = [f"{count:,} {whole} {why}; left out." for why, count in sorted(out.items())]
    remarks += [f"{count:,} {whole} {why}." for why, count in sorted(doubts.items())]
    return Fetched(deploys=in_order(deploys), says_incomplete=says_incomplete, remarks=tuple(remarks))


def in_order(deploys: Iterable[Deploy]) -> tuple[Deploy, ...]:
    """Newest first, each once."""
    once = {(deploy.source, deploy.id or deploy.sha, deploy.at): deploy for deploy in deploys}
    return tuple(sorted(once.values(), key=lambda deploy: (deploy.at, deploy.source, deploy.id), reverse=True))
