"""What a Python import means: relative and absolute, packages, src layouts, several services in one repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.resolve_files import folder_of, folders_up
from assistant.text.paths import shared_parts


if TYPE_CHECKING:
    from collections.abc import Collection


class PythonFiles:
    """The Python files of a repository, as the import system would see them."""

    def __init__(self, known: Collection[str]) -> None:
        """``known`` are all source files; only ``.py`` count."""
        self._known = frozenset(path for path in known if path.endswith(".py"))
        packages = {folder_of(path) for path in self._known if path.endswith("__init__.py")}
        self._packages = packages
        self._tops: dict[str, list[str]] = {}
        for package in sorted(packages):
            parent, _, name = package.rpartition("/")
            if parent not in packages:
                self._tops.setdefault(name, []).append(parent)

    def target(self, path: str, dotted: str) -> str | None:
        """The file that ``from dotted import`` reads in the module at ``path``; None for a library and for a folder without ``__init__.py``."""
        if not self._known:
            return None
        name = dotted.lstrip(".")
        dots = len(dotted) - len(name)
        if dots:
            folder = folder_of(path)
            for _ in range(dots - 1):
                if not folder:
                    return None
                folder = folder_of(folder)
            return self._at(folder, name)
        for folder in folders_up(path):
            for start in (folder, f"{folder}/src" if folder else "src"):
                if start in self._packages and start == folder_of(path) and self._at("", name):
                    continue
                found = self._at(start, name)
                if found and found != path:
                    return found
        first = name.partition(".")[0]
        parents = self._tops.get(first, [])
        shared = sorted(parents, key=lambda parent: (-shared_parts(parent, path), parent))
        return next((found for parent in shared if (found := self._at(parent, name))), None)

    def _at(self, folder: str, dotted: str) -> str | None:
        base = "/".join(part for part in (folder, dotted.replace(".", "/")) if part)
        for file in (f"{base}.py" if dotted else "", f"{base}/__init__.py" if base else "__init__.py"):
            if file in self._known:
                return file
        return None
