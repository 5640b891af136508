"""The files of a work tree or of a commit that may say something about its database, and their text.

Only names are looked at first; a file is opened when a layout wants it. Never follows a link out of the repository, never opens
anything but a regular file, and gives a reason for every file it cannot read.
"""

from __future__ import annotations

import codecs
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.domain.replay import NotRead


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


LARGEST: Final = 64 * 1024 * 1024
"""Bytes of the largest SQL file that is read."""
_SKIPPED: Final = frozenset(
    {
        "node_modules",
        "dist",
        "build",
        "out",
        "coverage",
        "vendor",
        "target",
        "venv",
        "__pycache__",
        "bower_components",
        "Pods",
    }
)
_WANTED: Final = re.compile(
    r"(?:\.sql|\.sh|\.bash|/config\.toml|/migration_lock\.toml|/_journal\.json|(?:^|/)package\.json|(?:^|/)drizzle[\w.-]*\.config\.[cm]?[jt]s"
    r"|(?:^|/)(?:[\w.-]*(?:database|supabase|types_db)[\w.-]*)\.ts|(?:^|/)(?:database|supabase)/types?\.ts)\Z",
    re.IGNORECASE,
)
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LFS: Final = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True, slots=True)
class Tree:
    """What a walk found."""

    root: Path
    """Top of the walk."""
    paths: tuple[str, ...]
    """Candidate files relative to ``root`` with forward slashes, sorted."""
    not_read: tuple[NotRead, ...]
    """Folders that could not be entered, and repositories inside the repository."""
    content: Callable[[str, int], str | NotRead] | None = None
    """Gives the text of a path, or why there is none over so many bytes, where the files are a commit's; None for a work tree."""

    def matching(self, pattern: str) -> tuple[str, ...]:
        """Paths in which ``pattern`` is found."""
        compiled = re.compile(pattern, re.IGNORECASE)
        return tuple(path for path in self.paths if compiled.search(path))

    def text(self, path: str, *, largest: int = LARGEST) -> str | NotRead:
        """The text of one of its files, or why there is none."""
        if self.content is not None:
            return self.content(path, largest)
        return read_text(self.root, path, largest=largest)


def walk(root: Path) -> Tree:
    """Candidate files below ``root``; hidden folders, dependencies, build output and nested repositories are passed over."""
    paths: list[str] = []
    not_read: list[NotRead] = []

    def refused(error: OSError) -> None:
        not_read.append(
            NotRead(file=_relative(root, str(error.filename)), reason=f"The folder cannot be read: {error.strerror}.")
        )

    for folder, folders, files in os.walk(root, onerror=refused):
        place = _relative(root, folder)
        kept = []
        for name in sorted(folders):
            if name.startswith(".") or name in _SKIPPED:
                continue
            if os.path.lexists(os.path.join(folder, name, ".git")):  # noqa: PTH118 - a Path for each of 100,000 folders is slow
                not_read.append(NotRead(file=_join(place, name) + "/", reason="It is a repository of its own."))
                continue
            kept.append(name)
        folders[:] = kept
        paths += [path for name in files if _WANTED.search(path := _join(place, name))]
    return Tree(root, tuple(sorted(paths)), tuple(not_read))


def says_something(path: str) -> bool:
    """True for the path of a file that a walk would find: its name says enough, and no folder above it is passed over."""
    *folders, _ = path.split("/")
    return bool(_WANTED.search(path)) and not any(name.startswith(".") or name in _SKIPPED for name in folders)


def only_wanted(paths: Iterable[str]) -> tuple[str, ...]:
    """Those of ``paths`` that a walk would find, sorted."""
    return tuple(sorted(path for path in paths if says_something(path)))


def too_large(path: str, size: int, largest: int) -> NotRead:
    """A file that is not read because of its size."""
    reason = f"It has {size // 1_000_000} MB; files over {largest // 1_000_000} MB are not read."
    return NotRead(unreadable=True, file=path, reason=reason)


def read_text(root: Path, path: str, *, largest: int = LARGEST) -> str | NotRead:
    """The text of a file, or why there is none.

    UTF-8 is expected; a byte order mark of UTF-8, UTF-16 or UTF-32 is honoured and left out.
    """
    file = root / path
    try:
        if not file.resolve().is_relative_to(root.resolve()):
            return NotRead(file=path, unreadable=True, reason="It is a link that leads out of the repository.")
        if not file.is_file():
            return NotRead(file=path, unreadable=True, reason="It is not a regular file, or a link that leads nowhere.")
        size = file.stat().st_size
        if size > largest:
            return too_large(path, size, largest)
        data = file.read_bytes()
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links
        return NotRead(
            file=path, unreadable=True, reason=f"It cannot be read: {getattr(error, 'strerror', None) or error}."
        )
    return decoded(path, data)


def decoded(path: str, data: bytes) -> str | NotRead:
    """Bytes of a text file as text, or why they are none."""
    if data.startswith(_LFS):
        return NotRead(file=path, unreadable=True, reason="It is a Git LFS pointer; `git lfs pull` brings its content.")
    mark, encoding = next(((mark, name) for mark, name in _BOMS if data.startswith(mark)), (b"", "utf-8"))
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        if b"\0" in data[:8192]:
            return NotRead(
                file=path,
                unreadable=True,
                reason="It is binary; a plain-text dump (pg_dump --schema-only) can be read.",
            )
        line = data.count(b"\n", 0, error.start) + 1
        return NotRead(file=path, unreadable=True, reason=f"It is not UTF-8 (line {line}); save it as UTF-8.")
    if "\0" in text:
        return NotRead(
            file=path, unreadable=True, reason="It is binary; a plain-text dump (pg_dump --schema-only) can be read."
        )
    return text


def _relative(root: Path, folder: str) -> str:
    place = os.path.relpath(folder, root).replace(os.sep, "/")
    return "" if place == "." else place


def _join(place: str, name: str) -> str:
    return f"{place}/{name}" if place else name
