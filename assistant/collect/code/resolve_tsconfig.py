"""``paths`` and ``baseUrl`` of tsconfig and jsconfig files, with what they extend; the nearest file wins, those above it are asked next."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from assistant.collect.code.resolve_files import file_at, folder_of, folders_up, joined
from assistant.collect.code.resolve_json import Json, read_record, strings_of


if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping


_DEEPEST = 8
_NAMES = ("tsconfig.json", "jsconfig.json", "tsconfig.app.json", "tsconfig.base.json")


class Aliases(NamedTuple):
    """What one configuration file says, relative to the root of the repository."""

    patterns: tuple[tuple[str, str, bool, tuple[str, ...]], ...]
    """Prefix, suffix, whether a ``*`` stands between them, targets; longest prefix first."""
    base: str | None
    """Folder of ``baseUrl``; None when it is not set."""


class Configurations:
    """All tsconfig and jsconfig files of a repository, read when asked for."""

    def __init__(self, manifests: Mapping[str, bytes], in_package: Callable[[str], str | None]) -> None:
        """``in_package`` gives the file of the repository that ``@acme/tsconfig/base.json`` means."""
        self._manifests = manifests
        self._in_package = in_package
        self._read: dict[str, Aliases] = {}
        self._near: dict[str, tuple[Aliases, ...]] = {}

    def near(self, path: str) -> tuple[Aliases, ...]:
        """Configurations that may speak for a file, nearest first."""
        folder = folder_of(path)
        if folder not in self._near:
            self._near[folder] = tuple(self._above(path))
        return self._near[folder]

    def _above(self, path: str) -> Iterator[Aliases]:
        for folder in folders_up(path):
            for name in _NAMES:
                file = f"{folder}/{name}" if folder else name
                if file in self._manifests:
                    aliases = self._aliases(file)
                    if aliases.patterns or aliases.base is not None:
                        yield aliases

    def _aliases(self, file: str) -> Aliases:
        if file not in self._read:
            self._read[file] = Aliases((), None)
            paths: dict[str, tuple[str, ...]] = {}
            base = self._merge(file, paths, 0)
            patterns = [(*_cut(key), targets) for key, targets in paths.items()]
            patterns.sort(key=lambda entry: (entry[2], -len(entry[0])))
            self._read[file] = Aliases(tuple(patterns), base)
        return self._read[file]

    def _merge(self, file: str, paths: dict[str, tuple[str, ...]], depth: int) -> str | None:
        """Add what a file says to ``paths``, what it extends first; its ``baseUrl`` as a folder."""
        if depth > _DEEPEST:
            return None
        config = read_record(self._manifests.get(file))
        folder = folder_of(file)
        base: str | None = None
        for parent in strings_of(config.get("extends")):
            found = self._parent(folder, parent)
            if found and found != file:
                base = self._merge(found, paths, depth + 1) or base
        options = config.get("compilerOptions")
        options = options if isinstance(options, dict) else {}
        if isinstance(options.get("baseUrl"), str):
            base = joined(folder, options["baseUrl"])
        if isinstance(options.get("paths"), dict):
            paths.clear()
            _add(paths, options["paths"], base if base is not None else folder, folder)
        elif not paths:
            for reference in config.get("references") or ():
                if isinstance(reference, dict) and isinstance(reference.get("path"), str):
                    self._reference(folder, reference["path"], paths, depth)
        return base

    def _reference(self, folder: str, path: str, paths: dict[str, tuple[str, ...]], depth: int) -> None:
        """A solution file without paths of its own: what the projects it refers to say."""
        target = joined(folder, path)
        if target is None:
            return
        found: dict[str, tuple[str, ...]] = {}
        file = target if target in self._manifests else f"{target}/tsconfig.json"
        if file in self._manifests and folder_of(file) == folder:
            self._merge(file, found, depth + 1)
        for key, targets in found.items():
            paths.setdefault(key, targets)

    def _parent(self, folder: str, name: str) -> str | None:
        if not name.startswith((".", "/")):
            for candidate in (name, f"{name}.json", f"{name}/tsconfig.json"):
                inside = self._in_package(candidate)
                if inside in self._manifests:
                    return inside
            return None
        target = joined(folder, name) or ""
        for candidate in (target, f"{target}.json", f"{target}/tsconfig.json"):
            if candidate in self._manifests:
                return candidate
        return None


def _add(paths: dict[str, tuple[str, ...]], given: Mapping[str, Json], base: str, folder: str) -> None:
    for key, value in given.items():
        targets = [joined(base, target.replace("${configDir}", folder)) for target in strings_of(value)]
        paths[key] = tuple(target for target in targets if target is not None and "node_modules" not in target)


def _cut(pattern: str) -> tuple[str, str, bool]:
    prefix, star, suffix = pattern.partition("*")
    return prefix, suffix, bool(star)


def through_aliases(specifier: str, aliases: Aliases, known: Container[str]) -> str | None:
    """The file that a configuration gives a specifier; None when it says nothing or nothing that exists."""
    for prefix, suffix, star, targets in aliases.patterns:
        if star:
            if len(specifier) < len(prefix) + len(suffix) or not (
                specifier.startswith(prefix) and specifier.endswith(suffix)
            ):
                continue
            middle = specifier[len(prefix) : len(specifier) - len(suffix)]
        elif specifier == prefix:
            middle = ""
        else:
            continue
        for target in targets:
            if found := file_at(joined("", target.replace("*", middle)), known):
                return found
    if aliases.base is not None:
        return file_at(joined(aliases.base, specifier), known)
    return None


def says_alias(specifier: str, aliases: Aliases) -> bool:
    """True when a configuration maps the specifier, whether or not the file exists; a bare ``*`` says nothing."""
    return any(
        prefix
        and targets
        and (specifier.startswith(prefix) and specifier.endswith(suffix) if star else specifier == prefix)
        for prefix, suffix, star, targets in aliases.patterns
    )
