"""Functions below the entry points: services that are told who the caller is, and browser code that speaks to the database itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.entries_look import callee_of
from assistant.collect.code.entries_point import EntryPoint, point, spot_of
from assistant.domain.code import EntryKind
from assistant.domain.syntax import Declare, Function, Lambda, Name, RecordPattern


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Parameter, Pattern


_CALLER = re.compile(
    r"^(?:(?:current|session|auth|acting|caller|request(?:ing|er)|owner|author|creator|member|admin|vendor|seller|customer|account|profile)?_?(?:user|User)(?:_?[iI][dD])?"
    r"|user_?[iI]d|user|userEmail|session|ctx|context|caller|viewer|actor|principal|auth|me|(?:workspace|team|org|organization|organisation|tenant|account|company|owner"
    r"|member|vendor|project|shop|store|customer)(?:_?[iI][dD]))$"
)
_INPUT = re.compile(
    r"(?:^|[a-z_])(?:id|Id|ID|ids|Ids|slug|Slug|key|token|input|data|params|payload|body|values|args|opts|options|update|patch|form|dto|email|name)s?$"
)
_DATABASES = re.compile(
    r"^(?:npm:)?(?:@supabase/|firebase(?:/|$)|@firebase/|@react-native-firebase/|convex/react|appwrite$|pocketbase$)"
)
"""Clients that work in a browser; an ORM there is a type or an enum."""
_NO_SERVICE = re.compile(
    r"(?:^|/)(?:scripts?|prisma|migrations?|seeds?|bin|cli|emails?|ui|components|hooks|stores?|types|constants)/|\.(?:config|d)\.\w+$|(?:^|/)seed\.\w+$"
)


def service_entries(program: Program) -> Iterator[EntryPoint]:
    """Exported functions of server modules that take the caller together with something else."""
    browser = program.browser_modules()
    for path, module in program.modules.items():
        if module.language == "py" or path in browser or "use server" in module.directives or _NO_SERVICE.search(path):
            continue
        for export in module.exports:
            if export.type_only or export.source or export.name == "*":
                continue
            function = _function(program, path, export.local)
            if function is None or not _is_service(function):
                continue
            spot = spot_of(program, path, export.name)
            if spot is not None and spot.module == path:
                yield point(
                    program,
                    spot,
                    id=f"service {path}#{export.name}",
                    kind=EntryKind.SERVICE,
                    inputs="service",
                    symbol=export.name if export.name != "default" else function.name,
                )


def _function(program: Program, path: str, local: str) -> Function | None:
    declaration = program.declared(path).get(local)
    if isinstance(declaration, Function):
        return declaration
    if isinstance(declaration, Declare) and isinstance(declaration.pattern, Name):
        value = declaration.value
        if isinstance(value, Lambda):
            return value.function
        if callee_of(value).rpartition(".")[2] in {"cache", "unstable_cache", "memoize", "withSpan"}:
            return next((one.function for one in getattr(value, "arguments", ()) if isinstance(one, Lambda)), None)
    return None


def _is_service(function: Function) -> bool:
    """Caller and something else, as parameters or as fields of one parameter."""
    names = [name for parameter in function.parameters for name in _names(parameter)]
    callers = [name for name in names if _CALLER.match(name)]
    others = [name for name in names if name not in callers[:1] and (_INPUT.search(name) or _CALLER.match(name))]
    return bool(callers and others)


def _names(parameter: Parameter) -> list[str]:
    pattern = parameter.pattern
    if isinstance(pattern, Name):
        return [pattern.id, *re.findall(r"(\w+)\??\s*:", parameter.annotation)]
    if isinstance(pattern, RecordPattern):
        return [part.key for part in pattern.parts if not (part.key in _AROUND and _names_nobody(part.pattern))]
    return []


_AROUND = frozenset({"ctx", "context"})


def _names_nobody(pattern: Pattern) -> bool:
    """``{ context: { prisma, workspaceId } }``: what a job hands around, and nobody who calls."""
    if not isinstance(pattern, RecordPattern):
        return False
    return not any(_CALLER.match(part.key) and not part.key.lower().startswith(_HOUSES) for part in pattern.parts)


_HOUSES = ("workspace", "team", "org", "tenant", "company", "project", "shop", "store")


def component_entries(program: Program) -> Iterator[EntryPoint]:
    """Exported functions of browser modules in which a database client is imported."""
    clients: dict[str, bool] = {}
    opening = {
        path
        for path, module in program.modules.items()
        if any(not one.type_only and _opens(program, path, one.source, clients) for one in module.imports)
    }
    for path in program.browser_modules() if opening else ():
        if path not in opening:
            continue
        module = program.modules[path]
        for export in module.exports:
            function = None if export.type_only or export.source else _function(program, path, export.local)
            spot = spot_of(program, path, export.name) if function else None
            if function is not None and spot is not None and spot.module == path:
                yield point(
                    program,
                    spot,
                    id=f"component {path}#{export.name}",
                    kind=EntryKind.COMPONENT,
                    inputs="component",
                    symbol=export.name if export.name != "default" else function.name,
                )


def _opens(program: Program, path: str, source: str, clients: dict[str, bool]) -> bool:
    """True for a database library and for a module of the repository that imports one."""
    if _DATABASES.match(source):
        return True
    target = program.target(path, source)
    if target is None:
        return False
    if target not in clients:
        module = program.modules[target]
        clients[target] = "use server" not in module.directives and any(
            not one.type_only and _DATABASES.match(one.source) for one in module.imports
        )
    return clients[target]
