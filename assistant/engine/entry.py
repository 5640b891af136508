"""Where an operator comes in: the incident that is still open in this repository, or a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.events import Closed
from assistant.engine.commands import Open
from assistant.engine.session import Session
from assistant.store.journal import Journal
from assistant.store.lock import hold
from assistant.store.places import Places


if TYPE_CHECKING:
    from pathlib import Path

    from assistant.engine.options import Options
    from assistant.engine.session import OnEvent, OnProgress


def open_incident(root: Path) -> str | None:
    """Id of the newest incident that is not closed, None when there is none.

    Raises:
        CaseFileError: the case files cannot be read.
    """
    places = Places(root)
    known = places.known()
    if not known:
        return None
    # opening a journal mends a torn last line, which must not happen under another stanch that is writing it
    with hold(places):
        for incident in reversed(known):
            events = Journal(places, incident).events
            if events and not any(isinstance(event.what, Closed) for event in events):
                return incident
    return None


def enter(
    root: Path,
    options: Options,
    *,
    playbook: str = "ai-chatbot",
    on_event: OnEvent | None = None,
    on_progress: OnProgress | None = None,
) -> Session:
    """Resume the open incident of a repository, or open a new one.

    Raises:
        UsageError: not a repository, no such playbook.
        CaseFileError: locked, damaged, newer, or not writable.
    """
    session = Session(root, incident=open_incident(root), options=options, on_event=on_event, on_progress=on_progress)
    try:
        if session.incident is None:
            session.send(Open(playbook=playbook))
    except BaseException:
        session.close()
        raise
    return session
