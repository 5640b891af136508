"""Libraries whose objects serve requests, by the specifiers they are imported with."""

from __future__ import annotations

import re


_FRAMEWORKS = {
    "hono": "hono", "@hono/zod-openapi": "hono", "@hono/hono": "hono", "hono-openapi": "hono", "chanfana": "hono",
    "express": "express", "express-promise-router": "express", "polka": "express", "restify": "express", "next-connect": "express",
    "@feathersjs/express": "express", "@types/express": "express", "express-serve-static-core": "express",
    "fastify": "fastify", "koa": "koa", "@koa/router": "koa", "koa-router": "koa", "oak": "koa", "@oak/oak": "koa",
    "elysia": "elysia", "itty-router": "itty",
}  # fmt: skip
MAKES = re.compile(
    r"^(?:Hono|OpenAPIHono|OpenAPIRouter|express|Express|Router|fastify|Fastify|Koa|Elysia|AutoRouter|IttyRouter|Application|polka|restify|nc|nextConnect"
    r"|createRouter|createEdgeRouter|createServer|createApp|default|fromHono)$"
)
"""Functions and classes of theirs that make such an object."""
_REMOTE = re.compile(r"^(?:npm:|jsr:|https?://(?:deno\.land/x|esm\.sh|cdn\.skypack\.dev|jsr\.io)/)/?")


def framework_of(source: str) -> str | None:
    """The framework that a specifier names, versions and registries left out; ``type/provider`` parts of it too."""
    plain = _REMOTE.sub("", source)
    parts = plain.split("/")
    name = "/".join(parts[:2]) if plain.startswith("@") else parts[0]
    cut = name.rfind("@")
    return _FRAMEWORKS.get(name[:cut] if cut > 0 else name)
