"""One call on a server object: a handler for a path, middleware, or another server below a prefix."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from assistant.collect.code.entries_look import text, value_of
from assistant.domain.syntax import Call, Declare, Index, Literal, Name, Record, Sequence, Spread, Template


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assistant.collect.code.entries_look import Link
    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Expression, Function


VERBS = {
    "get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE", "del": "DELETE", "all": "*", "any": "*",
    "options": "OPTIONS", "head": "HEAD", "openapi": "", "on": "", "ws": "WS", "websocket": "WS",
}  # fmt: skip
_MOUNTS = frozenset({"route", "register", "group", "mount", "guard"})
_HOOKS = ("onRequest", "preParsing", "preValidation", "preHandler", "beforeHandle", "onBeforeHandle")
_PARAMETER = re.compile(r":(\w+)(?:\{[^}]*\}|\([^)]*\))?[+*?]?|\{(\w+)(?::[^}]*)?\}|<(?:[^<>:]+:)?(\w+)>")


class Event(NamedTuple):
    """Something that was registered on a server."""

    kind: str
    """``handler``, ``use``, ``mount``, or ``typed``: a mount that only the type of a parameter tells."""
    verb: str
    """GET, POST ..., ``*``."""
    path: str
    """As written; empty when there is none."""
    handlers: tuple[Expression, ...]
    """Middleware and, last, the handler."""
    module: str
    """Module it stands in."""
    within: tuple[Function, ...]
    """Functions around it."""
    at: int
    """Byte offset of the call's end, which is the order of chained calls."""
    child: tuple[str, str] | None = None
    """What a mount mounts."""
    since: tuple[str, tuple[Function, ...], int] | None = None
    """Where a function is called that was handed the server and registered it there; None for what is registered where it is written."""

    def scope(self) -> tuple[str, tuple[Function, ...], int]:
        """Module, functions around it and place, for the order of what is registered."""
        return self.since or (self.module, self.within, self.at)


class Server:
    """What was registered on one object."""

    def __init__(self, framework: str = "") -> None:
        """``framework`` is empty until it is known to be a server."""
        self.framework = framework
        self.prefix = ""
        self.events: list[Event] = []


def without_servers(events: list[Event], found: Mapping[tuple[str, str], Server]) -> list[Event]:
    """The events without what turned out to be no mount, and without servers among middleware."""
    real = [one for one in events if one.child is None or ((child := found.get(one.child)) and child.framework)]
    mounted = {(one.module, one.at, len(one.handlers)) for one in real if one.child is not None}
    return [
        one._replace(
            handlers=tuple(
                item for index, item in enumerate(one.handlers) if (one.module, one.at, index) not in mounted
            )
        )
        if one.kind == "use"
        else one
        for one in real
    ]


def mounts_of(
    found: Mapping[tuple[str, str], Server],
) -> dict[tuple[str, str], list[tuple[tuple[str, str], Event]]]:
    """Where each server is mounted; where only a parameter's type says so when nothing else does."""
    out: dict[tuple[str, str], list[tuple[tuple[str, str], Event]]] = {}
    for ident, server in found.items():
        if server.framework:
            for event in server.events:
                if event.child and event.child != ident:
                    out.setdefault(event.child, []).append((ident, event))
    for child, mounts in out.items():
        seen = [mount for mount in mounts if mount[1].kind != "typed"]
        out[child] = seen or mounts
    return out


def url_of(path: str) -> str:
    """A framework's path with its parameters as ``[id]``."""
    return _PARAMETER.sub(lambda match: f"[{match.group(1) or match.group(2) or match.group(3)}]", path)


def joined_url(*parts: str) -> str:
    """Prefixes and a path as one URL."""
    return "/" + "/".join(piece for part in parts for piece in part.split("/") if piece)


def prefix_in(links: tuple[Link, ...]) -> str:
    """The literal path that the first argument of a chain's last call holds, or its ``prefix`` option."""
    for link in reversed(links):
        for argument in link.arguments or ():
            written = text(argument)
            if written is None:
                written = text(value_of(argument, "prefix", "basePath", "url"))
            if written is not None:
                return written
    return ""


def event_of(program: Program, module: str, within: tuple[Function, ...], link: Link, prefix: str) -> Event | None:
    """What a call registers; None when it registers nothing. ``prefix`` is the path of an Express ``route(path)`` before it."""
    arguments = link.arguments or ()
    if link.name == "addHook":
        named = text(arguments[0]) if arguments else None
        is_before = named in _HOOKS
        return Event("use", "*", "", arguments[1:], module, within, link.end) if is_before else None
    if link.name in {"use", "onBeforeHandle", "derive", "resolve"}:
        path, rest = _path(program, module, arguments)
        laid_out = tuple(item for one in rest for item in _laid_out(program, module, one))
        return Event("use", "*", path, laid_out, module, within, link.end)
    if link.name in _MOUNTS:
        if link.name == "route" and arguments and isinstance(arguments[0], Record):
            return _described(module, within, link, arguments[0])
        path, rest = _path(program, module, arguments)
        if link.name == "register" and len(rest) > 1:
            path = text(value_of(rest[1], "prefix")) or path
        return (
            Event("mount", "", path, rest[-1:] if link.name == "guard" else rest[:1], module, within, link.end)
            if rest
            else None
        )
    verb = VERBS.get(link.name)
    if verb is None or not arguments:
        return None
    if link.name == "openapi":
        verb, path = _openapi(program, module, arguments[0])
        return Event("handler", verb, path, arguments[1:2], module, within, link.end)
    if link.name == "on":
        verb = "|".join(_strings(arguments[0])) or "*"
        path, rest = _path(program, module, arguments[1:])
        return Event("handler", verb, path, rest, module, within, link.end) if rest and verb.isupper() else None
    path, rest = _path(program, module, arguments)
    if not path and prefix:
        path = prefix
    if (
        not path
        and isinstance(arguments[0], Literal) is False
        and link.name not in {"all", "get", "post", "put", "patch", "delete"}
    ):
        return None
    return Event("handler", verb, path, _handlers(rest), module, within, link.end) if rest else None


def _handlers(rest: tuple[Expression, ...]) -> tuple[Expression, ...]:
    """Middleware and handler; Fastify's options give their hooks, lists are opened, Elysia's options after the handler are dropped."""
    out: list[Expression] = []
    for index, item in enumerate(rest):
        if isinstance(item, Sequence):
            out.extend(item.items)
        elif isinstance(item, Record):
            hooks = [value for key in _HOOKS if (value := value_of(item, key)) is not None]
            opened = [one for hook in hooks for one in (hook.items if isinstance(hook, Sequence) else (hook,))]
            if index == 0 or index < len(rest) - 1:
                out.extend(opened)
            else:
                out[:0] = opened
            handler = value_of(item, "handler", "message")
            if handler is not None and index == len(rest) - 1:
                out.append(handler)
        else:
            out.append(item)
    return tuple(out)


def _described(module: str, within: tuple[Function, ...], link: Link, options: Record) -> Event | None:
    """Fastify's ``route({ method, url, preHandler, handler })``."""
    verb = "|".join(_strings(value_of(options, "method"))) or "*"
    path = text(value_of(options, "url", "path")) or ""
    handlers = _handlers((options,))
    return Event("handler", verb.upper(), path, handlers, module, within, link.end) if handlers else None


def _openapi(program: Program, module: str, route: Expression) -> tuple[str, str]:
    """Verb and path of ``createRoute({ method, path })``, wherever it is declared."""
    for _ in range(4):
        if isinstance(route, Name):
            found = program.meaning(module, route.id)
            declaration = program.declaration(found)
            if not found or not isinstance(declaration, Declare) or declaration.value is None:
                break
            module, route = found.module, declaration.value
        elif isinstance(route, Call) and route.arguments:
            route = route.arguments[-1]
        else:
            break
    method = text(value_of(route, "method")) or "*"
    path = _literal(program, module, value_of(route, "path"))
    return method.upper(), path or ""


def _path(program: Program, module: str, arguments: tuple[Expression, ...]) -> tuple[str, tuple[Expression, ...]]:
    """The path that stands first, and the rest."""
    if arguments:
        if isinstance(arguments[0], Sequence) and (several := _strings(arguments[0])):
            return several[0], arguments[1:]
        written = _literal(program, module, arguments[0])
        if written is not None:
            return written, arguments[1:]
    return "", arguments


def _laid_out(program: Program, module: str, value: Expression) -> Iterator[Expression]:
    """``use(...protectedMiddleware)`` of a list that is written somewhere: each of its items."""
    listed = value.value if isinstance(value, Spread) else None
    declaration = program.declaration(program.meaning(module, listed.id)) if isinstance(listed, Name) else None
    items = declaration.value if isinstance(declaration, Declare) else None
    if listed is None or not isinstance(items, Sequence):
        yield value
        return
    for number in range(len(items.items)):
        yield Index(listed, Literal(number, value.at, value.end), value.at, value.end)


def _literal(program: Program, module: str, value: Expression | None) -> str | None:
    """A string, or a name that stands for one."""
    if isinstance(value, Name):
        found = program.meaning(module, value.id)
        declaration = program.declaration(found)
        value = declaration.value if isinstance(declaration, Declare) else None
    if isinstance(value, Template) and value.tag is None:
        return "".join(
            one for pair in zip(value.texts, (*([":part"] * len(value.values)), ""), strict=False) for one in pair
        )
    if isinstance(value, Literal) and isinstance(value.value, str):
        return value.value
    return None


def _strings(value: Expression | None) -> tuple[str, ...]:
    if isinstance(value, Sequence):
        return tuple(one for item in value.items if (one := text(item)) is not None)
    written = text(value)
    return (written,) if written is not None else ()
