"""Who imports whom, and what of it reaches the browser.

An import of a type is no edge: a name that the target exports but does not declare as a value is one. A barrel (a module that only re-exports)
is passed per name, so that one exported component does not drag its neighbours along.
"""

from __future__ import annotations

import re
from collections import deque
from itertools import pairwise
from typing import TYPE_CHECKING

from assistant.collect.code.resolve_usage import names_for_the_browser, names_read


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Module


_PAGES = re.compile(r"(?:^|/)pages/(?!api/)(?!_document\.).*\.(?:tsx|jsx|js|ts)$")
_MOUNTS = {"createRoot", "hydrateRoot", "render", "hydrate", "createApp", "registerRootComponent"}


class Graph:
    """Edges of a program, made when first asked for."""

    def __init__(self, program: Program) -> None:
        """Nothing is read yet."""
        self._program = program
        self._edges: dict[str, tuple[str, ...]] = {}
        self._back: dict[str, tuple[str, ...]] | None = None
        self._browser: dict[str, tuple[str, ...]] | None = None
        self._kept: dict[str, tuple[str, ...]] | None = None

    def imports(self, path: str) -> tuple[str, ...]:
        """Modules whose code a module pulls in."""
        if path not in self._edges:
            module = self._program.module(path)
            self._edges[path] = tuple(dict.fromkeys(self._targets(module, None))) if module else ()
        return self._edges[path]

    def importers(self, path: str) -> tuple[str, ...]:
        """Modules that pull in the code of a module."""
        if self._back is None:
            back: dict[str, list[str]] = {}
            for one in self._program.modules:
                for target in self.imports(one):
                    back.setdefault(target, []).append(one)
            self._back = {target: tuple(ones) for target, ones in back.items()}
        return self._back.get(path, ())

    def browser_modules(self) -> Mapping[str, tuple[str, ...]]:
        """Modules that reach the browser with the files that lead there; ``use server`` modules stop the way."""
        if self._browser is None:
            self._browser = self._spread(elide=False)
        return self._browser

    def chain_to_browser(self, path: str) -> tuple[str, ...]:
        """Files that lead from browser code to a module; imports of which only the type is used (``typeof auth``) lead nowhere."""
        chain = self.browser_modules().get(path, ())
        if not any(target not in self._used(source, None) for source, target in pairwise(chain)):
            return chain
        if self._kept is None:
            self._kept = self._spread(elide=True)
        return self._kept.get(path, ())

    def _spread(self, *, elide: bool) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        waiting: deque[tuple[str, frozenset[str] | None]] = deque()
        for path, names in self._roots():
            found[path] = (path,)
            waiting.append((path, names))
        while waiting:
            path, names = waiting.popleft()
            for target in self._used(path, names) if elide else self._pulled(path, names):
                if target not in found and "use server" not in self._program.modules[target].directives:
                    found[target] = (*found[path], target)
                    waiting.append((target, None))
        return found

    def _pulled(self, path: str, names: frozenset[str] | None) -> tuple[str, ...]:
        if names is None:
            return self.imports(path)
        return tuple(dict.fromkeys(self._targets(self._program.modules[path], names)))

    def _used(self, path: str, names: frozenset[str] | None) -> tuple[str, ...]:
        """The same without imports that the compiler takes out, because no value of theirs is read."""
        module = self._program.modules[path]
        if module.language == "js" or not module.body:
            return self._pulled(path, names)
        read = names_read(module.body) | {export.local for export in module.exports if not export.source}
        return tuple(dict.fromkeys(self._targets(module, read if names is None else read & names)))

    def _roots(self) -> Iterator[tuple[str, frozenset[str] | None]]:
        """Modules where the browser begins, with the names of theirs it keeps (None for all)."""
        program = self._program
        routed = {root for root in map(_pages_root, program.modules) if root is not None}
        for path, module in program.modules.items():
            if module.language == "py":
                continue
            if "use client" in module.directives:
                yield path, None
            elif _PAGES.search(path) and _pages_root(path) in routed and self._is_page(path, module):
                yield path, names_for_the_browser(module)
            elif _mounts(module):
                yield path, None

    def _is_page(self, path: str, module: Module) -> bool:
        """True for a page of the pages router and not for a folder of that name elsewhere."""
        if not any(export.name == "default" for export in module.exports):
            return False
        root = _pages_root(path)
        packages = self._program.resolver.packages.by_folder
        package = packages.get(root or "") or packages.get((root or "").removesuffix("src").rstrip("/"))
        if package is None:
            return root in {"", "src"}
        return any(
            "next" in (package.content.get(field) or {})
            for field in ("dependencies", "devDependencies", "peerDependencies")
        )

    def _targets(self, module: Module, kept: frozenset[str] | None) -> Iterator[str]:
        program = self._program
        path = module.path
        passes = {export.local for export in module.exports if not export.source} if not module.body else frozenset()
        for one in module.imports:
            if (
                one.type_only
                or (kept is not None and one.local and one.local not in kept)
                or (one.local and one.local in passes)
            ):
                continue
            target = program.target(path, one.source)
            if target is None:
                if path.endswith(".py") and (found := program.binding(path, one.local)):
                    yield found.module
                continue
            if not one.local or one.name == "*":
                yield target
                continue
            found = program.binding(path, one.local)
            if found is not None:
                if found.module != target and program.modules[target].body:
                    yield target
                yield found.module
            elif program.modules[target].gaps or program.modules[target].language == "js":
                yield target
        for specifier in module.lazy:
            if target := program.target(path, specifier):
                yield target


def _pages_root(path: str) -> str | None:
    """Folder that holds ``pages``; None when there is none."""
    match = _PAGES.search(path)
    return path[: match.start()] if match else None


def _mounts(module: Module) -> bool:
    """True for the module in which a single-page application begins; tests are none."""
    sources = {one.source for one in module.imports}
    if any(source.startswith(("@testing-library", "vitest")) for source in sources):
        return False
    return "react-dom/client" in sources or any(
        one.name in _MOUNTS and one.source.startswith(("react-dom", "vue", "expo", "preact")) for one in module.imports
    )
