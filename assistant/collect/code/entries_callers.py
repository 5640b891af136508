"""Who calls a function that registers routes or makes a router, and what it is handed there: ``registerInvoices(app, { store })``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from assistant.collect.code.entries_look import function_in, nodes_within
from assistant.collect.code.entries_providers import of_tests
from assistant.domain.syntax import Attribute, Call, Name


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Expression, Function, Module

_PLUGS = frozenset({"register", "use", "plugin"})
"""``app.register(routes, { store })``: the server itself comes first."""


class Site(NamedTuple):
    """A call of a function, outside of tests."""

    module: str
    within: tuple[Function, ...]
    """Functions around the call, outermost first."""
    arguments: tuple[Expression | None, ...]
    """By the number of the parameter; None for the server that a plugin is given."""


class Callers:
    """Calls of the functions of a program, looked for when somebody asks."""

    def __init__(self, program: Program) -> None:
        """Of all its modules."""
        self._program = program
        self._calls: dict[str, dict[str, list[Site]]] = {}
        self._sites: dict[tuple[str, int], tuple[Site, ...]] = {}

    def of(self, module: str, function: Function) -> tuple[Site, ...]:
        """Where a top-level function of a module is called, by path."""
        key = (module, function.at)
        if key not in self._sites:
            found = self._program.modules.get(module)
            plain = found is not None and found.language != "py" and bool(function.name)
            self._sites[key] = tuple(self._found(module, function)) if plain else ()
        return self._sites[key]

    def _found(self, module: str, function: Function) -> Iterator[Site]:
        for path in sorted({module, *self._program.importers(module)}):
            for name, sites in self._calls_in(path).items():
                if self._is(path, name, module, function):
                    yield from sites

    def _is(self, path: str, name: str, module: str, function: Function) -> bool:
        """A name of one module is a function of another."""
        meant = self._program.meaning(path, name)
        if meant is not None and meant.local == "*":
            meant = self._program.exported(meant.module, "default")
        if meant is None or meant.module != module:
            return False
        declared = function_in(self._program.declaration(meant))
        return declared is not None and declared.at == function.at

    def _calls_in(self, path: str) -> dict[str, list[Site]]:
        """Calls of a module by the plain name that is called."""
        known = self._calls.get(path)
        if known is None:
            known = self._calls[path] = {}
            found = self._program.modules.get(path)
            if found is not None and found.language != "py" and not of_tests(path):
                for name, site in _calls(found):
                    known.setdefault(name, []).append(site)
        return known


def _calls(module: Module) -> Iterator[tuple[str, Site]]:
    for node, within in nodes_within(module.body, Call):
        if not isinstance(node, Call):
            continue
        first = node.arguments[0] if node.arguments else None
        if isinstance(node.callee, Name):
            yield node.callee.id, Site(module.path, within, node.arguments)
        elif isinstance(node.callee, Attribute) and node.callee.name in _PLUGS and isinstance(first, Name):
            yield first.id, Site(module.path, within, (None, *node.arguments[1:]))
