"""Shared caches: what is kept under which key, and what is fetched with which cache mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.drafts import Deed
from assistant.collect.code.recognise.chains import (
    NOBODYS,
    Seen,
    argument,
    at_path,
    belongs,
    is_true,
    items_of,
    options,
    package_of,
    said,
)
from assistant.collect.code.values import NOTHING, UNKNOWN, Chain, Closure, Constant, Listed, Shape, Step, Value


if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGES = (
    "ioredis",
    "redis",
    "@redis/",
    "@upstash/redis",
    "@vercel/kv",
    "@vercel/functions",
    "keyv",
    "@keyv/",
    "lru-cache",
    "node-cache",
    "memory-cache",
    "cache-manager",
    "@nestjs/cache-manager",
    "memjs",
    "memcached",
    "quick-lru",
    "bentocache",
    "cacheable",
    "@epic-web/cachified",
    "aioredis",
    "cachetools",
    "django.core.cache",
    "flask_caching",
    "tiny-lru",
    "@isaacs/ttlcache",
)
_NAMES = frozenset(
    {
        "redis",
        "kv",
        "cache",
        "redisclient",
        "lru",
        "memcache",
        "memcached",
        "lrucache",
        "cachemanager",
        "cacheservice",
        "rediscache",
        "upstash",
        "cacheclient",
        "querycache",
        "memorycache",
    }
)
_READ = frozenset(
    {
        "get",
        "mget",
        "hget",
        "hgetall",
        "hGetAll",
        "hGet",
        "getex",
        "json.get",
        "smembers",
        "sMembers",
        "lrange",
        "getBuffer",
        "getdel",
        "has",
        "peek",
        "hmget",
    }
)
_FILL = frozenset(
    {
        "set",
        "setex",
        "setEx",
        "hset",
        "hSet",
        "mset",
        "setnx",
        "setNX",
        "psetex",
        "put",
        "hmset",
        "sadd",
        "lpush",
        "rpush",
        "add",
    }
)
_BOTH = frozenset(
    {
        "getOrSet",
        "wrap",
        "remember",
        "fetch",
        "getOrSetAsync",
        "cachified",
        "memoize",
        "getOrFetch",
        "getOrCreate",
        "get_or_set",
    }
)
_DROP = frozenset({"del", "delete", "unlink", "invalidate", "flush", "flushall", "clear", "invalidateTags", "evict"})
_NEXT = {
    "revalidatePath": "drop",
    "revalidateTag": "drop",
    "updateTag": "drop",
    "expireTag": "drop",
    "refresh": "drop",
    "unstable_expireTag": "drop",
    "cacheTag": "tag",
    "unstable_cacheTag": "tag",
    "cacheLife": "life",
    "unstable_cacheLife": "life",
}
_CACHED = frozenset({"unstable_cache", "nextCache", "unstable_cachex"})
_FETCHERS = (
    "axios",
    "ky",
    "got",
    "node-fetch",
    "undici",
    "ofetch",
    "cross-fetch",
    "wretch",
    "superagent",
    "needle",
    "isomorphic-fetch",
    "requests",
    "httpx",
    "aiohttp",
    "urllib",
)
_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "request", "fetch", "options", "$fetch"})


CLIENTS = "QueryClient"
"""What the deeds of a client of queries are called by: whether it outlives the request is asked where it was made."""
_PREFETCHES = frozenset(
    {"fetchQuery", "prefetchQuery", "ensureQueryData", "fetchInfiniteQuery", "prefetchInfiniteQuery"}
)


PACKAGES = (*_PACKAGES, *_FETCHERS, "next", "@tanstack/")
"""Packages that keep or fetch."""


def deeds(chain: Chain, _seen: Seen) -> Iterator[Deed]:
    """What the last call keeps or fetches."""
    last = chain.last
    if last is None or last.arguments is None:
        return
    package = package_of(chain.source)
    name = last.name or chain.name
    if package == "next/cache":
        yield from _next(chain, last, name)
    elif package.startswith("@tanstack/") and name in _PREFETCHES and len(chain.steps) > 1:
        yield _prefetched(name, last)
    elif chain.name in {"fetch", "$fetch"} and chain.source in NOBODYS and len(chain.steps) == 1:
        yield _fetch("fetch", last)
    elif belongs(package, _FETCHERS) and (
        name in _METHODS or (not last.name and len(chain.steps) == 1 and not last.new)
    ):
        yield _fetch(f"{package.partition('.')[0]}.{last.name}".rstrip("."), last)
    elif belongs(package, _PACKAGES) or (chain.source in {"unresolved", "parameter"} and _called(chain)):
        found = _kept(chain, last)
        if found is not None:
            yield found


def _prefetched(name: str, last: Step) -> Deed:
    """``client.prefetchQuery({ queryKey, queryFn })``: what the function gives is kept in the client under the key."""
    settings = argument(last, 0)
    key = at_path(settings, "queryKey") or NOTHING
    return Deed(
        "cache", f"{CLIENTS}.{name}", (("key", key, said(key)), *_given(at_path(settings, "queryFn"))), "declare"
    )


def _called(chain: Chain) -> bool:
    """An object whose name says that it is a cache; a counter of requests is none."""
    words = [chain.name, *(step.name for step in chain.steps[:-1] if step.arguments is None or not step.arguments)]
    return any(word.lower().removeprefix("get") in _NAMES for word in words if word)


def _kept(chain: Chain, last: Step) -> Deed | None:
    name = last.name
    if len(chain.steps) > 1 and chain.steps[-2].name in {"json", "JSON"} and name in {"get", "set"}:
        name = f"json.{name}"
    how = (
        "read"
        if name in _READ or name in _BOTH or name == "json.get"
        else "fill"
        if name in _FILL or name == "json.set"
        else "drop"
        if name in _DROP
        else ""
    )
    if not how or not last.arguments:
        if package_of(chain.source) == "@epic-web/cachified":
            return _deed("cachified", at_path(argument(last, 0), "key"), None, "read")
        return None
    key = argument(last, 0)
    if name in {"setex", "setEx", "psetex"}:
        value = argument(last, 2)
    elif name in {"hset", "hSet", "hget", "hGet"} and len(last.arguments) > 1:
        key, value = Listed(tuple(last.arguments[:2])), argument(last, 2)
        if isinstance(last.arguments[1], Shape):
            key, value = argument(last, 0), argument(last, 1)
    else:
        value = argument(last, 1) if how == "fill" else None
    head = chain.name if chain.source in NOBODYS else package_of(chain.source).rpartition("/")[2]
    return _deed(f"{head}.{name}", key, value, how)


def _deed(name: str, key: Value | None, value: Value | None, how: str) -> Deed:
    parts: list[tuple[str, Value, str]] = []
    if key is not None:
        parts.append(("key", key, said(key)))
    if value is not None:
        parts.append(("value", value, said(value)))
    return Deed("cache", name, tuple(parts), how)


def _next(chain: Chain, last: Step, name: str) -> Iterator[Deed]:
    if chain.name in _NEXT and len(chain.steps) == 1:
        yield _deed(chain.name, argument(last, 0), None, _NEXT[chain.name])
    elif chain.name in _CACHED:
        made = chain.steps[0]
        function = argument(made, 0)
        called = len(chain.steps) > 1 and chain.steps[1] is last
        takes = not isinstance(function, Closure) or bool(function.function.parameters)
        if called == takes or (called and last.arguments):
            keys = items_of(argument(made, 1))
            key = Listed((*keys, *(last.arguments or () if called else ())))
            settings = argument(made, 2)
            more = tuple(
                (part, found, said(found))
                for part in ("tags", "revalidate")
                if (found := at_path(settings, part)) is not None
            )
            parts = (("key", key, said(key)), *more, *_given(function))
            yield Deed("cache", "unstable_cache", parts, "declare")
    elif not chain.steps[:-1] and name == "unstable_noStore":
        yield Deed("cache", "noStore", (), "none")


def _given(function: Value | None) -> Iterator[tuple[str, Value, str]]:
    """Where the function stands whose answers are kept: ``cached(() => db.note.findMany(…), keys)`` hands it on."""
    if isinstance(function, Closure):
        yield "function", NOTHING, f"{function.function.at}:{function.function.end}:{function.module[-80:]}"


def _fetch(name: str, last: Step) -> Deed:
    first = argument(last, 0)
    settings = options(last) if len(last.arguments or ()) > 1 else (first if isinstance(first, Shape) else None)
    url = at_path(first, "url") if isinstance(first, Shape) else first
    if isinstance(url, Chain) and url.name in {"URL", "Request"} and url.steps and url.steps[0].arguments:
        url = argument(url.steps[0], 0)
    parts: list[tuple[str, Value, str]] = [("url", url if url is not None else UNKNOWN, said(url))]
    sent = at_path(settings, "headers")
    if isinstance(sent, Shape):
        parts += [(f"header.{key.lower()}", each, said(each)) for key, each in sent.fields.items()]
    for key in ("body", "data", "json", "params", "method"):
        found = at_path(settings, key)
        if found is not None:
            parts.append((key, found, said(found)))
    return Deed("fetch", name, tuple(parts), _mode(settings))


def _mode(settings: Value | None) -> str:
    """``no-store``, ``force-cache``, ``revalidate=60``; empty when nothing is said."""
    mode = at_path(settings, "cache")
    if isinstance(mode, Constant) and mode.value:
        return str(mode.value)
    again = at_path(settings, "next", "revalidate")
    if again is not None:
        return (
            "no-store"
            if isinstance(again, Constant) and again.value == 0 and again.value is not False
            else f"revalidate={said(again)}"
        )
    return "tags" if is_true(at_path(settings, "next", "tags")) else ""
