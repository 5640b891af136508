"""Packages that live in the repository: workspaces, ``exports`` and ``imports`` maps, ``main`` and its relatives."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from assistant.collect.code.resolve_files import file_at, folder_of, folders_up, joined, source_at
from assistant.collect.code.resolve_json import Json, read_record, strings_of


if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping


_FIRST = ("source", "development", "react-server", "import", "node", "module", "default", "require", "types")
_MAIN = ("source", "module", "main", "types", "typings")
_LISTED = re.compile(r"^\s*-\s*['\"]?([^'\"#\s]+)")


class Package(NamedTuple):
    """One package.json."""

    folder: str
    """Relative to the root, empty for the root."""
    name: str
    """Empty when it has none."""
    content: Mapping[str, Json]


class Packages:
    """Every package.json of a repository."""

    def __init__(self, manifests: Mapping[str, bytes], known: Container[str]) -> None:
        """``known`` are the source files."""
        self._known = known
        self.by_folder: dict[str, Package] = {}
        for path in sorted(manifests):
            if path.rpartition("/")[2] == "package.json" and "node_modules/" not in path:
                content = read_record(manifests[path])
                name = content.get("name")
                folder = folder_of(path)
                self.by_folder[folder] = Package(folder, name if isinstance(name, str) else "", content)
        globs = tuple(_workspaces(manifests, self.by_folder))
        self.by_name: dict[str, Package] = {}
        ordered = sorted(
            self.by_folder.values(), key=lambda one: (not _member(one.folder, globs), one.folder.count("/"), one.folder)
        )
        for package in ordered:
            if package.name:
                self.by_name.setdefault(package.name, package)
        self._near: dict[str, Package | None] = {}

    def near(self, path: str) -> Package | None:
        """The package that a file belongs to."""
        folder = folder_of(path)
        if folder not in self._near:
            self._near[folder] = next((self.by_folder[up] for up in folders_up(path) if up in self.by_folder), None)
        return self._near[folder]

    def named(self, specifier: str) -> tuple[Package, str] | None:
        """The package of the repository that a specifier names, and what follows its name."""
        parts = specifier.split("/")
        taken = 2 if specifier.startswith("@") else 1
        package = self.by_name.get("/".join(parts[:taken]))
        return (package, "/".join(parts[taken:])) if package else None

    def manifest(self, specifier: str) -> str | None:
        """The path of a file that is no source: ``@acme/tsconfig/base.json``."""
        found = self.named(specifier)
        return joined(found[0].folder, found[1]) if found else None

    def target(self, specifier: str) -> str | None:
        """The source file that ``@acme/db/client`` means; None when no package of the repository has that name, or no such file."""
        found = self.named(specifier)
        return self._inside(*found) if found else None

    def _inside(self, package: Package, inner: str) -> str | None:
        exports = package.content.get("exports")
        if exports is not None:
            for leaf in _leaves(exports, f"./{inner}" if inner else "."):
                if found := source_at(package.folder, leaf, self._known):
                    return found
        if inner:
            for start in ("", "src/", "lib/"):
                if found := file_at(joined(package.folder, start + inner), self._known):
                    return found
            return source_at(package.folder, inner, self._known)
        for field in _MAIN:
            main = package.content.get(field)
            if isinstance(main, str) and (found := source_at(package.folder, main, self._known)):
                return found
        for start in ("src/index", "index", "lib/index", "src/main", "src"):
            if found := file_at(joined(package.folder, start), self._known):
                return found
        return None

    def own(self, path: str, specifier: str) -> str | None:
        """What ``#x`` means for the package a file belongs to."""
        package = self.near(path)
        if package is None:
            return None
        for leaf in _leaves(package.content.get("imports"), specifier):
            if leaf.startswith("."):
                if found := source_at(package.folder, leaf, self._known):
                    return found
            elif found := self.target(leaf):
                return found
        return None


def _workspaces(manifests: Mapping[str, bytes], packages: Mapping[str, Package]) -> Iterator[str]:
    """Globs of workspace folders, relative to the root; exclusions (``!``) left out."""
    for folder, package in packages.items():
        given = package.content.get("workspaces")
        if isinstance(given, dict):
            given = given.get("packages")
        for glob in strings_of(given):
            yield joined(folder, glob.lstrip("!")) or ""
    for path, data in manifests.items():
        if path.rpartition("/")[2] in {"pnpm-workspace.yaml", "pnpm-workspace.yml"}:
            listing = False
            for line in data.decode("utf-8", "replace").splitlines():
                if line[:1] not in {" ", "-", "#", ""}:
                    listing = line.startswith("packages")
                elif listing and (match := _LISTED.match(line)):
                    yield joined(folder_of(path), match.group(1)) or ""


def _member(folder: str, globs: tuple[str, ...]) -> bool:
    return any(fnmatchcase(folder, glob.rstrip("/")) for glob in globs)


def _leaves(exports: Json, wanted: str) -> Iterator[str]:
    """Targets that an ``exports`` or ``imports`` map gives for a subpath, the most source-like condition first."""
    if not isinstance(exports, dict) or not any(key.startswith((".", "#")) for key in exports):
        if wanted == ".":
            yield from _conditions(exports, "")
        return
    if wanted in exports:
        yield from _conditions(exports[wanted], "")
        return
    best: tuple[int, str, Json] | None = None
    for key, value in exports.items():
        prefix, star, suffix = key.partition("*")
        if not star and key.endswith("/") and wanted.startswith(key):
            prefix, star, suffix = key, "*", ""
            value = f"{value}*" if isinstance(value, str) else value  # noqa: PLW2901  # the old folder mapping is a pattern
        if star and wanted.startswith(prefix) and wanted.endswith(suffix) and len(wanted) >= len(prefix) + len(suffix):
            middle = wanted[len(prefix) : len(wanted) - len(suffix)]
            if best is None or len(prefix) > best[0]:
                best = (len(prefix), middle, value)
    if best is not None:
        yield from _conditions(best[2], best[1])


def _conditions(value: Json, middle: str) -> Iterator[str]:
    if isinstance(value, str):
        yield value.replace("*", middle)
    elif isinstance(value, list):
        for item in value:
            yield from _conditions(item, middle)
    elif isinstance(value, dict):
        known = [key for key in _FIRST if key in value]
        for key in (*known, *(key for key in value if key not in _FIRST)):
            yield from _conditions(value[key], middle)
