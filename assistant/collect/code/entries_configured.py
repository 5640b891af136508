"""Routes that React Router's ``routes.ts`` lists: ``route("teams/:teamId", "teams/team.tsx", [index("teams/home.tsx")])``, each with the file that holds its loader and action."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from assistant.collect.code.entries_look import callee_of, text
from assistant.domain.syntax import Await, Call, Declare, Literal, Name, Record, Sequence, Spread


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Expression

_CONFIGS = ("@react-router/dev/routes", "@remix-run/route-config")
_DEEPEST = 12
"""Routes in routes."""


def configured(program: Program) -> dict[str, str]:
    """File to the address at which it is listed first."""
    found: dict[str, str] = {}
    for path, module in program.modules.items():
        if any(one.source in _CONFIGS for one in module.imports):
            declared = program.declared(path).get("default")
            listed = declared.value if isinstance(declared, Declare) else None
            for file, parts in _listed(program, path, listed, (), 0):
                target = _file(program, path, file)
                if target:
                    found.setdefault(target, "/" + "/".join(parts))
    return found


def _listed(
    program: Program, path: str, value: Expression | None, above: tuple[str, ...], depth: int
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Files below one list, one route or one name, with the segments of their address."""
    if isinstance(value, Spread):
        value = value.value
    if isinstance(value, Await):
        value = value.operand
    if isinstance(value, Name):
        declared = program.declaration(program.meaning(path, value.id))
        value = declared.value if isinstance(declared, Declare) else None
    if depth > _DEEPEST:
        return
    if isinstance(value, Sequence):
        for item in value.items:
            yield from _listed(program, path, item, above, depth + 1)
    if not isinstance(value, Call):
        return
    kind = callee_of(value)
    written = [text(one) for one in value.arguments if isinstance(one, Literal)]
    given = [one for one in written if one is not None]
    own = (*above, *_segments(given[0])) if kind in {"route", "prefix"} and given else above
    file = (
        given[1]
        if kind == "route" and len(given) > 1
        else given[-1]
        if given and kind in {"index", "layout", "route"}
        else ""
    )
    if file:
        yield file, own
    for one in value.arguments:
        if not isinstance(one, Literal | Record):
            yield from _listed(program, path, one, own, depth + 1)


def _segments(written: str) -> tuple[str, ...]:
    parts = [part.rstrip("?") for part in written.split("/") if part]
    return tuple(f"[{part[1:]}]" if part.startswith(":") else "[...]" if part == "*" else part for part in parts)


def _file(program: Program, path: str, file: str) -> str:
    """The module of a file, which is named from the folder in which the list stands."""
    named = posixpath.normpath(posixpath.join(posixpath.dirname(path), file))
    return named if named in program.modules else ""
