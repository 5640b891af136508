"""Endpoints of server objects: each handler with its whole path and with what runs before it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.collect.code.entries_point import Before, EntryPoint, Spot, point, settings_of
from assistant.collect.code.entries_registrations import joined_url, url_of
from assistant.collect.code.entries_servers import Servers
from assistant.collect.code.entries_webhooks import is_webhook
from assistant.domain.code import EntryKind


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.entries_paths import Routed, Routes
    from assistant.collect.code.entries_registrations import Event, Server
    from assistant.collect.code.entries_servers import Ident
    from assistant.collect.code.program import Program


_INPUTS = {
    "hono": "hono",
    "express": "express",
    "fastify": "fastify",
    "koa": "koa",
    "elysia": "elysia",
    "itty": "route",
}
_MOST = 3
_DEEPEST = 8
_PLAIN = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


def endpoint_entries(program: Program, routes: Routes) -> Iterator[EntryPoint]:
    """Every handler that is registered on a server object."""
    servers = Servers(program)
    parents = servers.parents()
    files = _files(program, routes)
    for ident, server in servers.registered():
        handlers = [event for event in server.events if event.kind == "handler" and event.handlers]
        if not handlers:
            continue
        if ident in files:
            yield from (_of_file(program, server, event, files[ident]) for event in handlers)
            continue
        contexts: dict[str, tuple[Before, ...]] = {}
        for prefix, before in _contexts(servers, parents, ident, 0, frozenset()):
            # of two mounts under one path the first answers
            if len(contexts) < _MOST:
                contexts.setdefault(prefix, before)
        for event in handlers:
            for prefix, before in contexts.items():
                yield _entry(program, server, event, prefix, before)


def _files(program: Program, routes: Routes) -> dict[Ident, Routed]:
    """Servers that a file below ``pages/api`` exports: Next.js hands them every request for the file's own address."""
    found: dict[Ident, Routed] = {}
    for path, module in program.modules.items():
        routed = routes.of(path) if module.language != "py" else None
        if routed is None or routed.private or routed.router != "pages" or not f"{routed.url}/".startswith("/api/"):
            continue
        default = program.exported(path, "default")
        if default is not None:
            found[default.module, default.local] = routed
    return found


def _of_file(program: Program, server: Server, event: Event, routed: Routed) -> EntryPoint:
    """A handler of ``export default router.get(check, handler)``: an API route with its verb, behind what stands before it."""
    entry = _entry(program, server, event, "", ())
    return replace(
        entry,
        id=f"{entry.verb} {routed.url}",
        kind=EntryKind.PAGES_API,
        inputs="pages-api",
        path=routed.url,
        root=routed.root,
        settings=settings_of(program.modules[event.module]),
    )


def _entry(program: Program, server: Server, event: Event, prefix: str, before: tuple[Before, ...]) -> EntryPoint:
    url = url_of(joined_url(prefix, server.prefix, event.path))
    verb = event.verb or "*"
    handler = event.handlers[-1]
    own = [*_uses(server, event, url_of(joined_url(server.prefix, event.path)))]
    own += [Before(event.module, one, within=event.within) for one in event.handlers[:-1]]
    outer = next((function.name for function in event.within if function.name and function.name != "default"), "")
    entry = point(
        program,
        Spot(event.module, handler, handler.at, event.within),
        id=f"{verb} {url}",
        kind=EntryKind.ENDPOINT,
        inputs=_INPUTS[server.framework],
        verb=verb,
        path=url,
        webhook=is_webhook(program, program.modules[event.module], url, [verb if verb in _PLAIN else "POST"]),
        before=(*before, *own),
    )
    if entry.symbol in {"", "default"}:
        entry = replace(entry, symbol=outer or (verb if verb in _PLAIN else "handler"))
    return entry


def _uses(server: Server, until: Event, path: str) -> Iterator[Before]:
    """Middleware of a server that runs before an event: registered earlier in the same scope, or in another one; Fastify's hooks always run."""
    for event in server.events:
        if event.kind != "use" or (event.at, event.module) == (until.at, until.module):
            continue
        *scope, at = event.scope()
        late = at > until.at or (event.since is not None and at == until.at)
        if scope == [until.module, until.within] and late and server.framework != "fastify":
            continue
        if _applies(joined_url(server.prefix, event.path) if event.path else "", path):
            yield from (Before(event.module, one, within=event.within) for one in event.handlers)


def _applies(pattern: str, path: str) -> bool:
    """True when middleware for a path pattern runs for a path."""
    if not pattern or pattern in {"/", "/*", "*"}:
        return True
    fixed = url_of(pattern).rstrip("*").rstrip("/")
    wanted, given = [part for part in fixed.split("/") if part], [part for part in path.split("/") if part]
    if len(wanted) > len(given):
        return False
    return all(
        one in {other, "*"} or one.startswith("[") or other.startswith("[")
        for one, other in zip(wanted, given, strict=False)
    )


def _contexts(
    servers: Servers,
    parents: dict[Ident, list[tuple[Ident, Event]]],
    ident: Ident,
    depth: int,
    seen: frozenset[Ident],
) -> Iterator[tuple[str, tuple[Before, ...]]]:
    """Prefix and middleware of each place where a server is mounted; one empty context when it is mounted nowhere."""
    mounts = [(parent, event) for parent, event in parents.get(ident, ()) if parent not in seen and parent != ident]
    if not mounts or depth > _DEEPEST:
        yield "", ()
        return
    for parent, event in mounts[:_MOST]:
        server = servers.found[parent]
        uses = tuple(_uses(server, event, url_of(joined_url(server.prefix, event.path))))
        inline = tuple(Before(event.module, one, within=event.within) for one in event.handlers)
        for prefix, before in _contexts(servers, parents, parent, depth + 1, seen | {ident}):
            yield joined_url(prefix, server.prefix, event.path), (*before, *uses, *inline)
