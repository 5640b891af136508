"""Every way into the program: who can be called from outside, and with what before it.

Finders live in ``entries_*`` by framework; here their results are put in order, made unique and joined with the middleware that covers them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.collect.code.entries_actions import action_entries
from assistant.collect.code.entries_builders import builder_entries
from assistant.collect.code.entries_django import django_entries
from assistant.collect.code.entries_edge import edge_entries
from assistant.collect.code.entries_endpoints import endpoint_entries
from assistant.collect.code.entries_graphql import graphql_entries
from assistant.collect.code.entries_jobs import job_entries, scheduled
from assistant.collect.code.entries_loaders import loader_entries
from assistant.collect.code.entries_middleware import covered, middleware_entries, middleware_files
from assistant.collect.code.entries_nest import nest_entries
from assistant.collect.code.entries_next import next_entries
from assistant.collect.code.entries_paths import Routes, is_test
from assistant.collect.code.entries_point import Before, EntryPoint
from assistant.collect.code.entries_procedures import procedure_entries
from assistant.collect.code.entries_python import python_entries
from assistant.collect.code.entries_resources import resource_entries
from assistant.collect.code.entries_services import component_entries, service_entries
from assistant.collect.code.entries_tools import tool_entries
from assistant.domain.code import EntryKind


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.collect.code.program import Program


__all__ = ["Before", "EntryPoint", "called_from_outside", "find_entries", "services_beside"]


def find_entries(program: Program) -> tuple[EntryPoint, ...]:
    """All entry points of a program, by file and line, with unique ids."""
    points = called_from_outside(program)
    return tuple(sorted((*points, *services_beside(program, points)), key=_by_place))


def called_from_outside(program: Program) -> tuple[EntryPoint, ...]:
    """Entry points that something outside the program calls, by file and line, with unique ids."""
    routes = Routes(program)
    middleware = middleware_files(program, routes)
    found = [
        *next_entries(program, routes),
        *action_entries(program),
        *builder_entries(program),
        *procedure_entries(program),
        *graphql_entries(program),
        *endpoint_entries(program, routes),
        *nest_entries(program),
        *edge_entries(program),
        *loader_entries(program),
        *job_entries(program),
        *tool_entries(program),
        *python_entries(program),
        *resource_entries(program),
        *django_entries(program),
        *component_entries(program),
        *middleware_entries(program, middleware),
    ]
    found = scheduled(program, (covered(entry, middleware) for entry in found if not is_test(entry.module)))
    found = _served(found)
    known = {(entry.module, entry.at) for entry in found if entry.kind is not EntryKind.COMPONENT}
    found = [entry for entry in found if entry.kind is not EntryKind.COMPONENT or (entry.module, entry.at) not in known]
    found.sort(key=_by_place)
    return tuple(_unique(found))


def services_beside(program: Program, points: Iterable[EntryPoint]) -> tuple[EntryPoint, ...]:
    """Functions that are told who the caller is, without those that are an entry point of a kind that says more."""
    known = {(point.module, point.at) for point in points}
    found = [entry for entry in service_entries(program) if (entry.module, entry.at) not in known]
    return tuple(_unique(sorted((entry for entry in found if not is_test(entry.module)), key=_by_place)))


def _by_place(entry: EntryPoint) -> tuple[str, int, tuple[int, int], str]:
    return entry.module, entry.line, entry.at, entry.id


def _unique(entries: list[EntryPoint]) -> Iterator[EntryPoint]:
    """Ids that several entries have are told apart by their file, then by a number."""
    count = Counter(entry.id for entry in entries)
    taken: Counter[str] = Counter()
    for entry in entries:
        name = entry.id if count[entry.id] == 1 else f"{entry.id} in {entry.module}"
        taken[name] += 1
        yield (
            entry
            if name == entry.id and taken[name] == 1
            else replace(entry, id=name if taken[name] == 1 else f"{name} ({taken[name]})")
        )


def _served(entries: list[EntryPoint]) -> list[EntryPoint]:
    """Without API routes whose file exports a router: its handlers are entries with a verb each."""
    routers = {entry.path for entry in entries if entry.kind is EntryKind.PAGES_API and entry.verb != "*"}
    return [
        entry
        for entry in entries
        if entry.kind is not EntryKind.PAGES_API or entry.verb != "*" or entry.path not in routers
    ]
