"""A repository's modules with their imports resolved: what a name means, where it is declared, who imports whom.

Names of one file are looked up in that file; an import is followed through re-exports, ``export *`` and barrels to the module that declares it.
Nothing outside the repository is looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from assistant.collect.code.resolve import Resolver
from assistant.collect.code.resolve_graph import Graph
from assistant.collect.code.resolve_usage import names_of
from assistant.domain.syntax import (
    Class,
    Declare,
    Define,
    DefineClass,
    Function,
    If,
    Try,
)


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assistant.domain.syntax import Export, Import, Module, Statement


class Found(NamedTuple):
    """Where a name is declared."""

    module: str
    """Path of the declaring module."""
    local: str
    """Name it has there; ``*`` for the whole module, ``default`` for an anonymous default export."""


Declaration: TypeAlias = Declare | Function | Class
"""What a top-level name stands for; a name inside a pattern gives the whole ``Declare``."""


class Program:
    """Modules by path, and the answers to questions about their names."""

    def __init__(self, modules: Mapping[str, Module], manifests: Mapping[str, bytes] | None = None) -> None:
        """``manifests`` are the files that say what a specifier means: package.json, tsconfig, deno.json, pnpm-workspace.yaml."""
        self.modules = modules
        self.manifests = manifests or {}
        self.resolver = Resolver(modules, self.manifests)
        self._imports: dict[str, dict[str, Import]] = {}
        self._declared: dict[str, dict[str, Declaration]] = {}
        self._exported: dict[tuple[str, str], Found | None] = {}
        self._stars: dict[str, tuple[str, ...]] = {}
        self._offers: dict[str, tuple[Mapping[str, Export], tuple[str, ...]]] = {}
        self._graph: Graph | None = None

    def module(self, path: str) -> Module | None:
        """The module at a path; None when there is none."""
        return self.modules.get(path)

    def target(self, path: str, specifier: str) -> str | None:
        """The file of the repository that a specifier means in the file at ``path``; None for a library and for what is missing."""
        return self.resolver.target(path, specifier)

    def missing(self, path: str, specifier: str) -> bool:
        """True when the specifier should be a source file of the repository and none is there."""
        return self.resolver.missing(path, specifier)

    def imported(self, path: str, local: str) -> Import | None:
        """The import that binds a name in a module; None when the name is not imported."""
        if path not in self._imports:
            module = self.modules.get(path)
            self._imports[path] = {one.local: one for one in module.imports if one.local} if module else {}
        return self._imports[path].get(local)

    def declared(self, path: str) -> Mapping[str, Declaration]:
        """Top-level names of a module with what they stand for."""
        if path not in self._declared:
            module = self.modules.get(path)
            self._declared[path] = dict(_declarations(module.body)) if module else {}
        return self._declared[path]

    def exported(self, path: str, name: str) -> Found | None:
        """Where the export of a module is declared; None when it comes from a library or does not exist."""
        return self._export(path, name, set())

    def binding(self, path: str, local: str) -> Found | None:
        """Where an imported name is declared; None for a name that is not imported, a library's or a missing one."""
        return self._binding(path, local, set())

    def meaning(self, path: str, local: str) -> Found | None:
        """Where a name of a module is declared: here, or where it was imported from."""
        if local in self.declared(path):
            return Found(path, local)
        return self.binding(path, local)

    def declaration(self, found: Found | None) -> Declaration | None:
        """What stands at such a place."""
        return self.declared(found.module).get(found.local) if found else None

    def export_names(self, path: str) -> tuple[str, ...]:
        """Public names of a module in source order, those of ``export *`` included, types left out."""
        return tuple(dict.fromkeys(self._export_names(path, set())))

    @property
    def graph(self) -> Graph:
        """Who imports whom."""
        if self._graph is None:
            self._graph = Graph(self)
        return self._graph

    def imports(self, path: str) -> tuple[str, ...]:
        """Modules whose code a module pulls in; types dropped, barrels per name."""
        return self.graph.imports(path)

    def importers(self, path: str) -> tuple[str, ...]:
        """Modules that pull in the code of a module."""
        return self.graph.importers(path)

    def browser_modules(self) -> Mapping[str, tuple[str, ...]]:
        """Modules that reach the browser, each with the files from its root to it."""
        return self.graph.browser_modules()

    def _export_names(self, path: str, seen: set[str]) -> Iterator[str]:
        module = self.modules.get(path)
        if module is None or path in seen:
            return
        seen.add(path)
        for export in module.exports:
            if export.type_only:
                continue
            if export.name != "*":
                yield export.name
            elif (target := self.target(path, export.source)) is not None:
                yield from (name for name in self._export_names(target, seen) if name != "default")

    def _export(self, path: str, name: str, seen: set[tuple[str, str]]) -> Found | None:
        key = (path, name)
        if key in self._exported:
            return self._exported[key]
        if key in seen:
            return None
        whole = not seen  # on the way through a barrel, a circle may have cut the answer short
        seen.add(key)
        found = self._look(path, name, seen)
        if whole:
            self._exported[key] = found
        return found

    def _look(self, path: str, name: str, seen: set[tuple[str, str]]) -> Found | None:
        module = self.modules.get(path)
        if module is None:
            return None
        if name == "*":
            return Found(path, "*")
        if module.language == "py":
            return self._own(path, name, seen)
        named, stars = self._offered(module)
        export = named.get(name)
        if export is not None:
            if not export.source:
                return self._own(path, export.local, seen)
            target = self.target(path, export.source)
            return self._export(target, export.local, seen) if target else None
        if name != "default":
            for target in stars:
                found = self._export(target, name, seen)
                if found is not None:
                    return found
        return None

    def _offered(self, module: Module) -> tuple[Mapping[str, Export], tuple[str, ...]]:
        """The first export of each name, and the files of ``export *``; types left out."""
        known = self._offers.get(module.path)
        if known is None:
            values = [export for export in module.exports if not export.type_only]
            targets = (self.target(module.path, export.source) for export in values if export.name == "*")
            known = {export.name: export for export in reversed(values)}, tuple(path for path in targets if path)
            self._offers[module.path] = known
        return known

    def _own(self, path: str, local: str, seen: set[tuple[str, str]]) -> Found | None:
        """A name as the module itself knows it."""
        if local in self.declared(path):
            return Found(path, local)
        return self._binding(path, local, seen)

    def _binding(self, path: str, local: str, seen: set[tuple[str, str]]) -> Found | None:
        one = self.imported(path, local)
        if one is None:
            return self._submodule(path, local) or self._starred(path, local, seen)
        target = self.target(path, one.source)
        if one.name == "*":
            return self._whole(target, seen) if target else None
        if target:
            found = self._export(target, one.name, seen)
            if found is not None:
                return found
        if path.endswith(".py"):
            dotted = f"{one.source}{one.name}" if one.source.endswith(".") else f"{one.source}.{one.name}"
            inner = self.target(path, dotted)
            return Found(inner, "*") if inner else None
        if target and one.name == "default" and self.modules[target].language == "js" and not self._has_default(target):
            return Found(target, "*")
        return None

    def _has_default(self, path: str) -> bool:
        return any(export.name == "default" for export in self.modules[path].exports)

    def _whole(self, target: str, seen: set[tuple[str, str]]) -> Found:
        """A whole module: of a CommonJS module that exports one thing, that thing."""
        exports = self.modules[target].exports
        if exports and self.modules[target].language == "js" and all(export.name == "default" for export in exports):
            return self._export(target, "default", seen) or Found(target, "*")
        return Found(target, "*")

    def _starred(self, path: str, local: str, seen: set[tuple[str, str]]) -> Found | None:
        """A name that ``from module import *`` brought; the last one wins, and what begins with an underscore stays at home."""
        if local.startswith("_"):
            return None
        for source in self.stars(path):
            target = self.target(path, source)
            found = self._export(target, local, seen) if target else None
            if found is not None:
                return found
        return None

    def stars(self, path: str) -> tuple[str, ...]:
        """What a Python module imports everything from, the last one first."""
        if path not in self._stars:
            module = self.modules.get(path)
            imports = module.imports if module is not None and module.language == "py" else ()
            found = tuple(one.source for one in reversed(imports) if one.name == "*" and not one.local)
            self._stars[path] = found
        return self._stars[path]

    def _submodule(self, path: str, local: str) -> Found | None:
        """A name that a Python package has because a module of that name lies in it."""
        if path.endswith("/__init__.py") and (inner := self.target(path, f".{local}")):
            return Found(inner, "*")
        return None


def _declarations(body: tuple[Statement, ...]) -> Iterator[tuple[str, Declaration]]:
    """Top-level names; those inside a top-level ``if`` or ``try`` too, as Python does it."""
    for statement in body:
        if isinstance(statement, Declare):
            for name in names_of(statement.pattern):
                yield name, statement
        elif isinstance(statement, Define):
            yield statement.function.name or "default", statement.function
        elif isinstance(statement, DefineClass):
            yield statement.klass.name or "default", statement.klass
        elif isinstance(statement, If):
            yield from _declarations(statement.then)
            yield from _declarations(statement.otherwise)
        elif isinstance(statement, Try):
            yield from _declarations(statement.body)
            yield from _declarations(statement.handler)
