"""Prints the runbook of an incident from its case file alone; nothing is rehearsed for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from assistant.domain.errors import CaseFileError, StanchError
from assistant.domain.events import CauseNamed, FactTaken
from assistant.engine.fold import fold
from assistant.engine.playbooks import load_playbook


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from assistant.domain.events import Event, Incident
    from assistant.store.evidence import EvidenceShelf


def print_runbook(
    incident: Incident,
    head: tuple[int, str],
    shelf: EvidenceShelf,
    *,
    upto: int | None = None,
    people: Mapping[str, str] | None = None,
) -> str:
    """The runbook as Markdown.

    Args:
        incident: the incident.
        head: number and hash of the last event that is printed.
        shelf: its evidence.
        upto: print as it stood after this event; None for now.
        people: who made a commit, by its full hash, when the names were asked for.
    """
    from assistant.write.runbook import RunbookFacts, runbook

    playbook = load_playbook(incident.playbook)
    if upto is not None:
        incident = fold(incident.events[:upto], playbook)
    facts = RunbookFacts(playbook=playbook, head=head, leaks=_leaks(incident.events, shelf), people=people or {})
    return runbook(incident, facts)


def people_of(incident: Incident, root: Path) -> dict[str, str]:
    """Name and address of who made each commit that is named as a cause, from git: a case file has pseudonyms alone."""
    from assistant.collect.deploys.revisions import commit_at
    from assistant.collect.git import top_of

    git = top_of(root)
    found: dict[str, str] = {}
    for event in incident.events:
        if isinstance(event.what, CauseNamed) and event.what.author and event.what.commit not in found:
            try:
                commit = commit_at(git, event.what.commit)
            except StanchError:
                continue  # it is not in this clone any more; the pseudonym stays
            found[commit.sha] = f"{commit.author} <{commit.email}>"
    return found


def _leaks(events: Sequence[Event], shelf: EvidenceShelf) -> list[dict[str, Any]]:
    """The records of the first attack: what leaked before anything was fixed."""
    for event in events:
        if isinstance(event.what, FactTaken) and event.what.evidence and "cells" in event.what.data:
            try:
                records: list[dict[str, Any]] = json.loads(shelf.read(event.what.evidence))
            except (CaseFileError, ValueError):
                return []
            return records
    return []
