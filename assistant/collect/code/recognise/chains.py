"""How a recogniser looks at a chain: which package it grew from, what it is called, what a step was given.

Nothing here knows a library. Values are read as they are: what cannot be read gives nothing, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from assistant.collect.code.values import (
    NOTHING,
    UNKNOWN,
    Chain,
    Closure,
    Constant,
    Either,
    Known,
    Listed,
    Promise,
    Shape,
    Step,
    Test,
    Value,
    field_of,
    parts_of,
    text_of,
    unwrapped,
)


_HOSTS = (
    "https://esm.sh/",
    "https://cdn.skypack.dev/",
    "https://deno.land/x/",
    "https://unpkg.com/",
    "https://cdn.jsdelivr.net/npm/",
)
_SCHEMES = ("npm:", "jsr:", "node:", "unresolved:")
_PREFIX = re.compile(r"^(?:v\d+/|\*|stable/)")
_NAMED = re.compile(r"^(@[^/@]+/[^/@]+|[^/@]+)(?:@[^/]*)?(/.*)?$")
_HOLE = re.compile(r"\$([1-9]\d*)")
_DEEPEST = 8

LANGUAGE = frozenset(
    {
        "eval", "exec", "Error", "TypeError", "RangeError", "Math", "Object", "Array", "JSON", "Promise", "Number", "String", "Boolean", "Date", "Set",
        "Map", "WeakMap", "RegExp", "Symbol", "BigInt", "Intl", "URL", "URLSearchParams", "Headers", "FormData", "Blob", "File",
        "AbortController", "AbortSignal", "TextEncoder", "TextDecoder", "ReadableStream", "TransformStream", "setTimeout", "clearTimeout",
        "setInterval", "clearInterval", "queueMicrotask", "structuredClone", "super", "parseInt", "parseFloat", "isNaN", "encodeURIComponent",
        "decodeURIComponent", "atob", "btoa", "console", "crypto", "Buffer", "Uint8Array", "performance", "process", "Reflect", "Proxy", "Response", "Request", "fetch", "Deno", "Function", "localStorage", "sessionStorage", "document", "navigator",
        "print", "len", "str", "int", "float", "dict", "list", "set", "tuple", "range", "isinstance", "getattr", "hasattr", "open", "sorted", "any", "all", "sum", "min", "max", "enumerate", "zip", "ValueError", "Exception", "KeyError", "RuntimeError",
    }
)  # fmt: skip
"""Names of the languages themselves: no store is called like that."""
_EVERYTHING = frozenset({"globalThis", "global", "window", "self"})
NOBODYS = frozenset({"unresolved", "parameter", "global"})
"""Sources that name no library: only names and shapes speak."""


class Seen(NamedTuple):
    """Where a chain was seen."""

    module: str = ""
    """Path of the module in which the last step is written."""
    client_module: bool = False
    """True when that module runs in a browser."""
    server: bool = True
    """True when the entry runs on a server."""
    run: Callable[[Closure, tuple[Value, ...]], Value] | None = None
    """Calls a closure with values, as far as the follower can: for conditions written as callbacks (``where: (t, { eq }) => …``). None: read by name only."""
    common: tuple[tuple[str, tuple[tuple[str, str, Value], ...]], ...] = ()
    """Tables that the query makes for itself (``with name as …``), with what their rows are found by."""


@lru_cache(maxsize=4096)
def package_of(source: str) -> str:
    """The import without registry, version and query: ``https://esm.sh/@supabase/supabase-js@2?x`` is ``@supabase/supabase-js``."""
    text = source.partition("?")[0]
    for scheme in _SCHEMES:
        text = text.removeprefix(scheme)
    for host in _HOSTS:
        if text.startswith(host):
            text = _PREFIX.sub("", text[len(host) :])
    match = _NAMED.match(text)
    if match is None:
        return text
    rest = match[2] or ""
    return match[1] + ("" if rest in {"/mod.ts", "/index.js", "/", "/index.ts"} else rest)


@lru_cache(maxsize=16384)
def belongs(package: str, names: tuple[str, ...]) -> bool:
    """True for one of these packages or a part of one: ``redis`` and ``redis/client``, never ``redistribute``; ``@redis/`` is a whole scope."""
    return any(
        package.startswith(name)
        if name.endswith(("/", ":"))
        else package == name or package.startswith((f"{name}/", f"{name}."))
        for name in names
    )


def normal(chain: Chain) -> Chain:
    """The chain with ``x.auth`` then ``(…)`` as one step, and with names that nobody bound (``globalThis.prisma``) as unresolved ones."""
    if chain.source == "global":
        chain = _unbound(chain)
    steps = chain.steps
    if len(steps) < 2 or not any(  # noqa: PLR2004 - an attribute and a call
        not after.name and after.arguments is not None and before.name and before.arguments is None
        for before, after in pairwise(steps)
    ):
        return chain
    out: list[Step] = []
    for step in steps:
        if out and not step.name and step.arguments is not None and out[-1].arguments is None:
            out[-1] = step.named(out[-1].name)
        else:
            out.append(step)
    return chain.through(tuple(out))


def _unbound(chain: Chain) -> Chain:
    if chain.name in LANGUAGE:
        return chain
    if chain.name not in _EVERYTHING or not chain.steps:
        return Chain("unresolved", chain.name, chain.steps)
    first = chain.steps[0]
    source = "global" if first.name in LANGUAGE else "unresolved"
    if first.arguments is None:
        return Chain(source, first.name, chain.steps[1:])
    return Chain(source, first.name, (first.named(""), *chain.steps[1:]))


def argument(step: Step | None, number: int) -> Value | None:
    """One argument; None when there is no such."""
    if step is None or step.arguments is None or number >= len(step.arguments):
        return None
    return unwrapped(step.arguments[number])


def options(step: Step | None) -> Shape | None:
    """The last argument that is an object literal (keyword arguments in Python)."""
    if step is None or step.arguments is None:
        return None
    for value in step.arguments[::-1]:
        found = unwrapped(value)
        if isinstance(found, Shape):
            return found
    return None


def named_argument(step: Step | None, name: str) -> Value | None:
    """A keyword argument of Python, or a field of the last object literal."""
    found = field_of(options(step), name)
    return unwrapped(found) if found is not None else None


def at_path(value: Value | None, *names: str) -> Value | None:
    """A field of a field; names are compared without case."""
    for name in names:
        if not isinstance(value, Shape):
            return None
        found = field_of(value, name)
        if found is None:
            found = next((each for key, each in value.fields.items() if key.lower() == name.lower()), None)
        value = unwrapped(found) if found is not None else None
    return value


def alternatives(value: Value | None) -> tuple[Value, ...]:
    """The values it may be, branches opened."""
    if value is None:
        return ()
    value = opened(value)
    if isinstance(value, Either):
        return tuple(each for one in value.values for each in alternatives(one))
    return (value,)


def opened(value: Value) -> Value:
    """``a && b`` as a value is b or nothing, ``a || b`` is one of both; anything else as it is, out of its promise."""
    value = unwrapped(value)
    if isinstance(value, Test) and value.operands:
        if value.kind == "all":
            return Either((NOTHING, value.operands[-1]))
        if value.kind == "any":
            return Either(value.operands)
    return value


def items_of(value: Value | None) -> tuple[Value, ...]:
    """Items of a known array; the value itself when it is anything else; nothing for nothing."""
    if value is None:
        return ()
    value = unwrapped(value)
    if isinstance(value, Listed):
        return value.items
    return (value,)


def names_in(value: Value | None, depth: int = 0) -> Iterator[str]:
    """Everything a value is called: variables of the environment, attributes, constants; object literals are not opened."""
    if value is None or depth > _DEEPEST or isinstance(value, Shape):
        return
    if isinstance(value, Constant):
        if isinstance(value.value, str):
            yield value.value
    elif isinstance(value, Known):
        yield from (origin.path for origin in value.origins if origin.path)
    else:
        if isinstance(value, Chain):
            yield value.name
            yield from (word for step in value.steps for word in (step.name, step.text) if word)
        for part in parts_of(value):
            yield from names_in(part, depth + 1)


def is_nothing(value: Value | None) -> bool:
    """True for null, undefined and what is not there."""
    return value is None or (isinstance(value, Constant) and value.value is None)


def is_true(value: Value | None) -> bool:
    """True for anything that may be switched on: everything but false, 0 and nothing."""
    return not is_nothing(value) and not (isinstance(value, Constant) and value.value is False)


def said(value: Value | None, depth: int = 0) -> str:
    """A value in a few words, for people: what it is called, never more than 120 characters."""
    if value is None or depth > 2:  # noqa: PLR2004 - three levels are what fits in 120 characters
        return ""
    if isinstance(value, Constant):
        return "null" if value.value is None else str(value.value)[:120]
    if isinstance(value, Known):
        return ", ".join(sorted(origin.path for origin in value.origins if origin.path))[:120]
    if isinstance(value, Chain):
        written = template_of(value)
        return _filled(*written)[:120] if written else value.dotted[-120:]
    if isinstance(value, Shape):
        return "{ " + ", ".join([*value.fields, *("…" for _ in value.rest)]) + " }"
    if isinstance(value, Listed):
        return ("[" + ", ".join(said(each, depth + 1) for each in value.items[:4]) + "]")[:120]
    if isinstance(value, Promise):
        return said(value.value, depth)
    if isinstance(value, Either):
        return " | ".join(filter(None, (said(each, depth + 1) for each in value.values)))[:120]
    if isinstance(value, Test):
        return f"({value.kind})"
    return ""


def _filled(text: str, values: tuple[Value, ...]) -> str:
    """``user:${user.id}`` of a template."""
    return _HOLE.sub(
        lambda hole: "${" + (said(values[int(hole[1]) - 1], 1) if int(hole[1]) <= len(values) else "") + "}", text
    )


def spread(value: Value) -> tuple[tuple[str, Value], ...]:
    """``sql(changes)`` inside a statement: all fields of an object, or those that are named beside it."""
    last = value.last if isinstance(value, Chain) else None
    given = last.arguments if last is not None and not last.text and not last.name else None
    if not given:
        return (("*", value),)
    named = tuple(name for one in given[1:] for each in items_of(one) if (name := text_of(each)))
    return tuple((name, given[0]) for name in named) or fields_of(given[0])


def fields_of(value: Value | None) -> tuple[tuple[str, Value], ...]:
    """Columns of a row that is written: one pair a field, ``*`` for what is spread in or not known; lists are joined."""
    out: dict[str, Value] = {}
    for one in alternatives(value):
        for row in items_of(one):
            for real in alternatives(row):
                if isinstance(real, Shape):
                    for key, each in real.fields.items():
                        out[key] = each if key not in out or out[key] == each else Either((out[key], each))
                    for rest in real.rest:
                        out["*"] = rest if "*" not in out else Either((out["*"], rest))
                elif not is_nothing(real):
                    out["*"] = real if "*" not in out else Either((out["*"], real))
    return tuple(out.items())


def literal(step: Step | None, number: int = 0) -> str:
    """A constant string argument; empty when it is none."""
    return text_of(argument(step, number)) or ""


def run(seen: Seen, closure: Value | None, *given: Value) -> Value:
    """What a callback comes to; unknown when nobody can run it."""
    if isinstance(closure, Closure) and seen.run is not None:
        return unwrapped(seen.run(closure, given))
    return UNKNOWN


def template_of(value: Value | None) -> tuple[str, tuple[Value, ...]] | None:
    """Text with ``$n`` and its values, for a constant or a template (a chain whose last step carries the text); None for anything else."""
    if isinstance(value, Constant) and isinstance(value.value, str):
        return value.value, ()
    if isinstance(value, Chain) and value.last is not None and value.last.text:
        return value.last.text, value.last.arguments or ()
    return None
