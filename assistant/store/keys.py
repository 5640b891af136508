"""The key under which one incident's pseudonyms are made: beside the journal, 0600, never exported."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from assistant.store.places import plain_errors, private_folder


if TYPE_CHECKING:
    from assistant.store.places import Places

_BYTES = 32


def read_key(places: Places, incident: str) -> bytes:
    """The key of an incident for reading; a fresh one when it is gone, under which old pseudonyms stay as they are."""
    try:
        key = (places.incident(incident) / "key").read_bytes()
    except OSError:
        key = b""
    return key if len(key) == _BYTES else secrets.token_bytes(_BYTES)


def incident_key(places: Places, incident: str) -> bytes:
    """The key of an incident, made on first use.

    Raises:
        CaseFileError: it cannot be written.
    """
    path = places.incident(incident) / "key"
    with plain_errors(path):
        private_folder(path.parent)
        if path.is_file() and len(key := path.read_bytes()) == _BYTES:
            return key
        key = secrets.token_bytes(_BYTES)
        # a key that was cut off by a crash never made a pseudonym: the journal opens after it
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        return key
