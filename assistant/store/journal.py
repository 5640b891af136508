"""The journal of one incident: lines that are only ever appended, each naming the hash of the line before.

An append returns after the line and its anchored head are on the disk. A line that a crash cut off is set aside and
said; a journal that was edited or shortened is refused, not mended.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from assistant.domain.errors import CaseFileError
from assistant.domain.events import Event, Noted, Progressed
from assistant.store.codec import decode_event, encode_event
from assistant.store.places import plain_errors, private_folder
from assistant.store.undisturbed import undisturbed


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.domain.events import Happening
    from assistant.store.places import Places

GENESIS: Final = "0" * 64
"""``prev`` of the first event."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last line as anchored apart from the journal."""

    n: int
    """Its number; 0 for an empty journal."""
    sha: str
    """SHA-256 of the line without its line feed."""


class Journal:
    """An open journal; one at a time, guarded by ``assistant.store.lock``."""

    def __init__(self, places: Places, incident: str, *, now: Callable[[], datetime] | None = None) -> None:
        """Read what is there, set a torn last line aside, and refuse what was tampered with.

        Raises:
            CaseFileError: damaged, shortened, from a newer version, or not writable.
        """
        self.incident = incident
        self._path = places.incident(incident) / "journal.jsonl"
        self._anchor = places.heads / incident
        self._now = now or (lambda: datetime.now(UTC))
        places.prepare()
        with plain_errors(self._path):
            private_folder(self._path.parent)
            lines, torn = _split(self._path.read_bytes() if self._path.exists() else b"")
        self._events = _chain(lines, incident)
        self._head = _head(lines)
        _check_anchor(read_anchor(self._anchor), lines, incident)
        if torn:
            self._set_aside(torn)
        elif lines:
            self._write_anchor()

    @property
    def events(self) -> tuple[Event, ...]:
        """All events in order."""
        return tuple(self._events)

    @property
    def head(self) -> Head:
        """The last line; quoted in every export."""
        return self._head

    def append(self, happening: Happening, by: str = "stanch") -> Event:
        """Number, date, chain and store a happening; it is on the disk when this returns.

        Raises:
            CaseFileError: the disk is full or cannot be written; the journal is as it was before.
        """
        if isinstance(happening, Progressed):
            raise TypeError("progress is shown, never journalled")
        with undisturbed():
            event = Event(n=self._head.n + 1, at=self._now(), by=by, prev=self._head.sha, what=happening)
            line = encode_event(event)
            with plain_errors(self._path):
                _append(self._path, line + b"\n")
            self._head = Head(event.n, hashlib.sha256(line).hexdigest())
            # what a reader gets later is what a reader gets now: tuples, enums and times survive the round trip
            self._events.append(decode_event(line))
            self._write_anchor()
            return self._events[-1]

    def _write_anchor(self) -> None:
        with plain_errors(self._anchor):
            _replace(self._anchor, f"{self._head.n} {self._head.sha}\n".encode())

    def _set_aside(self, torn: bytes) -> None:
        name = f"torn-{hashlib.sha256(torn).hexdigest()[:12]}.txt"
        with plain_errors(self._path):
            _replace(self._path.parent / name, torn)
            with self._path.open("rb+") as file:
                file.truncate(file.seek(0, os.SEEK_END) - len(torn))
                os.fsync(file.fileno())
        self.append(
            Noted(
                text=f"The last line of the journal was cut off ({len(torn)} bytes) and set aside as {name}; its event was never confirmed."
            )
        )


def read_events(places: Places, incident: str) -> tuple[Event, ...]:
    """The events of a journal without opening it for writing.

    Raises:
        CaseFileError: there is none, or it is damaged.
    """
    return verified(places, incident)[0]


def verified(places: Places, incident: str) -> tuple[tuple[Event, ...], Head, int]:
    """Check every link of the chain and the anchored head, changing nothing.

    Returns:
        The events, the head, and the number of bytes of a torn last line (0 for none).

    Raises:
        CaseFileError: there is no such journal, or it was edited, shortened or written by a newer version.
    """
    path = places.incident(incident) / "journal.jsonl"
    if not path.is_file():
        raise CaseFileError(f"there is no incident {incident} here.", "See `stanch incident list`.")
    with plain_errors(path):
        lines, torn = _split(path.read_bytes())
    events = _chain(lines, incident)
    _check_anchor(read_anchor(places.heads / incident), lines, incident)
    return tuple(events), _head(lines), len(torn)


def read_anchor(path: Path) -> Head | None:
    """The anchored head, None when there is none.

    Raises:
        CaseFileError: the anchor is not readable as one.
    """
    try:
        number, sha = path.read_text(encoding="ascii").split()
        return Head(int(number), sha)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise CaseFileError(
            f"the anchored head of {path.name} cannot be read.", "Restore .stanch/heads from a backup."
        ) from error


def _split(data: bytes) -> tuple[list[bytes], bytes]:
    *lines, rest = data.split(b"\n")
    if lines and not rest and not _is_json(lines[-1]):
        # a crash of the machine can leave blocks of zeros behind the last good line
        return lines[:-1], lines[-1] + b"\n"
    return lines, rest


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _chain(lines: list[bytes], incident: str) -> list[Event]:
    events: list[Event] = []
    expected = GENESIS
    for number, line in enumerate(lines, start=1):
        try:
            event = decode_event(line)
        except ValueError as error:
            raise _damaged(incident, f"line {number} is not an event") from error
        if event.n != number or event.prev != expected:
            raise _damaged(incident, f"line {number} does not follow the line before")
        expected = hashlib.sha256(line).hexdigest()
        events.append(event)
    return events


def _head(lines: list[bytes]) -> Head:
    return Head(len(lines), hashlib.sha256(lines[-1]).hexdigest()) if lines else Head(0, GENESIS)


def _check_anchor(anchor: Head | None, lines: list[bytes], incident: str) -> None:
    """A crash between the line and its anchor leaves the anchor one behind; anything else was not stanch."""
    if anchor is None:
        if len(lines) > 1:
            raise _damaged(incident, "its anchored head is missing")
        return
    if anchor.n > len(lines):
        raise _damaged(incident, f"{anchor.n - len(lines)} of its {anchor.n} events are missing at the end")
    if anchor.n < len(lines) - 1:
        raise _damaged(incident, f"{len(lines) - anchor.n} events were added past the anchored head")
    if anchor.n and hashlib.sha256(lines[anchor.n - 1]).hexdigest() != anchor.sha:
        raise _damaged(incident, f"line {anchor.n} is not the one that was anchored")


def _damaged(incident: str, why: str) -> CaseFileError:
    return CaseFileError(
        f"the journal of {incident} was changed from outside: {why}.",
        "Keep the folder as it is for whoever investigates, and open a new incident.",
    )


def _append(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        try:
            written = os.write(descriptor, data)
            if written != len(data):
                written += os.write(descriptor, data[written:])
            os.fsync(descriptor)
        except OSError:
            # a full disk must not leave half a line behind
            os.ftruncate(descriptor, size)
            raise
        if size == 0:
            _sync_folder(path.parent)
    finally:
        os.close(descriptor)


def _replace(path: Path, data: bytes) -> None:
    beside = path.with_name(f".{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    beside.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
