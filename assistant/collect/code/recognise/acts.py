"""Other things worth knowing: what is logged, prompted, decrypted, sent, run; answers and caches have modules of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.drafts import Deed
from assistant.collect.code.origins import is_yes_or_no
from assistant.collect.code.recognise import answers, caches, checks, services
from assistant.collect.code.recognise.chains import (
    NOBODYS,
    Seen,
    alternatives,
    argument,
    at_path,
    belongs,
    items_of,
    options,
    package_of,
    said,
)
from assistant.collect.code.values import UNKNOWN, Chain, Listed, Shape, Step, Value, text_of


if TYPE_CHECKING:
    from collections.abc import Iterator

_CONSOLE = frozenset(
    {
        "log",
        "error",
        "warn",
        "info",
        "debug",
        "trace",
        "dir",
        "table",
        "critical",
        "exception",
        "warning",
        "fatal",
        "success",
        "verbose",
        "silly",
        "notice",
        "event",
        "group",
    }
)
_LOGGERS = (
    "pino",
    "winston",
    "next-axiom",
    "@axiomhq/",
    "@logtail/",
    "consola",
    "loglevel",
    "signale",
    "tslog",
    "bunyan",
    "@sentry/",
    "posthog-node",
    "posthog-js",
    "posthog",
    "@vercel/analytics",
    "mixpanel",
    "@segment/",
    "@amplitude/",
    "logging",
    "loguru",
    "structlog",
    "sentry_sdk",
    "@nestjs/common",
    "@highlight-run/",
    "@datadog/",
    "dd-trace",
    "@opentelemetry/",
    "debug",
    "evlog",
)
_LOG_NAMES = re.compile(
    r"^(?:logger|log|logging|_logger|console|sentry|posthog|analytics|tracker|telemetry|mixpanel|winston|pino|app_?log|req\.log|axiom|LOG)$",
    re.IGNORECASE,
)
_CAPTURES = frozenset(
    {
        "captureException",
        "captureMessage",
        "captureEvent",
        "addBreadcrumb",
        "setUser",
        "setContext",
        "setExtra",
        "setTag",
        "capture",
        "identify",
        "track",
        "capture_exception",
        "capture_message",
        "set_user",
        "trackEvent",
        "logEvent",
        "report",
    }
)
_MODELS = {
    "generateText": ("prompt", "messages", "system", "tools"),
    "streamText": ("prompt", "messages", "system", "tools"),
    "generateObject": ("prompt", "messages", "system"),
    "streamObject": ("prompt", "messages", "system"),
    "streamUI": ("prompt", "messages", "system", "tools"),
    "experimental_generateText": ("prompt", "messages", "system", "tools"),
    "experimental_streamText": ("prompt", "messages", "system", "tools"),
}
_PROMPTED = (
    "prompt",
    "messages",
    "input",
    "system",
    "instructions",
    "tools",
    "contents",
    "functions",
    "tool_choice",
    "max_steps",
)
_MODEL_PACKAGES = (
    "openai",
    "@anthropic-ai/",
    "anthropic",
    "@google/generative-ai",
    "@google/genai",
    "google.generativeai",
    "google.genai",
    "groq-sdk",
    "groq",
    "@mistralai/",
    "mistralai",
    "cohere-ai",
    "cohere",
    "replicate",
    "together-ai",
    "ollama",
    "@azure/openai",
    "openai-edge",
    "litellm",
)
_MODEL_CALLS = frozenset(
    {
        "create",
        "stream",
        "parse",
        "generateContent",
        "generateContentStream",
        "sendMessage",
        "sendMessageStream",
        "chat",
        "complete",
        "completion",
        "acompletion",
        "createChatCompletion",
        "generate",
        "generate_content",
        "run",
        "runTools",
        "retrieve_and_generate",
    }
)
_CHAINS = (
    "@langchain/",
    "langchain",
    "langgraph",
    "llamaindex",
    "llama_index",
    "@mastra/",
    "@openai/agents",
    "crewai",
    "pydantic_ai",
)
_CHAIN_CALLS = frozenset(
    {"invoke", "stream", "call", "predict", "ainvoke", "astream", "batch", "run", "streamEvents", "kickoff", "generate"}
)
DECRYPTS = re.compile(
    r"^(?:un)?_?(?:decrypt|decipher|unseal|unwrap_?key|symmetric_?decrypt|aes_?decrypt|open_?secret|vault_?decrypt)",
    re.IGNORECASE,
)
"""Names of functions that open a stored secret."""
_CIPHERS = frozenset({"createDecipheriv", "createDecipher", "privateDecrypt", "decrypt"})
_RUNS = {
    "eval": "eval",
    "Function": "Function",
    "exec": "exec",
    "execSync": "exec",
    "spawn": "spawn",
    "spawnSync": "spawn",
    "runInNewContext": "vm",
    "runInContext": "vm",
    "runInThisContext": "vm",
    "execFile": "exec",
    "system": "system",
    "Popen": "Popen",
    "check_output": "exec",
}
_RUNNERS = frozenset({"child_process", "vm", "vm2", "execa", "os", "subprocess", "isolated-vm", "shelljs"})


def deeds(chain: Chain, seen: Seen) -> Iterator[Deed]:
    """Everything the last call does besides querying."""
    last = chain.last
    if last is None or last.arguments is None:
        return
    package = package_of(chain.source)
    name = last.name or chain.name
    found = (
        _logged(chain, last, package) or _prompted(chain, last, package, name) or _decrypted(chain, last, package, name)
    )
    found = found or _run(chain, last, package, name)
    if found is not None:
        yield found
        return
    yield from answers.deeds(chain, seen)
    yield from caches.deeds(chain, seen)
    yield from services.deeds(chain, seen)
    checked = checks.check(chain, seen) if name in checks.PARSES else None
    if checked is not None and checked.kind == "validation":
        about = checked.about if checked.about is not None else UNKNOWN
        yield Deed("validate", name, (("input", about, said(about)),), checked.says)


def parts_of_arguments(last: Step) -> tuple[tuple[str, Value, str], ...]:
    """``0``, ``0.email``: each argument, object literals field by field."""
    out: list[tuple[str, Value, str]] = []
    for number, value in enumerate(last.arguments or ()):
        for real in alternatives(value):
            out += _opened(str(number), real)
    return tuple(out)


def _opened(name: str, value: Value, depth: int = 0) -> list[tuple[str, Value, str]]:
    if isinstance(value, Shape) and depth < 3:  # noqa: PLR2004 - deeper nobody reads a log line
        found = [one for key, each in value.fields.items() for one in _opened(f"{name}.{key}", each, depth + 1)]
        return found + [(f"{name}.*", rest, said(rest)) for rest in value.rest]
    if isinstance(value, Listed) and depth < 3:  # noqa: PLR2004
        return [one for each in value.items[:6] for one in _opened(name, each, depth + 1)]
    if isinstance(value, Chain) and value.name == "JSON" and value.last is not None and value.last.name == "stringify":
        inner = argument(value.last, 0)
        return _opened(name, inner, depth + 1) if inner is not None else []
    if is_yes_or_no(value):
        return []  # ``{ hasKey: Boolean(request.headers.get("x-api-key")) }``: whether it is there
    return [(name, value, said(value))]


def _logged(chain: Chain, last: Step, package: str) -> Deed | None:
    name = last.name
    if chain.source == "global" and chain.name == "console" and name in _CONSOLE and len(chain.steps) == 1:
        return Deed("log", f"console.{name}", parts_of_arguments(last))
    owner = chain.steps[-2].name if len(chain.steps) > 1 and chain.steps[-2].name else chain.name
    known = belongs(package, _LOGGERS)
    if known and (name in _CONSOLE or name in _CAPTURES or (not name and chain.name in _CAPTURES | {"debug", "track"})):
        return Deed("log", f"{package.rpartition('/')[2]}.{name or chain.name}", _without_redacted(chain, last))
    local = chain.source in NOBODYS or package.startswith(("@/", "~/", ".", "#"))
    if local and name in _CONSOLE | _CAPTURES and _LOG_NAMES.match(owner):
        return Deed("log", f"{owner}.{name}", parts_of_arguments(last))
    if chain.source == "global" and chain.name == "print" and len(chain.steps) == 1 and not name:
        return Deed("log", "print", parts_of_arguments(last))
    if local and not name and chain.name in _CAPTURES - {"report", "track", "identify", "capture"}:
        return Deed("log", chain.name, parts_of_arguments(last))
    return None


def _without_redacted(chain: Chain, last: Step) -> tuple[tuple[str, Value, str], ...]:
    """``pino({ redact: ["email", "*.token"] })``: what the logger leaves out."""
    settings = options(chain.steps[0]) if chain.steps else None
    given = at_path(settings, "redact", "paths") or at_path(settings, "redact")
    hidden = {(text_of(one) or "").rpartition(".")[2] for one in items_of(given)} if given is not None else set()
    return tuple(part for part in parts_of_arguments(last) if part[0].rpartition(".")[2] not in hidden)


def _prompted(chain: Chain, last: Step, package: str, name: str) -> Deed | None:
    given = options(last)
    if name in _MODELS and (
        package in {"ai", "ai/rsc", "@ai-sdk/rsc"} or (chain.source in NOBODYS and given is not None)
    ):
        return Deed("prompt", name, _prompt_parts(given, _MODELS[name]))
    names = [step.name for step in chain.steps if step.name]
    if belongs(package, _MODEL_PACKAGES) and name in _MODEL_CALLS and not last.new and _is_model(names, package):
        parts = _prompt_parts(given, _PROMPTED) or tuple(
            ("prompt", each, said(each)) for each in (last.arguments or ())[:1]
        )
        return Deed("prompt", ".".join([package.rpartition("/")[2], *names]), parts)
    if belongs(package, _CHAINS) and name in _CHAIN_CALLS and not last.new:
        return Deed(
            "prompt",
            f"{package.split('/', maxsplit=1)[0]}.{name}",
            tuple(("prompt", each, said(each)) for each in (last.arguments or ())[:1]),
        )
    if (
        chain.source in NOBODYS
        and names[-2:] in (["completions", "create"], ["messages", "create"], ["responses", "create"])
        and given is not None
        and at_path(given, "model") is not None
    ):
        return Deed("prompt", ".".join(names[-3:]), _prompt_parts(given, _PROMPTED))
    return None


def _is_model(names: list[str], package: str) -> bool:
    """Files, threads and vector stores of the same clients are objects, not prompts."""
    if names[:1] == ["files"] or {
        "vectorStores",
        "vector_stores",
        "uploads",
        "batches",
        "embeddings",
        "images",
        "audio",
        "moderations",
    } & set(names):
        return False
    if "threads" in names or "assistants" in names:
        return names[-2:] == ["messages", "create"] or names[-2:] == ["runs", "create"]
    return package != "openai" or len(names) > 1


def _prompt_parts(given: Value | None, wanted: tuple[str, ...]) -> tuple[tuple[str, Value, str], ...]:
    out: list[tuple[str, Value, str]] = []
    for key in wanted:
        value = at_path(given, key)
        if value is None:
            continue
        if key == "tools":
            out.append((key, value, ", ".join(_tool_names(value))))
        elif key == "messages":
            out += [
                (f"{key}.{said(at_path(each, 'role')) or 'any'}", content, said(content))
                for each in items_of(value)
                if (content := at_path(each, "content")) is not None
            ] or [(key, value, said(value))]
        else:
            out.append((key, value, said(value)))
    return tuple(out)


def _tool_names(value: Value) -> list[str]:
    if isinstance(value, Shape):
        return [*value.fields, *("…" for _ in value.rest)]
    return [said(at_path(each, "function", "name") or at_path(each, "name")) or "…" for each in items_of(value)]


def _decrypted(chain: Chain, last: Step, package: str, name: str) -> Deed | None:
    about = argument(last, 0)
    parts = () if about is None else (("0", about, said(about)),)
    if name in _CIPHERS or (DECRYPTS.match(name) and package != "jose"):
        return Deed("decrypt", name, parts)
    if name == "decrypt" and (chain.name == "AES" or any(step.name == "AES" for step in chain.steps)):
        return Deed("decrypt", "AES.decrypt", parts)
    return None


def _run(chain: Chain, last: Step, package: str, name: str) -> Deed | None:
    """Text that is run as a program."""
    if name not in _RUNS or not last.arguments:
        return None
    if (
        chain.source == "global" and name in {"eval", "Function", "exec"} and len(chain.steps) == 1
    ) or package.partition("/")[0] in _RUNNERS:
        return Deed("provider", _RUNS[name], parts_of_arguments(last))
    return None
