"""Doors that may be knocked at as often as anybody likes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.access import MACHINES, is_administrative, strong_guards
from assistant.detect.code.acts import grouped, knows_caller
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import EntryKind, GuardKind, OriginKind
from assistant.domain.matrix import Severity


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Entry, Guard
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="rate-limit-absent",
    title="Sign-in, export, invite, search and webhooks have no rate limit",
    why="Passwords and codes can be tried, ids walked through and whole tables exported; nothing slows it down and nobody notices.",
    remedy="Count requests per account and address in a shared store at sign-in, export, invitation and search, or switch on the host's own limit.",
    docs="https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/",
    lint=True,
)

_ROUTE: Final = """
import { db } from "@/lib/db"
import { Ratelimit } from "@upstash/ratelimit"
import { redis } from "@/lib/redis"

const limiter = new Ratelimit({ redis, limiter: Ratelimit.slidingWindow(5, "60 s") })

export async function POST(request: Request) {
  FIRST
  const { email, password } = await request.json()
  const user = await db.user.findUnique({ where: { email } })
  return Response.json({ ok: user?.password === password })
}
"""
_LIMIT: Final = (
    'const { success } = await limiter.limit(request.headers.get("x-forwarded-for") ?? "")\n'
    '  if (!success) return new Response("Too many", { status: 429 })'
)
EXAMPLES: Final = (
    CodeExample(
        quiet=APP,
        leak={"app/api/login/route.ts": _ROUTE.replace("FIRST", "")},
        mend={"app/api/login/route.ts": _ROUTE.replace("FIRST", _LIMIT)},
    ),
)
_DOORS: Final = words.named("""login signin signup register otp verify reset forgot invite invites invitation invitations export exports search webhook webhooks
    token password magic""")
_DOORS_OF_MEMBERS: Final = words.named(
    "otp verify export exports invite invites invitation invitations search password"
)
"""Doors at which somebody who is signed in may still guess or take everything away."""
_LIMITER: Final = re.compile(r"rate[-_]?limit|throttl|(?:^|/)limiter\b|attempts?(?:$|_)", re.IGNORECASE)
"""Files, wrappers and tables that count requests, by their names."""
_PASSWORD: Final = re.compile(
    r"bcrypt|argon|scrypt|passlib|checkpw|check_password|compare(?:Sync)?$|\.verify$", re.IGNORECASE
)
"""Calls that compare a password with its hash."""
_REACHED: Final = frozenset(
    {
        EntryKind.ROUTE,
        EntryKind.PAGES_API,
        EntryKind.ENDPOINT,
        EntryKind.EDGE_FUNCTION,
        EntryKind.ACTION,
        EntryKind.PROCEDURE,
    }
)


def find(context: CodeContext) -> Iterator[Finding]:
    """One note for all such doors; none when the middleware limits everything."""
    if any(_limits(entry) for entry in context.map.entries if entry.kind is EntryKind.MIDDLEWARE):
        return
    found = [
        (entry, entry.place)
        for entry in context.entries(*_REACHED)
        if _is_door(entry) and not _limits(entry) and not _let_in(entry)
    ]
    yield from grouped(
        RULE,
        found,
        one="{who} invites guessing and has no rate limit.",
        many="{n} doors that invite guessing have no rate limit.",
        severity=Severity.INFO,
        detail="Nothing counts requests at",
    )


def _let_in(entry: Entry) -> bool:
    """A signature, a secret or an administrator's role stands before it: nobody gets to guess."""
    guards = tuple(strong_guards(entry))
    held = (guard for guard in guards if guard.kind in MACHINES | {GuardKind.ROLE})
    return any(not _is_guessed(guard) for guard in held) or is_administrative(guards, entry)


def _is_guessed(guard: Guard) -> bool:
    """A password that is compared with its hash is what is tried there."""
    return guard.kind is GuardKind.SECRET and bool(_PASSWORD.search(guard.says))


def _limits(entry: Entry) -> bool:
    return any(guard.kind is GuardKind.RATE for guard in entry.guards) or any(
        _LIMITER.search(name) for name in (*entry.files, *entry.wrappers, *(query.table for query in entry.queries))
    )


def _is_door(entry: Entry) -> bool:
    doors = _DOORS_OF_MEMBERS if knows_caller(entry) else _DOORS
    named = words.words(
        entry.path.replace("sign-in", "signin").replace("sign-up", "signup") or entry.place.symbol or ""
    )
    return (
        bool(doors & set(named))
        and "callback" not in named
        and entry.verb in {"POST", "PUT", "*", "mutation", "", "GET"}
        and "cron" not in named
        and (bool(entry.webhook) or (bool(entry.queries) and _is_told(entry)))
    )


def _is_told(entry: Entry) -> bool:
    """Something of the request goes into it: where nothing can be said, nothing can be guessed."""
    said = [part.origins for query in entry.queries for part in query.filters]
    said += [part.origins for query in entry.queries for part in query.written]
    said += [part.origins for act in entry.acts for part in act.parts] + [guard.subjects for guard in entry.guards]
    return bool(entry.unresolved) or any(one.kind is OriginKind.REQUEST for origins in said for one in origins)
