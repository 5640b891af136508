"""Prints the runbook of an incident from its case file alone; nothing is rehearsed for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from assistant.domain.errors import CaseFileError
from assistant.domain.events import FactTaken
from assistant.engine.fold import fold
from assistant.engine.playbooks import load_playbook


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.domain.events import Event, Incident
    from assistant.store.evidence import EvidenceShelf


def print_runbook(incident: Incident, head: tuple[int, str], shelf: EvidenceShelf, *, upto: int | None = None) -> str:
    """The runbook as Markdown.

    Args:
        incident: the incident.
        head: number and hash of the last event that is printed.
        shelf: its evidence.
        upto: print as it stood after this event; None for now.
    """
    from assistant.write.runbook import RunbookFacts, runbook

    playbook = load_playbook(incident.playbook)
    if upto is not None:
        incident = fold(incident.events[:upto], playbook)
    return runbook(incident, RunbookFacts(playbook=playbook, head=head, leaks=_leaks(incident.events, shelf)))


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
