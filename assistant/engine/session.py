"""Drives one incident: walks commands in the calling thread, seals what happens in the journal, folds, then tells the face.

Nothing is shown that is not on the disk, except progress, which is only shown. One session at a time on a repository.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from assistant.domain.events import Decided, Noted, Progressed
from assistant.engine.commands import Open
from assistant.engine.fold import fold
from assistant.engine.options import Options
from assistant.engine.playbooks import load_playbook
from assistant.engine.resume import reconcile
from assistant.engine.walk import operator, walk
from assistant.engine.world import World
from assistant.store.evidence import EvidenceShelf
from assistant.store.journal import Journal
from assistant.store.keys import incident_key
from assistant.store.lock import hold
from assistant.store.places import Places
from assistant.store.undisturbed import undisturbed
from assistant.text.redact import Redactor


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from assistant.domain.events import Event, Happening, Incident
    from assistant.domain.playbook import Playbook
    from assistant.engine.commands import Command

    OnEvent = Callable[[Event, Incident], None]
    OnProgress = Callable[[Progressed], None]

_SPOKEN = (Decided, Noted)
"""Happenings that carry a person's own words: ids in them are replaced too."""


class Session:
    """An open incident. Use as a context manager, or call ``close``.

    ``on_event`` is called after each event is on the disk, with the incident as it then stands; ``on_progress`` between
    them. Both are called in the thread that calls ``send``.
    """

    def __init__(
        self,
        root: Path,
        *,
        incident: str | None = None,
        options: Options | None = None,
        on_event: OnEvent | None = None,
        on_progress: OnProgress | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        """Take the lock and open a journal; a crash of an earlier run is reconciled and told as events.

        Args:
            root: root of the operator's repository.
            incident: id to resume; None starts a new one, which begins with ``send(Open(…))``.
            options: how to rehearse.
            on_event: told about each event.
            on_progress: told how far a long step is.
            now: the clock, aware UTC.

        Raises:
            CaseFileError: locked, damaged, newer, or not writable.
        """
        self.root = root
        self._on_event = on_event
        self._on_progress = on_progress
        self._now = now or (lambda: datetime.now(UTC))
        self._step = ""
        self._held = ExitStack()
        places = Places(root)
        with ExitStack() as opening:
            opening.enter_context(hold(places))
            name = incident or new_id(self._now())
            self._journal = Journal(places, name, now=self._now)
            self._redactor = Redactor(incident_key(places, name))
            self.evidence = EvidenceShelf(places, name, redact=self._redactor.text, now=self._now)
            self.world = World(
                root=root, incident=name, options=options or Options(), evidence=self.evidence, now=self._now
            )
            self.world.report = self._progress
            self.world.pseudonym = self._redactor.pseudonym
            opening.callback(self.world.close)
            self._playbook: Playbook | None = None
            self.incident: Incident | None = None
            if self._journal.events:
                self._refold()
                self._reconcile()
            self._held = opening.pop_all()

    @property
    def playbook(self) -> Playbook:
        """The playbook of the incident (the first one before ``Open``)."""
        if self._playbook is None:
            self._playbook = load_playbook(self.incident.playbook if self.incident else Open().playbook)
        return self._playbook

    @property
    def head(self) -> tuple[int, str]:
        """Number and hash of the last event: quoted in every export."""
        return self._journal.head.n, self._journal.head.sha

    def send(self, command: Command) -> Incident:
        """Walk one command to its end, or to the next question.

        Returns:
            The incident as it then stands.

        Raises:
            UsageError: the command does not fit.
            CaseFileError: the journal cannot be written.
            KeyboardInterrupt: passed on, after the step was marked as interrupted.
        """
        self.world.cancel.clear()
        self._step = getattr(command, "step", "")
        try:
            for happening in walk(self.incident, command, self.world):
                self._seal(happening)
        except KeyboardInterrupt:
            self._seal_interrupt()
            raise
        assert self.incident is not None
        return self.incident

    def cancel(self) -> None:
        """Ask the running step to stop at its next report; callable from any thread."""
        self.world.cancel.set()

    def close(self) -> None:
        """Drop the rehearsal's database and free the lock."""
        self._held.close()

    def __enter__(self) -> Self:
        """Nothing more to open."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, however the block ended."""
        self.close()

    def _progress(self, says: str, done: int, total: int) -> None:
        if self._on_progress is not None:
            self._on_progress(Progressed(step=self._step, says=says, done=done, total=total))

    def _seal(self, happening: Happening) -> None:
        if isinstance(happening, Progressed):
            if self._on_progress is not None:
                self._on_progress(happening)
            return
        by = operator() if isinstance(happening, _SPOKEN) else "stanch"
        with undisturbed():
            event = self._journal.append(self._redacted(happening), by)
            self._refold()
        if self._on_event is not None and self.incident is not None:
            self._on_event(event, self.incident)

    def _redacted(self, happening: Happening) -> Happening:
        spoken = isinstance(happening, _SPOKEN)
        changes: dict[str, Any] = {}
        for field in fields(happening):
            value = getattr(happening, field.name)
            # an enum is a str too, and must stay what it is
            if type(value) is str and field.name not in _NAMES:
                changes[field.name] = self._redactor.text(value, ids=spoken)
            elif isinstance(value, Mapping):
                changes[field.name] = {
                    key: item if key in _EXACT else self._redacted_data(item) for key, item in value.items()
                }
        return replace(happening, **changes)

    def _redacted_data(self, value: object) -> object:
        if isinstance(value, str):
            return self._redactor.text(value)
        if isinstance(value, Mapping):
            return {key: self._redacted_data(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._redacted_data(item) for item in value]
        return value

    def _refold(self) -> None:
        events = self._journal.events
        if self._playbook is None:
            self._playbook = load_playbook(getattr(events[0].what, "playbook", Open().playbook))
        self.incident = fold(events, self._playbook)

    def _reconcile(self) -> None:
        assert self.incident is not None
        for happening in reconcile(self.incident, self.root):
            self._seal(happening)

    def _seal_interrupt(self) -> None:
        if self.incident is None:
            return
        with undisturbed():
            for happening in reconcile(self.incident, self.root):
                self._seal(happening)


_NAMES = frozenset(
    {
        "step",
        "question",
        "incident",
        "playbook",
        "head",
        "version",
        "evidence",
        "fingerprint",
        "rule",
        "fix",
        "commit",
        "kind",
    }
)
"""Fields that hold stanch's own ids: redaction must not touch them."""

_EXACT = frozenset({"files", "at", "before"})
"""Data that is compared later with what lies in the repository."""


def new_id(now: datetime) -> str:
    """Id of a new incident: day and UTC minute, and four random digits."""
    return f"{now.astimezone(UTC):%Y-%m-%d-%H%M}-{secrets.token_hex(2)}"
