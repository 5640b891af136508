"""What ``value.name`` comes to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.follow.kinds import CALLER, CLAIMED, CONSTANT, GENERATED, REQUEST, ROW, SIGNED, UNSURE
from assistant.collect.code.follow.loops import how_many
from assistant.collect.code.follow.references import reference
from assistant.collect.code.follow.schemas import let_out
from assistant.collect.code.follow.scope import either
from assistant.collect.code.follow.trust import is_single
from assistant.collect.code.follow.truth import lacks
from assistant.collect.code.follow.weight import weigh
from assistant.collect.code.origins import ordered, origins_of
from assistant.collect.code.recognise.identity import told
from assistant.collect.code.values import (
    NOTHING,
    UNKNOWN,
    Blueprint,
    Chain,
    Closure,
    Constant,
    Either,
    Known,
    Listed,
    Promise,
    Shape,
    Step,
    Value,
)
from assistant.domain.code import Origin
from assistant.domain.syntax import Function, Name


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run

_LONGEST = 120
_PROPERTIES = frozenset({"property", "cached_property"})
_NAMED_SET = re.compile(r"[A-Z][a-z]\w*$")
_MEMBER = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$")
_NO_ENUMS = frozenset({"global", "sequelize", "typeorm", "mongoose", "context", "parameter", "response"})
"""Where a capital word behind a capital name is something else."""
NO_ITEMS = Known(frozenset({Origin(CONSTANT, "[].length")}))
"""The length of a list that the code wrote without items."""
_OF_ANY_OBJECT = frozenset(
    {"then", "catch", "finally", "get", "has", "toString", "length", "keys", "entries", "hasOwnProperty"}
)
_PATH = frozenset({Origin(REQUEST, "path")})
_SIZES = frozenset({"length", "size"})
_REQUEST = {
    "nextUrl": "url",
    "url": "url",
    "originalUrl": "url",
    "query": "query",
    "GET": "query",
    "args": "query",
    "query_params": "query",
    "searchParams": "query",
    "body": "body",
    "data": "body",
    "POST": "body",
    "rawBody": "body",
    "files": "body.files",
    "file": "body.file",
    "form": "form",
    "headers": "header",
    "META": "header",
    "cookies": "cookie",
    "COOKIES": "cookie",
    "params": "path",
    "path_params": "path",
    "view_args": "path",
    "method": "method",
    "req": "request",
    "raw": "request",
    "request": "request",
    "ip": "header.ip",
    "geo": "header.geo",
}
_UPLOADS = (["body", "file"], ["body", "files"])
_KEPT_AS = frozenset({"path", "filename", "destination"})
"""Where a library like multer put what was sent: names that the server gave it."""
_SIGNED_IN = frozenset(
    {
        "auth",
        "user",
        "session",
        "userId",
        "currentUser",
        "nextauth",
        "account",
        "organization",
        "orgId",
        "token",
        "apiKey",
        "team",
        "workspace",
        "state",
    }
)
_WITH_FIELDS = frozenset({CALLER, CLAIMED, ROW, SIGNED})
"""What has fields of the same kind."""
_CLIENTS = re.compile(
    r"^(?:db|database|prisma|drizzle|kysely|knex|supabase\w*|supabase|pool|sql|tx|redis|kv|cache|stripe|admin|client|em|orm|conn|connection|trpc|caller|logger|log|env|bindings|queue|storage|s3)$",
    re.IGNORECASE,
)


def attribute(run: Run, value: Value, name: str, module: str, at: int, end: int) -> Value:
    """The value of ``value.name``; never records anything."""
    if isinstance(value, Either):
        return _of_several(run, value, name, module, at, end)
    if isinstance(value, Shape):
        return _field(run, value, name, module, at, end)
    if isinstance(value, Known):
        lies = reference(run, value) if name == "ref" else None
        if lies is not None:
            return lies
        part = _known(run, value, name) if value.origins != _PATH else _segment(run, value, name)
        return run.counted(part, value) if name in _SIZES else run.implied(part, value)
    if isinstance(value, Chain):
        return _chain(run, value, name, module, at, end)
    if isinstance(value, Promise):
        return attribute(run, value.value, name, module, at, end)
    if isinstance(value, Listed):
        if name.isdigit():
            return value.items[int(name)] if int(name) < len(value.items) else NOTHING
        return _length(run, value) if name == "length" else either(UNKNOWN, *value.items)
    if isinstance(value, Blueprint):
        return run.static(value, name)
    if isinstance(value, Constant):
        if name == "length" and isinstance(value.value, str):
            return Constant(len(value.value))
        return NOTHING if value.value is None else UNKNOWN
    return UNKNOWN


def _segment(run: Run, path: Known, name: str) -> Value:
    """A segment of the path; nothing where the folders of the handler have none of that name."""
    if run.on_disk and _is_lacking(run, name):
        return NOTHING
    part = _known(run, path, name)
    run.segments[id(part)] = part
    return part


def _is_lacking(run: Run, name: str) -> bool:
    """A segment of the path that the folders of the handler do not have."""
    if name in _OF_ANY_OBJECT:
        return False
    found = lacks(run.route, name)
    if run.prelude is not None:
        run.prelude.heard(f"/{name}", None, found)
    return found


def _of_several(run: Run, value: Either, name: str, module: str, at: int, end: int) -> Value:
    told = how_many(value) if name in _SIZES else None
    if told is not None:
        return told
    parts = tuple(attribute(run, one, name, module, at, end) for one in value.values)
    return Either(parts, value.facts) if value.facts else either(*parts)


def _length(run: Run, value: Listed) -> Value:
    """As many as there were rows of which the list was made, or ids were listed; how many items a list of the code has is not counted.

    One look-up for each of them makes a list as long as the ids, whatever was found.
    """
    rows = {
        origin.row if origin.kind is ROW else -1
        for item in value.items
        for origin in (item.origins if isinstance(item, Known) else UNKNOWN.origins)
    }
    if not value.items:
        return NO_ITEMS
    row = rows.pop() if len(rows) == 1 else -1
    asked = origins_of(value)
    if asked and all(one.kind is REQUEST for one in asked):
        return Known(frozenset(Origin(REQUEST, f"{one.path}.length") for one in asked))
    size = Origin(ROW, "length", row)
    return Known(frozenset({size})) if row >= 0 and not is_single(run, size) else UNKNOWN


def _field(run: Run, value: Shape, name: str, module: str, at: int, end: int) -> Value:
    found = value.fields.get(name)
    if found is not None:
        if isinstance(found, Closure):
            if found.function.decorators and is_property(found.function):
                return run.attempt(found.bound_to(value), (), module, at)
            return found.bound_to(value) if found.method else found
        return found
    if not value.rest:
        return NOTHING
    return either(*(attribute(run, one, name, module, at, end) for one in value.rest if one is not value))


def is_property(function: Function) -> bool:
    """A method that is read like a field: ``@property``, ``get name() {}``."""
    return any(isinstance(one, Name) and one.id in _PROPERTIES for one in function.decorators)


def _known(run: Run, value: Known, name: str) -> Value:
    weigh(run, len(value.origins))
    out: set[Origin] = set()
    for origin in ordered(value):
        if origin.kind is REQUEST:
            overlay = run.overlay.get((origin.path, name))
            if overlay is not None:
                return overlay
            if (origin.path, name) == ("request", "app"):
                return Chain(
                    "parameter", "app"
                )  # the application itself, with what it keeps: ``request.app.state.pool``
            out.add(_request(origin.path, name))
        elif origin.kind is CALLER and origin.path == "ctx":
            special = _context(run, name)
            if special is not None:
                return special
            out.add(Origin(CALLER, f"ctx.{name}"))
        elif origin.kind in _WITH_FIELDS or (origin.kind is UNSURE and origin.path == "error"):
            out.add(_deeper(origin, name))
        else:
            out.add(origin)
    return Known(frozenset(out))


def _context(run: Run, name: str) -> Value | None:
    """What middleware put into a context, or a library object that lives there."""
    stored = run.overlay.get(("ctx", name))
    if stored is not None:
        return stored
    if name in {"req", "request"}:
        return Known(frozenset({Origin(REQUEST, "request")}))
    if name in {"headers", "cookies"}:
        return Known(frozenset({Origin(REQUEST, name.rstrip("s"))}))
    if name == "res":
        return Chain("response", "res")
    return Chain("parameter", name) if _CLIENTS.match(name) else None


def _deeper(origin: Origin, name: str) -> Origin:
    path = f"{origin.path}.{name}" if origin.path else name
    return Origin(origin.kind, path, origin.row) if len(path) <= _LONGEST else origin


def _request(path: str, name: str) -> Origin:
    if path == "request":
        if name in _SIGNED_IN:
            return Origin(CALLER, name)
        return Origin(REQUEST, _REQUEST.get(name, f"request.{name}"))
    if path == "url":
        return Origin(REQUEST, "query" if name == "searchParams" else "url")
    if name in {"value", "data", "toString"} and path.startswith(("cookie.", "header.")):
        return Origin(REQUEST, path)
    longer = f"{path}.{name}"
    if name in _KEPT_AS and path.partition("[")[0].split(".")[:2] in _UPLOADS:
        return Origin(GENERATED, longer)
    return Origin(REQUEST, longer if len(longer) <= _LONGEST else path)


def _chain(run: Run, value: Chain, name: str, module: str, at: int, end: int) -> Value:
    dotted = value.dotted
    stored = run.overlay.get((dotted, name))
    if stored is not None:
        return stored
    if dotted in {"process.env", "import.meta.env", "Deno.env", "meta.env"} or (
        value.name == "createEnv" and value.steps
    ):
        prefix = "validated." if value.name == "createEnv" and not let_out(value, name) else ""
        if not (dotted == "Deno.env" and name == "get"):
            return run.world.variable(prefix + name)
    if (
        value.source == "unresolved"
        and not value.steps
        and value.name in {"env", "serverEnv", "ENV"}
        and name.isupper()
    ):
        return run.world.variable(f"validated.{name}")
    if not value.steps and _NAMED_SET.match(value.name) and _MEMBER.match(name) and value.source not in _NO_ENUMS:
        return Constant(name)  # a member of an enumeration of a library: ``UserRole.ADMIN`` of Prisma's client
    if value.source == "context":
        special = _hono(value, name)
        if special is not None:
            return special
    return told(value.through((*value.steps, Step(name, None, False, module, at, end))))


def _hono(value: Chain, name: str) -> Value | None:
    if value.steps:
        return None
    if name == "req":
        return Known(frozenset({Origin(REQUEST, "request")}))
    if name == "var":
        return Known(frozenset({Origin(CALLER, "ctx")}))
    if name == "env":
        return Chain("global", "process", (Step("env", None, False, "", 0, 0),))
    return None
