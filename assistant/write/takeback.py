"""Takes back what was written: removes files that did not exist before, restores the content of those that did."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

from assistant.domain.errors import UsageError


if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def take_back(root: Path, before: Mapping[str, str | None]) -> None:
    """Put each file back to what it was.

    Args:
        root: the operator's repository.
        before: path relative to it, and its old content; None when the file did not exist. A file that is already
            gone stays gone; a folder that becomes empty is removed when it is the file's own.

    Raises:
        UsageError: a file cannot be written; those before it in the order were already taken back.
    """
    for path, content in before.items():
        there = root / path
        try:
            if content is None:
                there.unlink(missing_ok=True)
                _remove_if_empty(there.parent, root)
            else:
                _replace(there, content)
        except OSError as error:
            raise UsageError(
                f"{path} could not be taken back: {error.strerror or error}.", "Take it back by hand with git."
            ) from error


def _replace(path: Path, content: str) -> None:
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(beside, mode)  # noqa: PTH101 - mkstemp gives a string
    os.replace(beside, path)  # noqa: PTH105


def _remove_if_empty(folder: Path, root: Path) -> None:
    # Prisma gives each migration its own folder; the migrations folder itself always holds others
    if folder != root and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
