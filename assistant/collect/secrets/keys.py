"""The key under which this installation fingerprints secrets: the user's alone (0600), made once, never leaves the machine.

Without it nobody can try guesses against a fingerprint that stands in a report.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path
from typing import Final


_BYTES: Final = 32
_NAME: Final = "secrets.key"


class Fingerprinter:
    """Makes fingerprints under one key."""

    def __init__(self, key: bytes, *, lasting: bool = True) -> None:
        """Args: key: 32 random bytes; lasting: whether the next run will have the same."""
        self._key = key
        self.lasting = lasting

    def of(self, what: str, value: bytes) -> str:
        """32 hexadecimal digits of HMAC-SHA256, equal for equal values of one ``what`` (``key``, ``database``)."""
        return hmac.new(self._key, what.encode() + b"\x1f" + value, hashlib.sha256).hexdigest()[:32]

    def __repr__(self) -> str:
        """Never the key."""
        return "<Fingerprinter>"


def installation() -> Fingerprinter:
    """The fingerprints of this installation; where its key can be neither read nor kept, a key for this run alone."""
    try:
        return Fingerprinter(_kept(_folder() / _NAME))
    except (OSError, ValueError, RuntimeError):
        return Fingerprinter(secrets.token_bytes(_BYTES), lasting=False)


def _folder() -> Path:
    chosen = os.environ.get("STANCH_CONFIG_DIR") or os.environ.get("STANCH_CACHE_DIR")
    if chosen:
        return Path(chosen)
    home = os.environ.get("XDG_CONFIG_HOME")
    return (Path(home) if home else Path.home() / ".config") / "stanch"


def _kept(path: Path) -> bytes:
    """The key in the file, made when there is none.

    Raises:
        OSError: it can be neither read nor written.
        ValueError: what is there is not ours: a link, somebody else's, readable by others and not to be narrowed, of another length.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        return _read(path)
    beside = path.with_name(f"{_NAME}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another run was first: its key counts
            os.link(beside, path)
    finally:
        beside.unlink()
    return _read(path)


def _read(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        told = os.fstat(file.fileno())
        if not stat.S_ISREG(told.st_mode) or told.st_uid != os.getuid():
            raise ValueError("the key is not a file of this user")
        if stat.S_IMODE(told.st_mode) != 0o600:  # noqa: PLR2004 - the mode itself
            os.fchmod(file.fileno(), 0o600)
        key = file.read(_BYTES + 1)
    if len(key) != _BYTES:
        raise ValueError("the key has another length")
    return key
