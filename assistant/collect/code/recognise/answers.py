"""Answers to the caller: bodies, status, headers, cookies, redirects and rewrites, of every framework with a response object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.drafts import Deed
from assistant.collect.code.recognise.chains import (
    NOBODYS,
    Seen,
    argument,
    at_path,
    is_nothing,
    items_of,
    literal,
    named_argument,
    options,
    package_of,
    said,
)
from assistant.collect.code.values import UNKNOWN, Chain, Constant, Either, Listed, Shape, Step, Value, text_of


if TYPE_CHECKING:
    from collections.abc import Iterator

_RESPONSES = frozenset({"Response", "NextResponse", "HttpResponse", "ServerResponse"})
_HOLDERS = frozenset({"res", "response", "reply", "c", "ctx", "context", "rep", "resp", "event", "h"})
_HELD_SOURCES = NOBODYS | {"response", "context"}
"""``response`` and ``context`` are what the follower calls the response object and Hono's context."""
_BODY = frozenset(
    {"json", "send", "end", "write", "text", "html", "body", "jsonp", "render", "sendFile", "download", "code"}
)
_HEADER = frozenset({"setHeader", "header", "appendHeader", "setHeaders", "writeHead", "headers"})
_REDIRECTS = frozenset({"redirect", "permanentRedirect", "rewrite", "RedirectType", "redirectTo"})
_REDIRECT_SOURCES = (
    "next/navigation",
    "next/server",
    "@remix-run/",
    "react-router",
    "@sveltejs/kit",
    "astro",
    "next-intl",
    "@/i18n",
    "flask",
    "django.",
    "starlette",
    "fastapi",
    "@tanstack/",
)
_PYTHON = {
    "JSONResponse": "content",
    "ORJSONResponse": "content",
    "UJSONResponse": "content",
    "HTMLResponse": "content",
    "PlainTextResponse": "content",
    "StreamingResponse": "content",
    "JsonResponse": "data",
    "HttpResponse": "content",
    "FileResponse": "path",
    "Response": "content",
    "jsonify": "",
    "make_response": "",
}
_PYTHON_SOURCES = ("fastapi", "starlette", "flask", "django", "rest_framework", "quart", "sanic", "litestar")
_PYTHON_REDIRECTS = frozenset({"RedirectResponse", "redirect", "HttpResponseRedirect", "HttpResponsePermanentRedirect"})


PACKAGES: tuple[str, ...] = (
    *_REDIRECT_SOURCES,
    *_PYTHON_SOURCES,
    "next",
    "express",
    "hono",
    "fastify",
    "koa",
    "cookies-next",
    "nookies",
    "js-cookie",
    "cors",
    "@fastify",
    "nextjs-cors",
    "micro-cors",
    "@koa",
    "flask_cors",
)
"""Packages that answer."""


def deeds(chain: Chain, _seen: Seen) -> Iterator[Deed]:
    """What the last call answers."""
    last = chain.last
    if last is None or last.arguments is None:
        return
    package = package_of(chain.source)
    name = last.name or chain.name
    if chain.name in _RESPONSES and not package.startswith(_PYTHON_SOURCES):
        yield from _response(chain, last, name)
    elif package.startswith(_PYTHON_SOURCES):
        yield from _python(last, name)
    elif (
        name in _REDIRECTS
        and (package.startswith(_REDIRECT_SOURCES) or chain.source == "unresolved")
        and len(chain.steps) == 1
    ):
        yield _redirect(name, argument(last, 0))
    elif package in {"next/headers", "cookies-next", "nookies", "hono/cookie", "js-cookie"}:
        yield from _next_headers(chain, last, name)
    elif chain.source in _HELD_SOURCES or package.split("/")[0] in {"express", "hono", "fastify", "next", "koa"}:
        yield from _held(chain, last, name)
    elif package in {"next/router", "next/navigation"} and name in {"push", "replace"}:
        yield _redirect(f"router.{name}", argument(last, 0))
    elif package in {
        "cors",
        "hono/cors",
        "@fastify/cors",
        "nextjs-cors",
        "micro-cors",
        "@koa/cors",
        "fastapi.middleware.cors",
        "flask_cors",
    }:
        yield from _cors(last)


def _response(chain: Chain, last: Step, name: str) -> Iterator[Deed]:
    """``new Response(body, init)``, ``NextResponse.json(body, init)``, ``.redirect(to)``, ``response.headers.set(…)``, ``response.cookies.set(…)``."""
    names = [step.name for step in chain.steps]
    if "headers" in names[:-1] and name in {"set", "append"}:
        yield _header(literal(last), argument(last, 1))
    elif "cookies" in names[:-1] and name == "set":
        yield _cookie(last)
    elif name in {"redirect", "rewrite"} and len(names) == 1:
        yield _redirect(f"{chain.name}.{name}", argument(last, 0))
        yield from _initial(argument(last, 1))
    elif (name == "json" or last.new or name == "next") and len(names) == 1:
        init = argument(last, 0 if name == "next" else 1)
        if name != "next":
            yield _answer(
                f"{chain.name}.{name}" if not last.new else chain.name, argument(last, 0), at_path(init, "status")
            )
        yield from _initial(init)


def _initial(init: Value | None) -> Iterator[Deed]:
    yield from headers_in(at_path(init, "headers"))


def headers_in(value: Value | None) -> Iterator[Deed]:
    """One deed a header of ``{ "Cache-Control": … }``, ``new Headers({…})``, ``[["a", "b"]]``."""
    if isinstance(value, Chain) and value.name == "Headers" and value.steps:
        value = argument(value.steps[0], 0)
    if isinstance(value, Either):  # ``allowed ? { "Access-Control-Allow-Origin": origin } : {}``
        for each in value.values:
            yield from headers_in(each)
    elif isinstance(value, Shape):
        for key, each in value.fields.items():
            yield _header(key, each)
        for rest in value.rest:
            yield from headers_in(rest)
    elif isinstance(value, Listed):
        for each in value.items:
            pair = items_of(each)
            if len(pair) == 2 and text_of(pair[0]):  # noqa: PLR2004 - name and value
                yield _header(text_of(pair[0]) or "", pair[1])


def _header(name: str, value: Value | None) -> Deed:
    return Deed(
        "header", name.lower(), (("value", value if value is not None else UNKNOWN, said(value)),), _plain(value)
    )


def _plain(value: Value | None) -> str:
    """The literal value of a header, or a template with its holes named."""
    if isinstance(value, Constant):
        return "" if value.value is None else str(value.value)
    return said(value) if isinstance(value, Chain) and value.last is not None and value.last.text else ""


def _answer(name: str, body: Value | None, status: Value | None) -> Deed:
    parts = () if body is None else (("body", body, said(body)),)
    return Deed("respond", name, parts, _plain(status))


def _redirect(name: str, target: Value | None) -> Deed:
    """``new URL(path, base)`` goes where its path says: its base is the application itself."""
    real = target
    if isinstance(target, Chain) and target.name == "URL" and target.steps and target.steps[0].arguments:
        real = argument(target.steps[0], 0)
    return Deed("redirect", name, () if real is None else (("target", real, said(real)),))


def _cookie(last: Step) -> Deed:
    first = argument(last, 0)
    value = argument(last, 1) if not isinstance(first, Shape) else at_path(first, "value")
    name = first if not isinstance(first, Shape) else at_path(first, "name")
    settings = argument(last, 2) if not isinstance(first, Shape) else first
    flags = [
        f"{key}={said(each)}"
        for key, each in (settings.fields.items() if isinstance(settings, Shape) else ())
        if key in {"httpOnly", "secure", "sameSite", "domain", "path", "maxAge"}
    ]
    parts = tuple((key, each, said(each)) for key, each in (("name", name), ("value", value)) if each is not None)
    return Deed("header", "set-cookie", parts, "; ".join(flags))


def _next_headers(chain: Chain, last: Step, name: str) -> Iterator[Deed]:
    if name == "set" and chain.name == "cookies":
        yield _cookie(last)
    elif name in {"setCookie", "set"} and chain.name != "headers":
        yield _cookie(last.given((last.arguments or ())[-3:]))
    elif name in {"set", "append"} and chain.name == "headers":
        yield _header(literal(last), argument(last, 1))


def _held(chain: Chain, last: Step, name: str) -> Iterator[Deed]:
    """A response object that a framework handed in: ``res.status(200).json(x)``, ``c.json(x)``, ``reply.header(a, b).send(x)``."""
    names = [step.name for step in chain.steps]
    holder = (
        chain.name
        if chain.name in _HOLDERS
        else next((one for one in names[:-1] if one in {"res", "response", "reply"}), "")
    )
    if not holder:
        return
    if (name in _HEADER and literal(last) and len(last.arguments or ()) > 1) or (
        name in {"set", "append"} and "headers" in names[:-1]
    ):
        yield _header(literal(last), argument(last, 1))
    elif name == "set" and holder in {"res", "response", "reply"}:
        yield from ([_header(literal(last), argument(last, 1))] if literal(last) else headers_in(argument(last, 0)))
    elif name in {"writeHead", "headers", "set"}:
        yield from headers_in(options(last))
    elif name == "cookie" or (name == "setCookie" and holder == "reply"):
        yield _cookie(last)
    elif name in {"redirect", "rewrite"}:
        given = [
            each for each in last.arguments or () if not (isinstance(each, Constant) and isinstance(each.value, int))
        ]
        yield _redirect(f"{holder}.{name}", given[0] if given else None)
    elif name in _BODY and name != "code":
        yield from _body(holder, chain, last, name)


def _body(holder: str, chain: Chain, last: Step, name: str) -> Iterator[Deed]:
    status = next((argument(step, 0) for step in chain.steps if step.name in {"status", "code", "sendStatus"}), None)
    if name in {"json", "text", "html", "body"} and holder in {"c", "ctx", "context"}:
        status = argument(last, 1) if not isinstance(argument(last, 1), Shape) else at_path(argument(last, 1), "status")
        yield from headers_in(argument(last, 2))
    if last.arguments or name in {"json", "send"}:
        yield _answer(f"{holder}.{name}", argument(last, 1) if name == "render" else argument(last, 0), status)


def _python(last: Step, name: str) -> Iterator[Deed]:
    if name in _PYTHON_REDIRECTS:
        target = argument(last, 0)
        yield _redirect(
            name, named_argument(last, "url") if isinstance(target, Shape) or is_nothing(target) else target
        )
    elif name in _PYTHON:
        body = argument(last, 0)
        if isinstance(body, Shape) and _PYTHON[name] in body.fields:
            body = body.fields[_PYTHON[name]]
        yield _answer(name, body, named_argument(last, "status_code") or named_argument(last, "status"))
        yield from headers_in(named_argument(last, "headers"))
    elif name == "set_cookie":
        yield _cookie(last)
    elif name in {"add_middleware", "CORS"}:
        yield from _cors(last)


def _cors(last: Step) -> Iterator[Deed]:
    """``cors()`` allows everybody unless it is told otherwise."""
    settings = options(last)
    origin = next(
        (found for key in ("origin", "allow_origins", "origins") if (found := at_path(settings, key)) is not None), None
    )
    first = items_of(origin)[0] if origin is not None and items_of(origin) else origin
    yield _header("access-control-allow-origin", Constant("*") if is_nothing(origin) else first)
    for key in ("credentials", "allow_credentials", "supports_credentials"):
        if at_path(settings, key) is not None:
            yield _header("access-control-allow-credentials", at_path(settings, key))
