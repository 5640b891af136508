"""Functions of services that code behind a real way in calls.

Such a service is told what its caller proved, and is judged where it is called. By itself it would be accused of what the caller checks.
Only functions that nobody behind a route, a page, an action or a procedure imports (a socket server, a bot) are looked at by themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.resolve_usage import names_read


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.collect.code.entries_point import EntryPoint
    from assistant.collect.code.program import Program


def called_behind_entries(program: Program, points: Iterable[EntryPoint]) -> frozenset[tuple[str, str]]:
    """Module and name of every function that the modules of entry points, and what these import, import by name."""
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
            if bound is not None:
                found.add((bound.module, bound.local))
        for target in program.imports(path):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return frozenset(found | set(_neighbours(program, found)))


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
