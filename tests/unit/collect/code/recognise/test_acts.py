"""What a call does besides querying: logs, answers, caches, redirects, prompts."""

from __future__ import annotations

import pytest

from assistant.collect.code.recognise.asking import Seen, deed_of, deeds_of
from assistant.collect.code.values import UNKNOWN, Closure, caller, request
from assistant.domain.syntax import Function, Name, Parameter
from tests.unit.collect.code.recognise.chaining import grow, template


SEEN = Seen("app/x.ts")
ID, ME = request("path.id"), caller("user.id")


def closure(*names):
    parameters = tuple(Parameter(Name(name, 0, 0), None, "", rest=False) for name in names)
    return Closure(Function("", parameters, (), is_async=True, directives=(), decorators=(), at=0, end=0), "a.ts", None)


def deed(grown):
    found = deed_of(grown.chain, SEEN)
    assert found is not None
    return found


def told(grown):
    return [(one.kind, one.name, one.detail) for one in deeds_of(grown.chain, SEEN)]


@pytest.mark.parametrize(
    ("grown", "name"),
    [
        (grow("global", "console").do("log", "x", {"email": ME}), "console.log"),
        (grow("pino", "default").call({}).do("info", "x", {"email": ME}), "pino.info"),
        (grow("unresolved", "logger").do("error", "x", {"email": ME}), "logger.error"),
        (grow("parameter", "req").get("log").do("info", "x", {"email": ME}), "log.info"),
        (grow("@sentry/nextjs", "captureException").call("x", {"email": ME}), "nextjs.captureException"),
        (grow("posthog-node", "PostHog").new().do("capture", "x", {"email": ME}), "posthog-node.capture"),
        (grow("logging", "getLogger").call().do("info", "x", {"email": ME}), "logging.info"),
    ],
)
def test_logs_with_their_arguments(grown, name):
    found = deed(grown)
    assert (found.kind, found.name) == ("log", name)
    assert [part for part, _, _ in found.parts] == ["0", "1.email"]


def test_answers_with_status_and_headers():
    init = {"status": 200, "headers": {"Cache-Control": "public, s-maxage=60"}}
    assert told(grow("next/server", "NextResponse").do("json", ME, init)) == [
        ("respond", "NextResponse.json", "200"),
        ("header", "cache-control", "public, s-maxage=60"),
    ]
    made = grow("global", "Response").new(ME, {"headers": grow("global", "Headers").new({"X-A": "b"})})
    assert told(made) == [("respond", "Response", ""), ("header", "x-a", "b")]


@pytest.mark.parametrize(
    ("grown", "expected"),
    [
        (grow("response", "res").do("status", 200).do("json", ME), [("respond", "res.json", "200")]),
        (grow("parameter", "res").do("json", ME), [("respond", "res.json", "")]),
        (
            grow("response", "res").do("setHeader", "Cache-Control", "no-store"),
            [("header", "cache-control", "no-store")],
        ),
        (grow("response", "res").do("redirect", 302, ID), [("redirect", "res.redirect", "")]),
        (grow("context", "c").do("json", ME, 201), [("respond", "c.json", "201")]),
        (grow("context", "c").do("header", "Vary", "Cookie"), [("header", "vary", "Cookie")]),
        (
            grow("next/server", "NextResponse").do("json", ME).get("headers").do("set", "Cache-Control", "private"),
            [("header", "cache-control", "private")],
        ),
        (grow("fastapi.responses", "JSONResponse").call({"content": ME}), [("respond", "JSONResponse", "")]),
        (grow("flask", "jsonify").call(ME), [("respond", "jsonify", "")]),
        (grow("cors", "default").call(), [("header", "access-control-allow-origin", "*")]),
        (
            grow("cors", "default").call({"origin": "https://a.b", "credentials": True}),
            [
                ("header", "access-control-allow-origin", "https://a.b"),
                ("header", "access-control-allow-credentials", "True"),
            ],
        ),
        (
            grow("next/headers", "cookies").call().do("set", "a", ME, {"httpOnly": True}),
            [("header", "set-cookie", "httpOnly=True")],
        ),
    ],
)
def test_answers_of_every_framework(grown, expected):
    assert told(grown) == expected


def test_a_redirect_goes_where_its_path_says():
    base = grow("global", "URL").new("/login", request("url"))
    found = deed(grow("next/server", "NextResponse").do("redirect", base))
    assert (found.kind, found.parts[0][0], found.parts[0][2]) == ("redirect", "target", "/login")
    found = deed(grow("next/navigation", "redirect").call(request("query.next")))
    assert found.parts[0][1] == request("query.next")
    assert deed(grow("next/server", "NextResponse").do("rewrite", ID)).name == "NextResponse.rewrite"


@pytest.mark.parametrize(
    ("grown", "how", "parts"),
    [
        (grow("@upstash/redis", "Redis").new({}).do("get", template("user:$1", ME)), "read", ["key"]),
        (grow("ioredis", "default").new().do("setex", "k", 60, ME), "fill", ["key", "value"]),
        (grow("@vercel/kv", "kv").do("set", "k", ME), "fill", ["key", "value"]),
        (grow("unresolved", "redis").do("del", "k"), "drop", ["key"]),
        (grow("lru-cache", "LRUCache").new({}).do("get", "k"), "read", ["key"]),
        (grow("unresolved", "cache").do("getOrSet", "k", closure()), "read", ["key"]),
        (grow("next/cache", "revalidateTag").call("k"), "drop", ["key"]),
    ],
)
def test_caches_with_their_keys(grown, how, parts):
    found = deed(grown)
    assert (found.kind, found.detail, [name for name, _, _ in found.parts]) == ("cache", how, parts)


def test_a_counter_is_no_cache():
    assert deed_of(grow("ioredis", "default").new().do("incr", "k").chain, SEEN) is None


def test_arguments_of_a_cached_function_are_part_of_its_key():
    made = grow("next/cache", "unstable_cache").call(closure("id"), ["chat"])
    assert deed_of(made.chain, SEEN) is None
    found = deed(made.call(ME))
    assert (found.name, found.detail) == ("unstable_cache", "declare")
    assert ME in found.parts[0][1].items
    captured = deed(grow("next/cache", "unstable_cache").call(closure(), ["chat"]))
    assert captured.parts[0][2] == "[chat]"


@pytest.mark.parametrize(
    ("init", "mode"),
    [
        ({}, ""),
        ({"cache": "force-cache"}, "force-cache"),
        ({"next": {"revalidate": 60}}, "revalidate=60"),
        ({"next": {"tags": ["a"]}}, "tags"),
    ],
)
def test_requests_with_their_cache_mode(init, mode):
    found = deed(grow("global", "fetch").call(ID, {"headers": {"Authorization": ME}, **init}))
    assert (found.kind, found.detail) == ("fetch", mode)
    assert [name for name, _, _ in found.parts] == ["url", "header.authorization"]


def test_prompts_with_their_tools():
    found = deed(
        grow("ai", "streamText").call({"model": UNKNOWN, "messages": ID, "tools": {"search": UNKNOWN, "pay": UNKNOWN}})
    )
    assert (found.kind, [(name, text) for name, _, text in found.parts]) == (
        "prompt",
        [("messages", "path.id"), ("tools", "search, pay")],
    )
    chat = grow("openai", "default").new({}).get("chat", "completions")
    assert deed(chat.do("create", {"messages": [{"role": "user", "content": ID}]})).parts[0][0] == "messages.user"
    assert deed_of(grow("openai", "default").new({}).get("embeddings").do("create", {}).chain, SEEN) is None


def test_other_acts():
    assert deed(grow("crypto", "createDecipheriv").call("aes", ID)).kind == "decrypt"
    assert deed(grow("unresolved", "decryptApiKey").call(ID)).kind == "decrypt"
    assert deed(grow("resend", "Resend").new().get("emails").do("send", {"to": ME})).name == "resend.emails.send"
    assert deed(grow("unresolved", "sendInviteEmail").call(ME)).kind == "provider"
    found = deed(
        grow("stripe", "default")
        .new()
        .get("checkout", "sessions")
        .do("create", {"customer": ID, "metadata": {"userId": ME}})
    )
    assert (found.kind, found.name) == ("provider", "stripe.checkout.sessions.create")
    assert [name for name, _, _ in found.parts] == ["customer", "metadata.userId"]
    assert deed(grow("zod", "z").do("object", {}).do("parse", ID)).detail == "zod"
    assert deed(grow("child_process", "exec").call(ID)).name == "exec"
