"""Functions of services that code behind a real way in calls.

Such a service is told what its caller proved, and is judged where it is called. By itself it would be accused of what the caller checks.
Only functions that nobody behind a route, a page, an action or a procedure imports (a socket server, a bot) are looked at by themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.resolve_usage import names_read
from assistant.domain.syntax import Declare, Define, Name


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.collect.code.entries_point import EntryPoint
    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Module, Statement

_FOUND_BY_NAME = frozenset({"default", "handler", "main", "run"})
"""Exports that hosts and frameworks look for."""


def called_behind_entries(
    program: Program, points: Iterable[EntryPoint], within: frozenset[str]
) -> frozenset[tuple[str, str]]:
    """Module and name of every function of the modules ``within`` that the modules of entry points, and what these import, import by name."""
    if not within:
        return frozenset()
    waiting = sorted({point.module for point in points})
    seen = set(waiting)
    found: set[tuple[str, str]] = set()
    while waiting:
        path = waiting.pop()
        module = program.module(path)
        if module is None:
            continue
        for one in module.imports:
            bound = program.binding(path, one.local) if one.local and not one.type_only else None
            if bound is not None and bound.module in within:
                found.add((bound.module, bound.local))
        for target in program.imports(path):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return frozenset(found | set(_neighbours(program, found)))


def named_nowhere(program: Program, path: str, name: str) -> bool:
    """No other file of an application imports a function by its name or its module as a whole, and its own module does not read it: nobody can call it yet.

    A package that is published may be called from outside, and so may what a framework finds by a name of its own.
    """
    if name in _FOUND_BY_NAME or not _is_application(program, path):
        return False
    own = program.module(path)
    if own is None or any(name in names_read(one) for one in own.body if not _defines(one, name)):
        return False
    return not any(_names_it(program, other, path, name) for other in program.modules.values() if other.path != path)


def _names_it(program: Program, module: Module, path: str, name: str) -> bool:
    for one in module.imports:
        if one.name == name or (one.name == "*" and program.target(module.path, one.source) == path):
            return True
    for passed in module.exports:
        if passed.source and passed.local in {name, "*"} and program.target(module.path, passed.source) == path:
            return True
    named = {
        one.source for one in module.imports if one.name != "*"
    }  # ``const { charge } = await import("@/lib/stripe")``
    return any(program.target(module.path, one) == path for one in module.lazy if one not in named)


def _is_application(program: Program, path: str) -> bool:
    package = program.resolver.packages.near(path)
    if package is None:
        return False
    said = package.content
    return said.get("private") is True or "next" in (said.get("dependencies") or {})


def _defines(statement: Statement, name: str) -> bool:
    if isinstance(statement, Declare):
        return isinstance(statement.pattern, Name) and statement.pattern.id == name
    return isinstance(statement, Define) and statement.function.name == name


def _neighbours(program: Program, found: set[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """Functions of the same module that such a function names."""
    waiting = sorted(found)
    done = set(found)
    while waiting:
        path, name = waiting.pop()
        declared = program.declared(path)
        if name not in declared:
            continue
        for read in sorted(names_read(declared[name])):
            if read in declared and (path, read) not in done:
                done.add((path, read))
                waiting.append((path, read))
                yield path, read
