"""Secrets that are kept outside of tables and answered: in objects of a key-value store, in variables of the environment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.access import strong_guards
from assistant.detect.code.acts import knows_caller, part, report_act
from assistant.detect.code.caching import ANSWERS, answered_from
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import ActKind, OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Act, ActPart
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="kept-secret-answered",
    title="A secret that is kept outside of tables is answered",
    why="A variable of the environment opens the application to whoever has it. What is kept in Redis or KV has no columns to leave out and no row-level security: whoever has an id is sent the whole object, password hashes and tokens included.",
    remedy="Ask for a session, and answer a list of public fields instead of the object.",
    cause="missing-auth-check",
)

_ROUTE: Final = """
import { redis } from "@/lib/redis"

export async function POST(request: Request) {
  const { id } = await request.json()
  await redis.set(`room:${id}`, { id, passwordHash: "x", title: "y" })
  return Response.json({ id })
}

export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  const room = await redis.get(`room:${id}`)
  return Response.json(ANSWER)
}
"""
_FOR_BROWSERS: Final = re.compile(
    r"PUBLIC|PUBLISHABLE|ANON|MAPS?_|MAPBOX|SEARCH|POSTHOG|ANALYTICS|SITE_KEY|FIREBASE|GTM|PUSHER_KEY"
)
"""Keys that are made to be handed to a browser."""
_CONFIGURED: Final = """
export async function GET() {
  return Response.json({ key: ANSWER })
}
"""
EXAMPLES: Final = (
    CodeExample(
        quiet={**APP, "app/api/config/route.ts": _CONFIGURED.replace("ANSWER", "!!process.env.OPENAI_API_KEY")},
        leak={"app/api/config/route.ts": _CONFIGURED.replace("ANSWER", "process.env.OPENAI_API_KEY")},
    ),
    CodeExample(
        quiet={**APP, "app/api/rooms/[id]/route.ts": _ROUTE.replace("ANSWER", '{ found: "yes" }')},
        leak={"app/api/rooms/[id]/route.ts": _ROUTE.replace("ANSWER", "{ room }")},
    ),
)


def find(context: CodeContext) -> Iterator[Finding]:
    """Whole objects by an id of the request, without any guard, of a store into which some entry writes secrets."""
    yield from _variables(context)
    secret = _prefixes_with_secrets(context)
    for entry in context.entries(*ANSWERS):
        if any(strong_guards(entry)) or context.reason_public(entry) or entry.verb not in {"GET", "*", "", "query"}:
            continue
        for act in entry.acts:
            key = part(act, "key") if act.kind is ActKind.CACHE and act.detail == "read" else None
            if key is None or _prefix(key) not in secret:
                continue
            answer = answered_from(entry, act, key)
            if answer is None or _is_taken_apart(answer, key):
                continue
            if any(origin.kind is OriginKind.REQUEST for origin in key.origins):
                fields = secret[_prefix(key)]
                yield report_act(
                    RULE,
                    entry,
                    act,
                    f"{entry.id} answers whole objects of a store, {fields[0]} included, to anybody with an id.",
                    severity=Severity.HIGH,
                    confidence=Confidence.MEDIUM,
                    detail="Nobody is asked who they are, and no field is left out.",
                    key=_prefix(key),
                    facts={"column": fields[0], "columns": ",".join(fields), "key": key.text},
                )
                break


def _variables(context: CodeContext) -> Iterator[Finding]:
    """Secrets of the environment that stand in an answer."""
    for entry in context.entries(*ANSWERS):
        for act in entry.acts:
            if act.kind is not ActKind.RESPOND or act.name != "environment":
                continue
            variable = act.parts[0].text
            secret = words.is_secret_variable(variable) or "ACCESS_KEY" in variable
            if not secret or _FOR_BROWSERS.search(variable):
                continue
            known = knows_caller(entry)
            yield report_act(
                RULE,
                entry,
                act,
                f"{entry.id} answers {variable}{' to whoever is signed in' if known else ''}.",
                severity=Severity.MEDIUM if known else Severity.HIGH,
                confidence=Confidence.MEDIUM,
                detail="The secret of the application is in the answer; whoever reads it acts as the application.",
                key=variable,
                facts={"variable": variable},
            )


def _is_taken_apart(answer: Act, key: ActPart) -> bool:
    """Fields of the object are answered one by one."""
    paths = tuple(f"{origin.path}." for origin in key.origins if origin.kind is OriginKind.REQUEST)
    return any(origin.path.startswith(paths) for each in answer.parts for origin in each.origins)


def _prefix(key: ActPart) -> str:
    """What a key begins with: ``room:``; empty when it begins with something computed."""
    return key.text.partition("${")[0].strip("`'\"")


def _prefixes_with_secrets(context: CodeContext) -> dict[str, tuple[str, ...]]:
    """Beginnings of keys under which an object with secret fields is kept, with the fields."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in context.map.entries:
        for act in entry.acts:
            key, value = (part(act, "key"), part(act, "value")) if act.kind is ActKind.CACHE else (None, None)
            if act.detail != "fill" or key is None or value is None or not _prefix(key):
                continue
            fields = tuple(one for one in value.text.strip("{ }").replace(",", " ").split() if words.is_secret(one))
            if fields:
                found.setdefault(_prefix(key), fields)
    return found
