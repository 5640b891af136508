"""One stanch at a time on a case file; the kernel frees the lock however the holder ends."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assistant.domain.errors import CaseFileError
from assistant.store.places import plain_errors


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.store.places import Places


@contextmanager
def hold(places: Places) -> Iterator[None]:
    """Hold the lock of a repository's case files.

    Raises:
        CaseFileError: another stanch holds it (the sentence names its process), or it cannot be written.
    """
    places.prepare()
    with plain_errors(places.lock):
        descriptor = os.open(places.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            who = f"process {holder}" if holder.isdigit() else "another process"
            raise CaseFileError(
                f"another stanch ({who}) is working on the case file of this repository.",
                "Go on there, or end it and run this again; nothing is lost.",
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
