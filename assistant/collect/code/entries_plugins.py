"""Plugins of a server: functions that are handed a child of it, and ``fp(plugin)``, whose hooks are the server's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from assistant.collect.code.entries_look import dotted
from assistant.collect.code.entries_registrations import without_servers
from assistant.domain.syntax import Call, Declare, Function, Lambda, Name


if TYPE_CHECKING:
    from assistant.collect.code.entries_registrations import Server
    from assistant.collect.code.program import Program

Ident = tuple[str, str]
"""A server object: its module and a name that is unique there."""
_OPENS = frozenset({"fp", "fastifyPlugin", "plugin"})
"""``fastify-plugin``: what such a plugin adds is there for whoever registered it."""


class Plugin(NamedTuple):
    """A function that is a plugin."""

    module: str
    """Module it stands in."""
    function: Function
    """The function."""
    is_open: bool
    """Its hooks run for the server that registers it, too."""


def plugin_of(program: Program, path: str, declaration: object) -> Plugin | None:
    """The plugin that a declaration is; None for a value."""
    if isinstance(declaration, Function):
        return Plugin(path, declaration, is_open=False)
    value = declaration.value if isinstance(declaration, Declare) else declaration
    if isinstance(value, Lambda):
        return Plugin(path, value.function, is_open=False)
    if isinstance(value, Call) and dotted(value.callee) in _OPENS and value.arguments:
        inner = value.arguments[0]
        found = program.meaning(path, inner.id) if isinstance(inner, Name) else None
        plugin = plugin_of(program, found.module, program.declaration(found)) if found else None
        if isinstance(inner, Lambda):
            plugin = Plugin(path, inner.function, is_open=True)
        return plugin._replace(is_open=True) if plugin else None
    return None


def open_up(found: dict[Ident, Server], opened: set[Ident], handed: set[Ident]) -> None:
    """Give every server the hooks of the open plugins that it registers, and of the functions that it is handed to, from the call on."""
    for _ in range(2):  # a plugin that registers one
        for server in found.values():
            taken = {(one.module, one.at) for one in server.events if one.kind == "use"}
            for event in list(server.events):
                child = found.get(event.child) if event.child in opened or event.child in handed else None
                hooks = [one for one in child.events if one.kind == "use"] if child is not None else []
                since = event.scope() if event.child in handed else None
                server.events += [one._replace(since=since) for one in hooks if (one.module, one.at) not in taken]


def settle(found: dict[Ident, Server], opened: set[Ident], handed: set[Ident]) -> None:
    """Whatever is mounted on a server is one."""
    waiting = [ident for ident, server in found.items() if server.framework]
    while waiting:
        server = found[waiting.pop()]
        for event in server.events:
            child = found.get(event.child) if event.child else None
            if child is not None and event.child and not child.framework:
                child.framework = server.framework
                waiting.append(event.child)
    open_up(found, opened, handed)
    for server in found.values():
        if server.framework:
            server.events = without_servers(server.events, found)
