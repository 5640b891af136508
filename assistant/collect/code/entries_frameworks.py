"""Libraries whose objects serve requests, by the specifiers they are imported with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.entries_registrations import prefix_in
from assistant.domain.syntax import Literal, Name


if TYPE_CHECKING:
    from assistant.collect.code.entries_look import Link
    from assistant.domain.syntax import Expression, Module

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


def serves(module: Module) -> bool:
    """The module imports such a library, or loads it in the middle of a line."""
    return any(framework_of(one.source) for one in module.imports) or any(map(framework_of, module.lazy))


def made_where_loaded(links: tuple[Link, ...]) -> tuple[str, int]:
    """The framework, and how many links made its object: ``require("express").Router()``, ``require("express")()``."""
    given = links[0].arguments or (None,)
    named = given[0].value if isinstance(given[0], Literal) else None
    framework = framework_of(named) if isinstance(named, str) else None
    calls = (n for n, link in enumerate(links[1:3], 2) if link.arguments is not None)
    taken = all(MAKES.match(link.name) for link in links[1:2] if link.name)
    made = next(calls, 0) if taken else 0
    return (framework, made) if framework and made else ("", 0)


def prefix_of(root: Expression | None, made: tuple[Link, ...]) -> str:
    """The path that what makes the object is told; which module a call loads is no path."""
    return prefix_in(made[1:] if isinstance(root, Name) and root.id == "require" else made)
