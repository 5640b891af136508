"""Where the case files lie: ``.stanch`` in the operator's repository, readable by its owner alone, ignored by git.

Refuses a link or somebody else's folder in its place, and says in one sentence why a folder cannot be written.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.domain.errors import CaseFileError, UsageError


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER = ".stanch"
INCIDENT_ID = re.compile(r"\d{4}-\d{2}-\d{2}-\d{4}-[0-9a-f]{4}")
"""``2026-11-20-0312-a1b2``: day and UTC minute of opening, and four random digits."""

_REASONS = {
    errno.ENOSPC: ("there is no space left on the disk", "Free some space and run it again."),
    errno.EDQUOT: ("your disk quota is used up", "Free some space and run it again."),
    errno.EROFS: ("the file system is read-only", "Work on a copy of the repository that you can write."),
    errno.EACCES: ("you may not write there", "Work on a copy of the repository that you own."),
    errno.EPERM: ("you may not write there", "Work on a copy of the repository that you own."),
}


@dataclass(frozen=True, slots=True)
class Places:
    """The paths of one repository's case files; creating the value touches nothing."""

    root: Path
    """Root of the repository."""

    @property
    def folder(self) -> Path:
        """``.stanch``."""
        return self.root / FOLDER

    @property
    def incidents(self) -> Path:
        """``.stanch/incidents``."""
        return self.folder / "incidents"

    @property
    def heads(self) -> Path:
        """``.stanch/heads``: the anchored head of each journal, apart from it."""
        return self.folder / "heads"

    @property
    def lock(self) -> Path:
        """``.stanch/lock``."""
        return self.folder / "lock"

    def incident(self, incident: str) -> Path:
        """Folder of one incident.

        Raises:
            UsageError: the id is not one that stanch gives.
        """
        if not INCIDENT_ID.fullmatch(incident):
            raise UsageError(f"{incident!r} is not the id of an incident.", "See `stanch incident list`.")
        return self.incidents / incident

    def known(self) -> tuple[str, ...]:
        """Ids of the incidents that have a journal, oldest first."""
        if not self.incidents.is_dir():
            return ()
        self.refuse_strangers()
        found = (entry.name for entry in self.incidents.iterdir() if INCIDENT_ID.fullmatch(entry.name))
        return tuple(sorted(found))

    def prepare(self) -> None:
        """Create ``.stanch`` (0700) with its own .gitignore; does nothing when it is there.

        Raises:
            CaseFileError: it is a link, belongs to somebody else, or cannot be written.
        """
        self.refuse_strangers()
        with plain_errors(self.folder):
            for folder in (self.folder, self.incidents, self.heads):
                private_folder(folder)
            ignore = self.folder / ".gitignore"
            if not ignore.exists():
                ignore.write_text("# case files hold evidence: never committed\n*\n", encoding="utf-8")

    def refuse_strangers(self) -> None:
        """Refuse a ``.stanch`` that is a link, not a folder, or owned by another user.

        Raises:
            CaseFileError: it is one of these.
        """
        for folder in (self.folder, self.incidents, self.heads):
            try:
                found = folder.lstat()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise _plain(error, folder) from error
            if stat.S_ISLNK(found.st_mode):
                raise CaseFileError(
                    f"{self._shown(folder)} is a symbolic link, and evidence is not written through links.",
                    "Remove the link and run it again.",
                )
            if not stat.S_ISDIR(found.st_mode):
                raise CaseFileError(
                    f"{self._shown(folder)} is a file where a folder belongs.", "Move it away and run it again."
                )
            if found.st_uid != os.getuid():
                raise CaseFileError(
                    f"{self._shown(folder)} belongs to another user.",
                    "Run stanch as that user, or work on your own copy of the repository.",
                )

    def _shown(self, folder: Path) -> str:
        return folder.relative_to(self.root).as_posix()


def private_folder(folder: Path) -> None:
    """Create a folder that only its owner can read; an existing one is narrowed."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if stat.S_IMODE(folder.stat().st_mode) != 0o700:  # noqa: PLR2004 - the mode itself
        folder.chmod(0o700)


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Translate what the operating system refuses into one sentence and one remedy.

    Raises:
        CaseFileError: instead of ``OSError``.
    """
    try:
        yield
    except OSError as error:
        raise _plain(error, path) from error


def _plain(error: OSError, path: Path) -> CaseFileError:
    why, remedy = _REASONS.get(
        error.errno or 0, (error.strerror or type(error).__name__, "Correct it and run it again.")
    )
    return CaseFileError(f"the case file in {path.name} cannot be written: {why}.", remedy)
