"""Writes approved files into the operator's repository: all or none, never over a file that is not the one that was shown.

Everything is first written beside its place and flushed; then each file is linked or moved into place, in the order given. If one
cannot be, those before it are taken back. A path that leaves the repository, by ``..`` or by a symlink, is refused.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from assistant.domain.errors import UsageError


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.domain.fixes import Artifact

_BESIDE, _PART = ".stanch-", ".part"
_FORGOTTEN = 60.0
"""Seconds after which a file beside its place belongs to a run that was killed."""
_LOOK_AGAIN = "Run the command again and look at the new diff."


def apply(root: Path, artifacts: Sequence[Artifact]) -> tuple[str, ...]:
    """Write the artifacts in order.

    Args:
        root: top of the work tree.
        artifacts: what was approved. One whose content already lies there is left as it is.

    Returns:
        Paths written, relative to ``root``, in order; a second call returns none.

    Raises:
        UsageError: a new file exists with other content, a file to change is not the one it was computed from, a path leads out of
            the repository, or the disk refuses. Nothing is changed then.
    """
    waiting = [artifact for artifact in artifacts if not _lies_there(root, artifact)]
    for artifact in waiting:
        _check(root, artifact)
    for folder in {(root / artifact.path).parent for artifact in artifacts}:
        if _is_inside(root, folder):
            _sweep(folder)
    writing = _Writing(root)
    try:
        staged = [(artifact, writing.stage(artifact)) for artifact in waiting]
        for artifact, beside in staged:
            writing.place(artifact, beside)
    except BaseException as error:
        writing.take_back()
        if isinstance(error, OSError):
            said = error.strerror or str(error)
            raise UsageError(
                f"nothing was written: {said}.", "Make room or mend the permissions, and run it again."
            ) from error
        raise
    writing.finish()
    return tuple(artifact.path for artifact in waiting)


def _lies_there(root: Path, artifact: Artifact) -> bool:
    there = root / artifact.path
    return there.is_file() and not there.is_symlink() and there.read_bytes() == artifact.content.encode()


def _is_inside(root: Path, folder: Path) -> bool:
    return folder.resolve().is_relative_to(root.resolve())


def _check(root: Path, artifact: Artifact) -> None:
    """Refuse paths that lead elsewhere and files that are not what was shown."""
    path = PurePosixPath(artifact.path)
    there = root / path
    if path.is_absolute() or ".." in path.parts or not path.parts or path.parts[0] == ".git":
        raise UsageError(f"{artifact.path} lies outside the repository, and nothing was written.", _LOOK_AGAIN)
    if not _is_inside(root, there.parent):
        raise UsageError(
            f"{artifact.path} lies behind a link that leads out of the repository, and nothing was written.",
            "Replace the link by a folder, or write the migration by hand from `stanch fix --dry-run`.",
        )
    if there.is_symlink():
        raise UsageError(
            f"{artifact.path} is a link, and nothing was written.", "Replace it by a file and run it again."
        )
    if artifact.replaces is None:
        if there.exists():
            raise UsageError(f"{artifact.path} exists already, and nothing was written.", _LOOK_AGAIN)
    elif not there.is_file() or hashlib.sha256(there.read_bytes()).hexdigest() != artifact.replaces:
        raise UsageError(f"{artifact.path} changed since the diff was shown, and nothing was written.", _LOOK_AGAIN)


class _Writing:
    """One attempt, and how to take it back."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.beside: list[Path] = []
        self.folders: list[Path] = []
        self.placed: list[tuple[Path, bytes | None]] = []

    def stage(self, artifact: Artifact) -> Path:
        """The content on disk, beside its place, under a name no tool reads."""
        there = self.root / artifact.path
        self._make(there.parent)
        beside = self._beside(there.parent, artifact.content.encode())
        beside.chmod(there.stat().st_mode & 0o777 if there.exists() else 0o644)
        return beside

    def _beside(self, folder: Path, content: bytes) -> Path:
        descriptor, name = tempfile.mkstemp(dir=folder, prefix=f"{_BESIDE}{os.getpid()}-", suffix=_PART)
        beside = Path(name)
        self.beside.append(beside)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return beside

    def place(self, artifact: Artifact, beside: Path) -> None:
        """Into place at once: a link for a new file, so that nothing is ever overwritten; a move for a changed one."""
        _check(self.root, artifact)
        there = self.root / artifact.path
        if artifact.replaces is None:
            try:
                os.link(beside, there)
            except FileExistsError as error:
                raise UsageError(f"{artifact.path} exists already, and nothing was written.", _LOOK_AGAIN) from error
            except OSError:
                self._copy(there, artifact)
            self.placed.append((there, None))
        else:
            old = there.read_bytes()
            beside.replace(there)
            self.placed.append((there, old))
        _flush(there.parent)

    def take_back(self) -> None:
        """Everything as it was; what cannot be taken back is left, the error that is under way says more."""
        for there, old in reversed(self.placed):
            with suppress(OSError):
                if old is None:
                    there.unlink()
                else:
                    beside = self._beside(there.parent, old)
                    beside.chmod(there.stat().st_mode & 0o777)
                    beside.replace(there)
        self._clear()
        for folder in reversed(self.folders):
            with suppress(OSError):
                folder.rmdir()

    def finish(self) -> None:
        """Nothing of ours stays beside the files."""
        self._clear()

    def _clear(self) -> None:
        for beside in self.beside:
            with suppress(OSError):
                beside.unlink(missing_ok=True)

    def _make(self, folder: Path) -> None:
        missing = [one for one in (folder, *folder.parents) if not one.exists()]
        for one in reversed(missing):
            one.mkdir()
            self.folders.append(one)

    @staticmethod
    def _copy(there: Path, artifact: Artifact) -> None:
        """A file system without links: exclusive creation still never overwrites."""
        with there.open("xb") as file:
            file.write(artifact.content.encode())
            file.flush()
            os.fsync(file.fileno())


def _sweep(folder: Path) -> None:
    """Take away what a run that was killed left beside its place."""
    with suppress(OSError):
        for left in folder.glob(f"{_BESIDE}*{_PART}"):
            if time.time() - left.stat().st_mtime > _FORGOTTEN or not _is_alive(left.name.split("-")[1]):
                left.unlink()


def _is_alive(number: str) -> bool:
    """Whether a process of that number runs; of what is no number it is believed."""
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except (OSError, ValueError):
        return True
    return True


def _flush(folder: Path) -> None:
    """The directory entry on disk, where the system allows it."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
