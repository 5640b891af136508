"""Exported functions of ``use server`` files that no code of the browser names.

Since version 15 Next.js gives an action that nothing hands to a browser an identifier that nobody can know and does not send it to anybody. Such
a function may be called by server code alone, like any other. Earlier versions make the identifier from the file's path and the name, so
that whoever knows the sources can call every one of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.collect.code.entries_actions import action_id
from assistant.collect.code.next_version import next_major
from assistant.collect.code.walking import nodes_of
from assistant.domain.syntax import Call, Name


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Module

_UNKNOWABLE_SINCE: Final = 15


def kept_back(program: Program) -> frozenset[str]:
    """The ids of actions that nothing hands to a browser, in applications of a version where that keeps people out."""
    exported: dict[tuple[str, str], list[str]] = {}
    for path, module in program.modules.items():
        if "use server" not in module.directives or next_major(program, path) < _UNKNOWABLE_SINCE:
            continue
        for name in program.export_names(path):
            found = program.exported(path, name)
            if found is not None:
                exported.setdefault((found.module, found.local), []).append(action_id(path, name))
    handed = frozenset(_handed(program, frozenset(exported))) if exported else frozenset()
    return frozenset(said for key, ids in exported.items() if key not in handed for said in ids)


def _handed(program: Program, exported: frozenset[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Module and name of every exported action that browser code imports, or that server code does more with than call it."""
    files = {module for module, _ in exported}
    browser = program.browser_modules()
    for path, module in program.modules.items():
        if module.language == "py":
            continue
        mentioned: frozenset[str] | None = None
        for one in module.imports:
            if one.type_only or not one.local:
                continue
            if one.name == "*":
                target = program.target(path, one.source)
                if target in files:
                    yield from (key for key in exported if key[0] == target)
                continue
            found = program.binding(path, one.local)
            if found is None or found.module not in files:
                continue
            if path not in browser:
                mentioned = _mentioned(module) if mentioned is None else mentioned
            if path in browser or one.local in (mentioned or ()):
                yield found.module, found.local
        targets = {program.target(path, one) for one in _taken_whole(module, browser=path in browser)}
        yield from (key for key in exported if key[0] in targets)


def _taken_whole(module: Module, *, browser: bool) -> Iterator[str]:
    """Modules that are loaded later; ``const { close } = await import("./actions")`` in server code names what it takes."""
    named = frozenset() if browser else frozenset(one.source for one in module.imports)
    return (one for one in module.lazy if one not in named)


def _mentioned(module: Module) -> frozenset[str]:
    """Names that a module does more with than call them: a prop, an argument, ``action.bind(null, id)``."""
    called: set[int] = set()
    out: set[str] = {export.local for export in module.exports if not export.source}
    for node in nodes_of(module.body):
        if type(node) is Call and type(node.callee) is Name:
            called.add(id(node.callee))
        elif type(node) is Name and id(node) not in called:
            out.add(node.id)
    return frozenset(out)
