"""Next.js's own build output as an oracle: which actions are really exposed, what matchers compiled to, which routes are cached, what browsers get.

Only a build that is newer than every source file is believed. The manifest of actions also holds the key that encrypts their arguments: it is
dropped before anything is looked at, and is never stored, returned or shown. What cannot be read is a sentence, never an exception.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from assistant.collect.code.matchers import Matcher, covers
from assistant.domain.code import EntryKind


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from assistant.collect.code.entries_point import EntryPoint


_LARGEST = 32 * 1024 * 1024
_SECRETS = frozenset({"encryptionkey", "previewmodeencryptionkey", "previewmodesigningkey", "previewmodeid", "preview"})
_SKIPPED = frozenset({"node_modules", ".git", ".next", "dist", "build", "coverage", ".turbo", ".vercel", "out"})
_SOURCES = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What one ``.next`` folder says."""

    root: str
    """Folder of the application, relative to the repository."""
    says: str
    """Sentence: used, older than the sources, or why it could not be read."""
    used: bool = False
    """True when it is newer than the sources."""
    actions: frozenset[tuple[str, str]] | None = None
    """File (relative to the repository) and exported name of each exposed action; None when the manifest does not name files."""
    matchers: tuple[Matcher, ...] = ()
    """Compiled matchers of middleware or proxy."""
    cached: Mapping[str, str] = field(default_factory=dict)
    """URL of each prerendered route to how long it is kept: seconds, or ``forever``."""
    routes: Mapping[str, str] = field(default_factory=dict)
    """Compiled entry (``/api/x/route``) to URL."""
    chunks: tuple[str, ...] = ()
    """Files below ``.next/static`` that browsers get, relative to the repository."""


def read_builds(root: Path, *, folders: Iterable[str] | None = None) -> tuple[Build, ...]:
    """Every ``.next`` of a repository; ``folders`` are those of its applications, the root and the usual workspaces by default."""
    given = tuple(folders) if folders is not None else tuple(_usual(root))
    return tuple(_read(root, folder) for folder in given if (root / folder / ".next").is_dir())


def oracle_of(builds: Iterable[Build]) -> str:
    """One sentence about the build output, for ``CodeMap.oracle``."""
    said = [build.says for build in builds]
    return (
        " ".join(said)
        if said
        else "No build output of Next.js (.next) was found: what is exposed and cached is told from the sources alone."
    )


def _usual(root: Path) -> Iterator[str]:
    yield ""
    for frame in ("apps", "packages", "frontend/apps"):
        folder = root / frame
        if folder.is_dir():
            yield from sorted(f"{frame}/{one.name}" for one in folder.iterdir() if one.is_dir())


def _read(root: Path, folder: str) -> Build:
    app = root / folder
    built = app / ".next"
    where = f"{folder}/.next" if folder else ".next"
    try:
        made_at = (built / "BUILD_ID").stat().st_mtime
    except OSError:
        return Build(root=folder, says=f"{where} holds no finished build (no BUILD_ID): it is not used.")
    newest, name = _newest(app)
    if newest > made_at:
        return Build(root=folder, says=f"{where} is older than {name}: it is not used. Build again to have it read.")
    broken: list[str] = []
    manifests = {file: _manifest(built, file, broken) for file in _FILES}
    return Build(
        root=folder,
        says=f"{where} is newer than the sources and was read{'; ' + ', '.join(broken) if broken else ''}.",
        used=True,
        actions=_actions(folder, manifests[_ACTIONS]),
        matchers=_matchers(manifests),
        cached=_cached(manifests["prerender-manifest.json"]),
        routes=_routes(manifests["app-path-routes-manifest.json"]),
        chunks=tuple(_chunks(root, built)),
    )


_ACTIONS = "server/server-reference-manifest.json"
_FILES = (
    _ACTIONS,
    "server/functions-config-manifest.json",
    "server/middleware-manifest.json",
    "prerender-manifest.json",
    "app-path-routes-manifest.json",
)


def _newest(app: Path) -> tuple[float, str]:
    """Time and name of the source file that was written last."""
    newest, name = 0.0, ""
    for folder, folders, files in os.walk(app):
        folders[:] = sorted(one for one in folders if one not in _SKIPPED)
        for file in files:
            if file.endswith(_SOURCES) and file != "next-env.d.ts":
                path = os.path.join(folder, file)  # noqa: PTH118  # a Path object per file costs more than the look
                try:
                    at = os.stat(path).st_mtime  # noqa: PTH116
                except OSError:
                    continue
                if at > newest:
                    newest, name = at, os.path.relpath(path, app).replace(os.sep, "/")
    return newest, name


def _manifest(built: Path, file: str, broken: list[str]) -> dict[str, Any]:
    """A manifest without its keys; empty when absent, with a word in ``broken`` when it is damaged."""
    path = built / file
    try:
        if path.stat().st_size > _LARGEST:
            broken.append(f"{file} is too large to be read")
            return {}
        value = json.loads(path.read_bytes(), object_pairs_hook=_without_keys)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError):
        broken.append(f"{file} could not be read")
        return {}
    return value if isinstance(value, dict) else {}


def _without_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: value for key, value in pairs if key.lower() not in _SECRETS}


def _actions(folder: str, manifest: Mapping[str, Any]) -> frozenset[tuple[str, str]] | None:
    """Next.js 15.4 and later name file and export; earlier ones give only hashes, which say nothing about the sources."""
    found = set()
    named = False
    for side in ("node", "edge"):
        entries = manifest.get(side)
        for entry in entries.values() if isinstance(entries, dict) else ():
            if (
                isinstance(entry, dict)
                and isinstance(entry.get("filename"), str)
                and isinstance(entry.get("exportedName"), str)
            ):
                named = True
                found.add((_in_repository(folder, entry["filename"]), entry["exportedName"]))
    return frozenset(found) if named or manifest.get("node") == {} else None


def _in_repository(folder: str, file: str) -> str:
    """A file of a manifest relative to the repository: they are relative to the application or to the workspace."""
    file = file.replace("\\", "/").removeprefix("./")
    return (
        file
        if not folder or file.startswith(f"{folder}/")
        else os.path.normpath(f"{folder}/{file}").replace(os.sep, "/")
    )


def _matchers(manifests: Mapping[str, Mapping[str, Any]]) -> tuple[Matcher, ...]:
    out = []
    for file, table in (
        ("server/functions-config-manifest.json", "functions"),
        ("server/middleware-manifest.json", "middleware"),
    ):
        functions = manifests[file].get(table)
        for name, function in functions.items() if isinstance(functions, dict) else ():
            if table == "functions" and name not in {"/_middleware", "/proxy", "/middleware"}:
                continue
            listed = function.get("matchers") if isinstance(function, dict) else None
            for one in listed if isinstance(listed, list) else ():
                if isinstance(one, dict) and isinstance(one.get("regexp"), str):
                    condition = ", ".join(
                        f"{says} {item.get('type', 'something')} {item.get('key', '')}".strip()
                        for key, says in (("has", "only with"), ("missing", "not with"))
                        for item in one.get(key) or ()
                        if isinstance(item, dict)
                    )
                    out.append(Matcher(one["regexp"], condition, compiled=True))
    return tuple(out)


def _cached(manifest: Mapping[str, Any]) -> dict[str, str]:
    out: dict[str, str] = {}
    routes = manifest.get("routes")
    for url, entry in routes.items() if isinstance(routes, dict) else ():
        if isinstance(url, str) and isinstance(entry, dict):
            seconds = entry.get("initialRevalidateSeconds")
            out[url] = str(seconds) if isinstance(seconds, int) and not isinstance(seconds, bool) else "forever"
            source = entry.get("srcRoute")
            if isinstance(source, str):
                out.setdefault(source, out[url])
    return out


def _routes(manifest: Mapping[str, Any]) -> dict[str, str]:
    return {key: value for key, value in manifest.items() if isinstance(value, str)}


def _chunks(root: Path, built: Path) -> Iterator[str]:
    static = built / "static"
    if static.is_dir():
        yield from sorted(path.relative_to(root).as_posix() for path in static.rglob("*") if path.is_file())


def exposed(entry: EntryPoint, builds: Iterable[Build]) -> bool | None:
    """Whether Next.js really exposes an action: None for other kinds, without a build, and for actions inside other functions."""
    if entry.kind is not EntryKind.ACTION or not entry.exported or entry.within:
        return None
    for build in builds:
        if build.used and build.actions is not None and (not build.root or entry.module.startswith(f"{build.root}/")):
            return (entry.module, entry.exported) in build.actions
    return None


def told_by_build(entry: EntryPoint, builds: Iterable[Build]) -> EntryPoint:
    """The entry with what the build knows better: compiled matchers that cover it, and how long its answer is kept (setting ``prerendered``)."""
    if not entry.path.startswith("/"):
        return entry
    for build in builds:
        if not build.used or build.root != entry.root:
            continue
        if build.matchers and entry.kind is not EntryKind.MIDDLEWARE:
            matching = [matcher for matcher in build.matchers if covers(matcher, entry.path)]
            best = min(matching, key=lambda matcher: bool(matcher.condition), default=None)
            if best is None:
                entry = replace(entry, covered_by="")
            elif not entry.covered_by:
                entry = replace(
                    entry,
                    covered_by=f"compiled middleware ({best.condition})" if best.condition else "compiled middleware",
                )
        kept = build.cached.get(entry.path)
        if (
            kept is not None
            and entry.verb in {"GET", ""}
            and entry.kind in {EntryKind.ROUTE, EntryKind.PAGE, EntryKind.SERVER_PROPS}
        ):
            entry = replace(entry, settings={**entry.settings, "prerendered": kept})
    return entry
