"""From files to URLs, as the Next.js app and pages routers do it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple


if TYPE_CHECKING:
    from assistant.collect.code.program import Program


_INTERCEPTS = re.compile(r"^((?:\(\.{1,3}\))+)(.+)$")
_FILE = re.compile(r"^(.+?)\.(?:tsx?|jsx?|mts|mjs|cts|cjs)$")
_FRAMES = {"apps", "packages"}


_TEST = re.compile(
    r"\.(?:test|spec|stories|e2e|cy|mock)\.\w+$|(?:^|/)(?:__tests__|__mocks__|__fixtures__|cypress|playwright)/|(?:^|/)(?:tests?|e2e)/(?!(?:.*/)?(?:route|page)\.)|(?:^|/)test_\w+\.py$"
)


def is_test(path: str) -> bool:
    """True for a test and what only tests use: nobody outside can call it."""
    return _TEST.search(path) is not None


class Routed(NamedTuple):
    """A file below an app or pages folder."""

    root: str
    """Folder of the application, without ``src``; empty for the root of the repository."""
    router: str
    """``app`` or ``pages``."""
    stem: str
    """File name without extension: route, page, index, [id]."""
    url: str
    """URL of the file's folder in the app router, of the file in the pages router."""
    private: bool
    """True below a folder that starts with an underscore: not routed."""


class Routes:
    """Which folders of a repository are routed."""

    def __init__(self, program: Program) -> None:
        """Applications are folders with a Next.js configuration or dependency."""
        roots = {
            path.rpartition("/")[0] for path in program.modules if path.rpartition("/")[2].startswith("next.config.")
        }
        for folder, package in program.resolver.packages.by_folder.items():
            for field in ("dependencies", "devDependencies"):
                names = package.content.get(field)
                if isinstance(names, dict) and "next" in names:
                    roots.add(folder)
        self._roots = roots
        self._levels: dict[str, set[str]] = {}
        for path in program.modules:
            routed = self.of(path)
            if routed is not None:
                src = f"{routed.root}/src" if routed.root else "src"
                self._levels.setdefault(routed.root, set()).add(src if path.startswith(f"{src}/") else routed.root)

    def is_root(self, folder: str) -> bool:
        """True for the folder of an application: known as one, or the one that holds its app or pages folder."""
        return folder in self._roots or folder in self._levels

    def holds_router(self, root: str, folder: str) -> bool:
        """True when the app or pages folder of an application stands in that folder: the root itself, or its ``src``; where none was found, either may."""
        return folder in self._levels.get(root, {folder})

    def of(self, path: str) -> Routed | None:
        """How a file is routed; None when it does not lie below an app or pages folder."""
        parts = path.split("/")
        match = _FILE.match(parts[-1])
        if match is None:
            return None
        at = self._folder(parts[:-1])
        if at is None:
            return None
        root = "/".join(parts[:at])
        root = root.removesuffix("/src") if root != "src" else ""
        router, stem, inner = parts[at], match.group(1), parts[at + 1 : -1]
        if router == "app":
            return Routed(root, router, stem, _app_url(inner), private=any(part.startswith("_") for part in inner))
        segments = inner if stem == "index" else [*inner, stem]
        return Routed(root, router, stem, "/" + "/".join(segments), private=False)

    def _folder(self, folders: list[str]) -> int | None:
        """Index of the routed folder: below a known application first, else the first that does not name one."""
        fallback = None
        for index, folder in enumerate(folders):
            if folder not in {"app", "pages"}:
                continue
            above = folders[:index]
            root = "/".join(above[:-1] if above and above[-1] == "src" else above)
            if root in self._roots:
                return index
            if fallback is None and not (above and above[-1] in _FRAMES):
                fallback = index
        return fallback


def _app_url(folders: list[str]) -> str:
    """Groups and slots left out, intercepting markers applied."""
    out: list[str] = []
    for folder in folders:
        match = _INTERCEPTS.match(folder)
        if match:
            for marker in re.findall(r"\(\.+\)", match.group(1)):
                if marker == "(...)":
                    out.clear()
                elif marker == "(..)" and out:
                    out.pop()
            out.append(match.group(2))
        elif not (folder.startswith("@") or (folder.startswith("(") and folder.endswith(")"))):
            out.append(folder.replace("%5F", "_"))
    return "/" + "/".join(out)
