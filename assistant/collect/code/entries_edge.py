"""Functions at the edge and in the cloud: ``Deno.serve``, ``serve``, ``export default { fetch }``, Firebase's ``onCall`` and ``onRequest``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.entries_look import callee_of, nodes_within, value_of
from assistant.collect.code.entries_point import EntryPoint, Spot, point
from assistant.collect.code.entries_webhooks import is_webhook
from assistant.domain.code import EntryKind
from assistant.domain.syntax import Attribute, Call, Declare, Lambda, Literal, Name, Record


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Expression, Function, Module


_SUPABASE = re.compile(r"(?:^|/)supabase/functions/([^/]+)/")
_NETLIFY = re.compile(r"(?:^|/)netlify/(?:edge-)?functions/(?:.*/)?([^/.]+)(?:/index)?\.\w+$")
_SERVES = {"Deno.serve", "serve", "Deno.serveHttp", "Bun.serve"}
_HANDLED = frozenset({"fetch", "scheduled", "queue", "email"})
_CLOUD = {"onRequest": ("*", "express"), "onCall": ("call", "callable")}
_CLOUD_JOBS = re.compile(
    r"^(?:onSchedule|onDocument\w+|onObject\w+|onMessagePublished|onTaskDispatched|onValue\w+|onCreate|onUpdate|onDelete|onWrite|onRun|onPublish)$"
)


def edge_entries(program: Program) -> Iterator[EntryPoint]:
    """Every handler that is given to a serving call or exported for a platform."""
    for path, module in program.modules.items():
        if module.language == "py":
            continue
        sources = {one.source for one in module.imports}
        supabase = _SUPABASE.search(path)
        if (
            supabase
            or path.endswith(("server.ts", "main.ts", "index.ts", "index.js"))
            or any("http/server" in source for source in sources)
        ):
            yield from _served(
                program, module, supabase.group(1) if supabase and not supabase.group(1).startswith("_") else ""
            )
        if _default_record(program, module) is not None:
            yield from _fetched(program, module, supabase.group(1) if supabase else "")
        if any(source.startswith("firebase-functions") for source in sources):
            yield from _firebase(program, module)
        if (match := _NETLIFY.search(path)) and not path.endswith(".py"):
            yield from _netlify(program, module, match.group(1))


def _served(program: Program, module: Module, name: str) -> Iterator[EntryPoint]:
    for node, within in nodes_within(module.body, Call):
        assert isinstance(node, Call)
        if callee_of(node) not in _SERVES or not node.arguments:
            continue
        if callee_of(node) == "serve" and not _is_http(program, module):
            continue
        handler = _last_function(node)
        if handler is None and isinstance(node.arguments[-1], Record):
            handler = value_of(node.arguments[-1], "handler", "fetch")
        if handler is None or (isinstance(handler, Attribute) and handler.name in {"fetch", "handle", "callback"}):
            continue
        yield _point(program, module, handler, within, name)


def _last_function(node: Call) -> Expression | None:
    """The last argument that may be a function."""
    for one in reversed(node.arguments):
        if type(one) not in {Record, Literal}:
            return one
    return None


def _is_http(program: Program, module: Module) -> bool:
    one = program.imported(module.path, "serve")
    return one is not None and "http" in one.source


def _point(
    program: Program, module: Module, handler: Expression, within: tuple[Function, ...], name: str, symbol: str = ""
) -> EntryPoint:
    url = f"/functions/v1/{name}" if name else ""
    entry = point(
        program,
        Spot(module.path, handler, handler.at, within),
        id=f"function {name or module.path}",
        kind=EntryKind.EDGE_FUNCTION,
        inputs="edge",
        symbol=symbol,
        verb="*",
        path=url,
        webhook=is_webhook(program, module, url or f"/{module.path}", ["POST"]),
    )
    if entry.symbol in {"", "default"}:
        from dataclasses import replace

        entry = replace(entry, symbol="handler")
    return entry


def _default_record(program: Program, module: Module) -> Record | None:
    """The object literal that a module exports by default."""
    declaration = program.declared(module.path).get("default")
    if isinstance(declaration, Declare) and isinstance(declaration.value, Record):
        return declaration.value
    return None


def _fetched(program: Program, module: Module, name: str) -> Iterator[EntryPoint]:
    """``export default { fetch(request, env) {}, scheduled() {}, queue() {} }``."""
    record = _default_record(program, module)
    for field in record.entries if record else ():
        key, value = field.key or "", field.value
        if key not in _HANDLED or isinstance(value, Attribute):
            continue
        spot = Spot(module.path, value, value.at)
        if key == "fetch":
            yield _point(program, module, value, (), name, "fetch")
        else:
            yield point(program, spot, id=f"job {module.path}#{key}", kind=EntryKind.JOB, inputs="job", symbol=key)


def _firebase(program: Program, module: Module) -> Iterator[EntryPoint]:
    for export in module.exports:
        declaration = program.declared(module.path).get(export.local)
        value = declaration.value if isinstance(declaration, Declare) else None
        if not isinstance(value, Call) or not value.arguments:
            continue
        last = callee_of(value).rpartition(".")[2] or (value.callee.name if isinstance(value.callee, Attribute) else "")
        spot = Spot(module.path, value.arguments[-1], value.at)
        if last in _CLOUD:
            verb, inputs = _CLOUD[last]
            yield point(
                program,
                spot,
                id=f"function {export.name}",
                kind=EntryKind.EDGE_FUNCTION,
                inputs=inputs,
                symbol=export.name,
                verb=verb,
                path=f"/{export.name}",
            )
        elif _CLOUD_JOBS.match(last):
            yield point(program, spot, id=f"job {export.name}", kind=EntryKind.JOB, inputs="job", symbol=export.name)


def _netlify(program: Program, module: Module, name: str) -> Iterator[EntryPoint]:
    for exported in ("default", "handler"):
        found = program.exported(module.path, exported)
        declaration = program.declaration(found)
        if (
            found
            and declaration is not None
            and not (isinstance(declaration, Declare) and not isinstance(declaration.value, Lambda | Call | Name))
        ):
            expression = Name(found.local, declaration.at, declaration.end)
            yield _point(program, program.modules[found.module], expression, (), name)
            return
