"""Reads one file for secrets: encodings told apart, binaries and links passed over with a reason, values forgotten at once."""

from __future__ import annotations

import codecs
import os
import stat
from typing import TYPE_CHECKING, Final

from assistant.collect.secrets.files import LARGEST
from assistant.collect.secrets.paths import environment_of, in_tests
from assistant.domain.facts import Place
from assistant.domain.secrets import Sighting, Standing


if TYPE_CHECKING:
    from pathlib import Path

    from assistant.collect.secrets.keys import Fingerprinter
    from assistant.collect.secrets.values import Candidate

_WIDE: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE: Final = 8192


class PassedOver(Exception):  # noqa: N818 - it is no error: the file is left out on purpose
    """The file is not read, and need not be; ``str()`` says why."""


class NotRead(Exception):  # noqa: N818 - it is an answer with a reason
    """The file should be read and cannot be; ``str()`` says why."""


def read_bytes(root: Path, path: str) -> bytes:
    """The bytes of a text file, as UTF-8 or another superset of ASCII.

    Raises:
        PassedOver: it is binary, a link, or empty of text.
        NotRead: it cannot be opened, or is too large.
    """
    file = os.path.join(root, path)  # noqa: PTH118 - a Path for each of 100,000 files is slow
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise PassedOver("deleted in the work tree") from error
    except OSError as error:
        if os.path.islink(file):  # noqa: PTH114 - see above
            raise PassedOver("symbolic link") from error
        raise NotRead(f"It cannot be read: {error.strerror}.") from error
    told = os.fstat(descriptor)
    if not stat.S_ISREG(told.st_mode):
        os.close(descriptor)
        raise PassedOver("not a regular file")  # a repository inside of this one is a folder, and no file opens on it
    with os.fdopen(descriptor, "rb") as opened:
        if told.st_size > LARGEST:
            raise NotRead(f"It has {told.st_size // 1_000_000} MB; files over {LARGEST // 1_000_000} MB are not read.")
        try:
            data = opened.read()
        except OSError as error:
            raise NotRead(f"It cannot be read: {error.strerror}.") from error
    if _leads_out(root, path):
        raise PassedOver("symbolic link")
    return as_bytes(data)


def as_bytes(data: bytes) -> bytes:
    """UTF-16 and UTF-32 become UTF-8; everything else stays.

    Raises:
        PassedOver: it is binary.
    """
    sample = data[:_SAMPLE]
    if b"\0" not in sample:
        return data
    encoding = next((name for mark, name in _WIDE if data.startswith(mark)), "")
    if not encoding and len(sample) > 1:
        half = len(sample) // 2
        if sample[1::2].count(0) * 10 > half * 9:
            encoding = "utf-16-le"
        elif sample[::2].count(0) * 10 > half * 9:
            encoding = "utf-16-be"
    if not encoding:
        raise PassedOver("binary")
    return data.decode(encoding, "replace").encode()


def _leads_out(root: Path, path: str) -> bool:
    """A folder on the way to the file is a link that leaves the repository."""
    folder, _, _ = path.rpartition("/")
    if not folder:
        return False
    return not _inside(str(root), os.path.join(root, folder))  # noqa: PTH118 - see above


_INSIDE: dict[tuple[str, str], bool] = {}


def _inside(root: str, folder: str) -> bool:
    known = _INSIDE.get((root, folder))
    if known is None:
        if len(_INSIDE) > 50_000:  # noqa: PLR2004 - folders of a large repository
            _INSIDE.clear()
        top = os.path.realpath(root)
        known = os.path.commonpath([top, os.path.realpath(folder)]) == top
        _INSIDE[root, folder] = known
    return known


def sighting(
    candidate: Candidate, path: str, line: int, standing: Standing, fingerprints: Fingerprinter, environment: str = ""
) -> Sighting:
    """What may be kept of a candidate."""
    from assistant.collect.secrets.names import is_public

    return Sighting(
        kind=candidate.kind,
        weight=candidate.weight,
        fingerprint=fingerprints.of("key", candidate.value.reveal()),
        shown=candidate.shown,
        where=Place(file=printable(path), line=line, symbol=candidate.variable or None),
        standing=standing,
        public_variable=is_public(candidate.variable),
        in_tests=in_tests(path),
        environment=environment or environment_of(path),
        about=candidate.about,
    )


def printable(path: str) -> str:
    """The path with bytes that are no UTF-8 replaced."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
