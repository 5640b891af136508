"""``middleware.ts`` and ``proxy.ts``: entry points of their own, and what they cover of the others."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from assistant.collect.code.entries_point import EntryPoint, point, settings_of, spot_of
from assistant.collect.code.matchers import Matcher, covers, matchers_of
from assistant.collect.code.next_version import next_major
from assistant.domain.code import EntryKind


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.collect.code.entries_paths import Routes
    from assistant.collect.code.program import Program


_KNOWS_PROXY = 16
_FILE = re.compile(r"(?:^|(.*)/)(middleware|proxy)\.(?:ts|js|mts|mjs|tsx|jsx)$")


class Middleware(NamedTuple):
    """One middleware file."""

    path: str
    root: str
    """Folder of its application."""
    matchers: tuple[Matcher, ...]
    runs: bool
    """False where Next.js does not look for it: in another folder than the app or pages folder stands in, or under a name that this version does not know."""


def middleware_files(program: Program, routes: Routes) -> tuple[Middleware, ...]:
    """Files that are written as Next.js's middleware at the top of an application, or in its ``src``."""
    out = []
    for path in program.modules:
        match = _FILE.match(path)
        if match is None:
            continue
        folder = match.group(1) or ""
        root = folder.removesuffix("src").rstrip("/") if folder == "src" or folder.endswith("/src") else folder
        names = set(program.export_names(path))
        if routes.is_root(root) and names & {"default", match.group(2)}:
            runs = routes.holds_router(root, folder) and not (
                match.group(2) == "proxy" and 0 < next_major(program, path) < _KNOWS_PROXY
            )
            out.append(Middleware(path, root, matchers_of(program, path), runs))
    return tuple(out)


def middleware_entries(program: Program, files: Iterable[Middleware]) -> Iterator[EntryPoint]:
    """The functions themselves."""
    for one in files:
        module = program.modules[one.path]
        name = "proxy" if one.path.rpartition("/")[2].startswith("proxy") else "middleware"
        spot = spot_of(program, one.path, "default") or spot_of(program, one.path, name)
        if spot is not None:
            entry = point(
                program,
                spot,
                id=f"middleware {one.path}",
                kind=EntryKind.MIDDLEWARE,
                inputs="middleware",
                symbol=name,
                settings=settings_of(module),
            )
            yield replace(entry, root=one.root, never_runs=not one.runs)


def covered(entry: EntryPoint, files: Iterable[Middleware]) -> EntryPoint:
    """The entry with the middleware that matches its path; unconditional matchers first."""
    if not entry.path.startswith("/") or entry.kind is EntryKind.MIDDLEWARE:
        return entry
    for one in files:
        if one.root != entry.root or not one.runs:
            continue
        matching = [matcher for matcher in one.matchers if covers(matcher, entry.path)]
        if matching:
            best = min(matching, key=lambda matcher: bool(matcher.condition))
            return replace(entry, covered_by=f"{one.path}: {best}")
    return entry
