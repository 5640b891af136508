"""One way into the program, before it is followed, and how its handler is looked up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from assistant.collect.code.entries_look import handler_of
from assistant.domain.syntax import Declare, Literal, Name, Record


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.collect.code.program import Program
    from assistant.domain.code import EntryKind
    from assistant.domain.syntax import Expression, Function, Module


_SETTINGS = frozenset(
    {
        "dynamic",
        "dynamicParams",
        "revalidate",
        "runtime",
        "fetchCache",
        "preferredRegion",
        "maxDuration",
        "experimental_ppr",
        "prerender",
        "ssr",
    }
)


class Before(NamedTuple):
    """Something that runs before a handler: router middleware, a router's dependencies."""

    module: str
    """Module in whose scope the expression stands."""
    expression: Expression
    """The middleware's expression."""
    named: str = ""
    """Dotted name of a class that settings name by text; empty where the expression says what it is."""
    within: tuple[Function, ...] = ()
    """Functions around the expression, outermost first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPoint:
    """One way into the program."""

    id: str
    """See ``Entry.id``; unique."""
    kind: EntryKind
    """How it is reached."""
    verb: str
    """GET, POST ..., ``*``, ``query``, ``mutation``; empty when it has none."""
    path: str
    """URL with ``[id]`` segments, or dotted path of a procedure."""
    module: str
    """Module in whose scope ``expression`` stands; the one that declares the handler, not the one that re-exports it."""
    symbol: str
    """Name of the handler as people call it: GET, handler, updateOrder."""
    expression: Expression
    """The handler: a Name, Lambda, or the whole wrapper or builder call."""
    at: tuple[int, int]
    """Byte range of the handler's function in ``module``; of the whole expression when the function stands elsewhere."""
    line: int
    """1-based line where the handler's own function starts; of the export or key when it is wrapped."""
    inputs: str
    """How its parameters are supplied: route, pages-api, action, page, metadata, server-props, procedure, safe-action, hono, ..."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Route settings of its module."""
    webhook: bool = False
    """Called by a provider and not by a person."""
    before: tuple[Before, ...] = ()
    """What the router runs before it, outermost first."""
    within: tuple[Function, ...] = ()
    """Functions around the expression, outermost first: their scope is its scope."""
    covered_by: str = ""
    """See ``Entry.covered_by``."""
    exported: str = ""
    """Public name of an action, for Next's own manifest."""
    root: str = ""
    """Folder of the application it belongs to, for middleware and manifests; empty for the root of the repository."""
    never_runs: bool = False
    """Middleware that Next.js does not look for where it stands."""


class Spot(NamedTuple):
    """Where a handler was found, before it becomes an entry point."""

    module: str
    """Module of the expression."""
    expression: Expression
    """The handler's expression."""
    key: int
    """Byte offset of the export, key or call that names it."""
    within: tuple[Function, ...] = ()
    """Functions around it."""


def point(
    program: Program,
    spot: Spot,
    *,
    id: str,  # noqa: A002  # the field's own name
    kind: EntryKind,
    inputs: str,
    symbol: str = "",
    verb: str = "",
    path: str = "",
    settings: Mapping[str, str] | None = None,
    webhook: bool = False,
    before: tuple[Before, ...] = (),
    exported: str = "",
    root: str = "",
) -> EntryPoint:
    """The entry point of a handler; its function is looked up through aliases and wrappers."""
    handler = handler_of(program, spot.module, spot.expression, spot.within)
    moved = handler.module != spot.module
    module = program.modules[handler.module]
    key = handler.key if handler.key is not None else spot.key
    function = handler.function
    at = (function.at, function.end) if function else (handler.expression.at, handler.expression.end)
    line = module.line(function.at) if function and handler.direct else module.line(key)
    own = dict(settings or {})
    if function:
        own |= {directive: directive for directive in function.directives if directive.startswith("use cache")}
    return EntryPoint(
        id=id,
        kind=kind,
        verb=verb,
        path=path,
        module=handler.module,
        symbol=symbol or handler.name or (function.name if function else ""),
        expression=handler.expression,
        at=at,
        line=line,
        inputs=inputs,
        settings=own,
        webhook=webhook,
        before=before,
        within=() if moved else spot.within,
        exported=exported,
        root=root,
    )


def settings_of(module: Module) -> dict[str, str]:
    """Route settings that a module exports, and its caching directives, as text."""
    out: dict[str, str] = {}
    for statement in module.body:
        if not isinstance(statement, Declare) or not isinstance(statement.pattern, Name):
            continue
        pattern = statement.pattern
        if pattern.id in _SETTINGS and (text := _text(statement.value)) is not None:
            out[pattern.id] = text
        elif pattern.id == "config" and isinstance(statement.value, Record):
            for entry in statement.value.entries:
                if entry.key in _SETTINGS and (text := _text(entry.value)) is not None:
                    out[entry.key] = text
    out |= {directive: directive for directive in module.directives if directive.startswith("use cache")}
    return out


def _text(value: Expression | None) -> str | None:
    if not isinstance(value, Literal):
        return None
    if isinstance(value.value, bool):
        return str(value.value).lower()
    return str(int(value.value)) if isinstance(value.value, float) and value.value.is_integer() else str(value.value)


def spot_of(program: Program, path: str, name: str) -> Spot | None:
    """Where the export of a module is declared; None for a type, a library's and a missing one."""
    found = program.exported(path, name)
    if found is None or found.local == "*":
        return None
    declaration = program.declaration(found)
    if declaration is None:
        return None
    return Spot(found.module, Name(found.local, declaration.at, declaration.end), declaration.at)
