"""Which files are read: those git tracks or would track, environment files that it ignores, and what is built for browsers."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from assistant.collect.git import EndedEarlyError
from assistant.collect.secrets.paths import is_environment_file, left_out
from assistant.domain.secrets import Standing


if TYPE_CHECKING:
    from pathlib import Path

    from assistant.collect.git import Git

LARGEST: Final = 64 * 1024 * 1024
"""Bytes of the largest file that is read; it is read in blocks, the limit is for the operator's patience."""
_NOT_ENTERED: Final = frozenset(
    {"node_modules", ".git", ".venv", "venv", "__pycache__", ".turbo", ".cache", ".pnpm-store", ".stanch"}
)
_BUILD_FOLDERS: Final = frozenset({"out", "dist", "build"})
_SERVED: Final = (
    ".next/static",
    ".output/public",
    ".vercel/output/static",
    ".svelte-kit/output/client",
    "build/client",
    "dist/client",
)
_NEXT_REST: Final = frozenset({"server", "cache", "standalone", "types", "trace", "diagnostics", "dev"})
_WITH_TEXT: Final = re.compile(
    r"\.(?:[cm]?jsx?|html?|json|css|map|txt|xml|svg|webmanifest|rsc|ya?ml)$|(?:^|/)\.env[^/]*$", re.IGNORECASE
)


@dataclass(slots=True)
class Listed:
    """Paths relative to the root, by where they stand."""

    standing: dict[str, Standing] = field(default_factory=dict)
    """Path to where it stands."""
    not_read: dict[str, str] = field(default_factory=dict)
    """Path to reason."""
    passed_over: dict[str, int] = field(default_factory=dict)
    """Reason to count."""

    def add(self, path: str, standing: Standing) -> None:
        """Take a path, unless it is left out or there already."""
        if path in self.standing:
            return
        if why := left_out(path):
            self.passed_over[why] = self.passed_over.get(why, 0) + 1
            return
        self.standing[path] = standing


def list_files(root: Path, git: Git) -> Listed:
    """Every file worth opening.

    Raises:
        UnreachableError: git cannot be started.
    """
    listed = Listed()
    ignored = _built(root, listed)
    tracked = ["ls-files", "-z", "--cached"]
    untracked = ["ls-files", "-z", "--others", "--exclude-standard"]
    for arguments, standing in ((tracked, Standing.TRACKED), (untracked, Standing.UNTRACKED)):
        try:
            names = git.whole(arguments).decode("utf-8", "surrogateescape").split("\0")
        except EndedEarlyError as error:
            listed.not_read["."] = f"git could not list the files ({error.said})."
            continue
        for name in names:
            if name and not name.endswith("/"):
                served = standing is Standing.TRACKED and _is_served(name)
                if standing is Standing.TRACKED and listed.standing.get(name) is Standing.BUILT:
                    del listed.standing[name]  # a folder that is only called like build output
                listed.add(name, Standing.BUNDLE if served else standing)
    for path in ignored:
        listed.standing.setdefault(path, Standing.IGNORED)
    return listed


def _is_served(path: str) -> bool:
    """Files below ``public/`` are sent to whoever asks."""
    return bool(re.search(r"(?:^|/)public/", path) and _WITH_TEXT.search(path))


def _built(root: Path, listed: Listed) -> list[str]:
    """Take build output, and return environment files anywhere outside dependencies; git may ignore both."""

    def refused(error: OSError) -> None:
        listed.not_read[_relative(root, str(error.filename))] = f"The folder cannot be read: {error.strerror}."

    environment_files: list[str] = []
    for folder, folders, files in os.walk(root, onerror=refused):
        place = _relative(root, folder)
        standing = _standing_of(place, files, folders)
        if standing is not None:
            _take_all(root, folder, standing, listed)
            folders[:] = []
            continue
        if place.rpartition("/")[2] == ".next":
            folders[:] = [name for name in folders if name not in _NEXT_REST]
        folders[:] = sorted(
            name
            for name in folders
            if name not in _NOT_ENTERED and not os.path.lexists(os.path.join(folder, name, ".git"))  # noqa: PTH118 - fast
        )
        environment_files += [_join(place, name) for name in files if is_environment_file(name)]
    return sorted(environment_files)


def _standing_of(place: str, files: list[str], folders: list[str]) -> Standing | None:
    """Whether a folder is build output, and for whom."""
    if place.endswith(_SERVED):
        return Standing.BUNDLE
    if place.rpartition("/")[2] not in _BUILD_FOLDERS:
        return None
    return Standing.BUNDLE if {"index.html", "asset-manifest.json", "_next"} & {*files, *folders} else Standing.BUILT


def _take_all(root: Path, top: str, standing: Standing, listed: Listed) -> None:
    for folder, folders, files in os.walk(top):
        folders[:] = sorted(name for name in folders if name not in _NOT_ENTERED)
        place = _relative(root, folder)
        for name in sorted(files):
            path = _join(place, name)
            if _WITH_TEXT.search(path):
                listed.add(path, standing)


def _relative(root: Path, folder: str) -> str:
    place = os.path.relpath(folder, root).replace(os.sep, "/")
    return "" if place == "." else place


def _join(place: str, name: str) -> str:
    return f"{place}/{name}" if place else name
