"""Parts of a request by the methods that read them: ``headers.get("x")``, ``request.json()``, ``c.req.valid("json")``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.kinds import REQUEST
from assistant.collect.code.origins import ordered
from assistant.collect.code.values import Known, text_of
from assistant.domain.code import ActKind, ActPart, Origin


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Value

_BODY = frozenset({"json", "formData", "text", "blob", "arrayBuffer", "parseBody", "get_json", "form", "body"})
_READERS = frozenset({"get", "getAll", "getlist", "param", "query", "queries", "header", "valid", "cookie"})
_SECTION = {"json": "body", "form": "form", "query": "query", "param": "path", "header": "header", "cookie": "cookie"}


def requested_part(
    run: Run, value: Known, name: str, arguments: tuple[Value, ...], module: str, at: int
) -> Value | None:
    """A part of the request; with Hono's ``c.req.valid("json")`` what the validator of the route let through, and no other keys."""
    found = _requested(value, name, arguments)
    if found is not None and name == "valid" and any(origin.path in {"body", "form"} for origin in found.origins):
        place = run.place(module, at, run.symbol())
        run.ledger.act(ActKind.VALIDATE, "valid", place, ActPart("0", ordered(found), ""))
    return found


def _requested(value: Known, name: str, arguments: tuple[Value, ...]) -> Known | None:
    """``headers.get("x")``, ``request.json()``, ``c.req.param("id")``."""
    first = text_of(arguments[0]) if arguments else None
    out: set[Origin] = set()
    for origin in value.origins:
        if origin.kind is not REQUEST:
            return None
        path = origin.path
        if path == "request" and name in _BODY:
            out.add(Origin(REQUEST, "body"))
        elif path == "request" and name in _READERS:
            section = {"param": "path", "header": "header", "cookie": "cookie"}.get(name, "query")
            section = _SECTION.get(first or "", "body") if name == "valid" else section
            wanted = None if name == "valid" else first
            out.add(Origin(REQUEST, f"{section}.{wanted}" if wanted else section))
        elif name in _READERS and path in {"query", "header", "cookie", "form", "body", "path", "url"}:
            section = "query" if path == "url" else path
            out.add(
                Origin(
                    REQUEST,
                    f"{section}.{first.lower() if section == 'header' else first}" if first else section,
                )
            )
        elif path.startswith("argument") and name in {"get", "getAll"} and first:
            out.add(Origin(REQUEST, f"form.{first}"))
        else:
            return None
    return Known(frozenset(out))
