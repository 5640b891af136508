"""Which files of a repository are its code, and the small configuration files beside it.

Decided by names alone. Nothing is followed out of the repository, only regular files count, and what is left out is counted by reason.
Folders whose names are also good names for a page (``build``, ``vendor``, ``tests``) are left out only where no page can stand.
"""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from assistant.collect.code.read import EXTENSIONS


if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from assistant.domain.syntax import Module


LARGEST_MANIFEST: Final = 1024 * 1024
MOST_FILES: Final = 60_000
_NEVER: Final = frozenset(
    {"node_modules", "bower_components", "__pycache__", "site-packages", "venv", "jspm_packages", "Pods", "DerivedData"}
    | {"__generated__", "_generated", "generated", "storybook-static"}
)
_BUILT: Final = frozenset({"dist", "build", "out", "coverage", "vendor", "target", "output"})
_TRIALS: Final = frozenset(
    {"__tests__", "__test__", "__mocks__", "__fixtures__", "__snapshots__", "__stories__", "cypress", "playwright"}
)
_TRIALS_OUTSIDE: Final = frozenset({"test", "tests", "e2e", "fixtures", "mocks", "stories", "testing", "specs"})
_PAGES: Final = frozenset({"app", "pages", "api", "routes", "functions", "routers"})
"""Below one of these a folder called ``test`` is an address: ``app/api/test/route.ts`` is served."""
_CODE: Final = _PAGES | {"src", "lib", "server", "components", "features", "modules", "actions", "services"}
"""Below one of these a folder called ``build`` or ``vendor`` is a subject and not the result of a build."""
_PROTECTED: Final = _CODE | {
    "packages",
    "apps",
    "var",
    "env",
    "parts",
    "sdist",
    "supabase",
    "web",
    "backend",
    "frontend",
}
"""Folders that the usual .gitignore of Python names and that hold the code of a web application."""
_LINKED_NAME: Final = re.compile(r"/?(?:\*\*/)?([\w.@-]+)/?\Z")
_TRIAL_FILE: Final = re.compile(
    r"\.(?:test|tests|spec|stories|story|cy|e2e|mock|bench|fixture)\.[cm]?[jt]sx?\Z|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py\Z"
    r"|(?:^|/)(?:jest|vitest|playwright|cypress)\.[\w.-]*\.?[cm]?[jt]s\Z"
)
_MADE_FILE: Final = re.compile(
    r"\.d\.[cm]?ts\Z|[.-]min\.[cm]?js\Z|\.(?:bundle|chunk)\.js\Z|_pb2?(?:_grpc)?\.(?:py|js|ts)\Z"
)
_MANIFEST: Final = re.compile(
    r"(?:^|/)(?:package\.json|[tj]sconfig[\w.-]*\.json|next\.config\.[cm]?[jt]s|vercel\.json|netlify\.toml|_headers|_redirects"
    r"|wrangler\.(?:toml|jsonc?)|now\.json|staticwebapp\.config\.json|nginx[\w.-]*\.conf|database[\w.-]*rules[\w.-]*\.json|firebase\.json|(?:firestore|storage)\.rules|[\w.-]+\.rules|turbo\.json|pnpm-workspace\.yaml|deno\.jsonc?"
    r"|\.env[\w.-]*\.(?:example|sample|template)|[\w.-]+\.prisma|pyproject\.toml|requirements[\w.-]*\.txt"
    r"|supabase/config\.toml|(?:tsconfig|typescript-config)/[\w.-]+\.json)\Z"
)


@dataclass(frozen=True, slots=True)
class Sources:
    """The code of a repository, read."""

    modules: Mapping[str, Module]
    """By path relative to the root with forward slashes, in the order of paths."""
    not_read: Mapping[str, str]
    """Files that could not be read at all, and why; none of them is in ``modules``."""
    manifests: Mapping[str, bytes]
    """Configuration files by path, as they are on disk."""
    skipped: Mapping[str, int] = field(default_factory=dict)
    """How many files and whole folders were left out on purpose, by reason: tests, generated, built, hidden."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The code of a repository by name, not opened yet."""

    files: tuple[tuple[str, int], ...]
    """Path and size in bytes, sorted by path."""
    manifests: tuple[str, ...]
    """Paths of configuration files, sorted."""
    not_read: Mapping[str, str]
    """What cannot be opened, and why."""
    skipped: Mapping[str, int]
    """How many files and folders were left out, by reason."""


class _Walk:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: list[tuple[str, int]] = []
        self.manifests: list[str] = []
        self.not_read: dict[str, str] = {}
        self.skipped: Counter[str] = Counter()
        self.ignored = _ignored_folders(root)

    def folder(self, below: str, parents: frozenset[str]) -> list[tuple[str, frozenset[str]]]:
        """Sort the entries of one folder; its subfolders worth entering are returned."""
        deeper: list[tuple[str, frozenset[str]]] = []
        try:
            with os.scandir(self.root / below) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self.not_read[below or "."] = f"the folder cannot be opened: {error.strerror}"
            return deeper
        for entry in found:
            path = f"{below}/{entry.name}" if below else entry.name
            if not _is_printable(path):
                self.not_read[path.encode("utf-8", "replace").decode()] = "its name is not UTF-8"
            elif entry.is_dir(follow_symlinks=False):
                reason = _left_out(entry.name, parents, self.ignored)
                if reason is None:
                    deeper.append((path, parents | {entry.name}))
                else:
                    self.skipped[reason] += 1
            elif entry.is_file(follow_symlinks=False):
                self._file(path, entry, parents)
        return deeper

    def _file(self, path: str, entry: os.DirEntry[str], parents: frozenset[str]) -> None:
        if _MANIFEST.search(path):
            self.manifests.append(path)
        name = entry.name
        if name.rpartition(".")[2] not in EXTENSIONS or "." not in name:
            return
        if _MADE_FILE.search(name) or ("public" in parents and not parents & _CODE):
            self.skipped["generated"] += 1
        elif _TRIAL_FILE.search(name):
            self.skipped["tests"] += 1
        elif len(self.files) >= MOST_FILES:
            self.not_read[path] = f"only the first {MOST_FILES} files are read"
        else:
            try:
                self.files.append((path, entry.stat(follow_symlinks=False).st_size))
            except OSError as error:
                self.not_read[path] = f"it cannot be opened: {error.strerror}"


def list_sources(root: Path) -> Listing:
    """Walk a repository; a folder that cannot be opened is in ``not_read``."""
    walk = _Walk(root)
    waiting: list[tuple[str, frozenset[str]]] = [("", frozenset())]
    while waiting:
        waiting.extend(reversed(walk.folder(*waiting.pop())))
    return Listing(
        tuple(sorted(walk.files)), tuple(sorted(walk.manifests)), walk.not_read, dict(sorted(walk.skipped.items()))
    )


def is_source(path: str) -> bool:
    """True for a path that ``list_sources`` would read in a repository without a .gitignore."""
    *folders, name = path.split("/")
    parents: frozenset[str] = frozenset()
    for folder in folders:
        if _left_out(folder, parents, frozenset()) is not None:
            return False
        parents |= {folder}
    if "." not in name or name.rpartition(".")[2] not in EXTENSIONS:
        return False
    return not (_MADE_FILE.search(name) or ("public" in parents and not parents & _CODE) or _TRIAL_FILE.search(name))


def is_manifest(path: str) -> bool:
    """True for a configuration file that says what the code means."""
    return bool(_MANIFEST.search(path))


def _left_out(name: str, parents: frozenset[str], ignored: frozenset[str]) -> str | None:
    """Why a folder is left out; None when it is entered."""
    if name.startswith("."):
        return None if name == ".well-known" else "hidden"
    if name in _NEVER:
        return "generated"
    if name in _TRIALS or (name in _TRIALS_OUTSIDE and not parents & _PAGES):
        return "tests"
    if (name in _BUILT or name in ignored) and not parents & _CODE:
        return "built"
    return None


def _ignored_folders(root: Path) -> frozenset[str]:
    """Plain names of folders in the .gitignore at the top; patterns and names that may hold code are left to git."""
    try:
        raw = read_regular(root / ".gitignore", LARGEST_MANIFEST)
    except (OSError, ValueError):
        return frozenset()
    names: set[str] = set()
    for line in raw.decode("utf-8", "replace").splitlines():
        found = _LINKED_NAME.match(line.strip())
        if found is not None and (line.strip().endswith("/") or line.startswith("/")) and "." not in found[1][1:]:
            names.add(found[1])
    return frozenset(names - _PROTECTED)


def _is_printable(path: str) -> bool:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def read_regular(path: Path, most: int) -> bytes:
    """The bytes of a regular file of at most ``most`` bytes; a link at its place is not followed and a pipe not waited for.

    Raises:
        OSError: it cannot be opened.
        ValueError: it is no regular file, or larger; the message says so.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("it is not a regular file")
        if status.st_size > most:
            raise ValueError(f"it is larger than {most // 1024} KB")
        return file.read(most + 1)


def read_manifests(root: Path, paths: tuple[str, ...], not_read: dict[str, str]) -> dict[str, bytes]:
    """The configuration files; those that cannot be read are added to ``not_read``."""
    found: dict[str, bytes] = {}
    for path in paths:
        try:
            found[path] = read_regular(root / path, LARGEST_MANIFEST)
        except (OSError, ValueError) as error:
            not_read[path] = why(error)
    return found


def why(error: OSError | ValueError) -> str:
    """The reason of a failed reading, in words."""
    return f"it cannot be opened: {error.strerror}" if isinstance(error, OSError) else str(error)
