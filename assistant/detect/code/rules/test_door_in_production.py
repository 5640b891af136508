"""Doors for tests, demos and debugging that are open in production."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.access import PERSONS, strong_guards
from assistant.detect.code.context import WRITES, Whose
from assistant.detect.code.judge import place_of, report
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import SUPABASE
from assistant.domain.code import ActKind, EntryKind, GuardKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Entry, Query
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="test-door-in-production",
    title="A door for tests is open in production",
    why="A route that signs in a test user, fills in sample rows or prints internals is deployed with everything else. Its secret, if it has one, never changes and lies in test configurations.",
    remedy='Refuse when process.env.NODE_ENV === "production" before anything else happens, or leave the file out of the build.',
    cause="missing-auth-check",
)

_ROUTE: Final = """
import { admin } from "@/lib/admin"

export async function POST(request: Request) {
  FIRST
  const body = await request.json()
  if (body.secret !== process.env.E2E_SECRET) return new Response("Forbidden", { status: 403 })
  const { data } = await admin.auth.admin.generateLink({ type: "magiclink", email: "e2e@example.test" })
  await admin.from("subscriptions").update({ plan: "pro" }).eq("email", "e2e@example.test")
  return Response.json({ token: data.properties.hashed_token })
}
"""
EXAMPLES: Final = (
    CodeExample(
        quiet=SUPABASE,
        leak={"app/api/auth/e2e-login/route.ts": _ROUTE.replace("FIRST", "")},
        mend={
            "app/api/auth/e2e-login/route.ts": _ROUTE.replace(
                "FIRST", 'if (process.env.NODE_ENV === "production") return new Response("Not found", { status: 404 })'
            )
        },
    ),
)
_TEST_WORDS: Final = frozenset(
    {
        "e2e",
        "playwright",
        "cypress",
        "mock",
        "fake",
        "dev",
        "debug",
        "seed",
        "seeder",
        "fixtures",
        "sandbox",
        "testing",
        "impersonate",
    }
)
_TEST_PAIRS: Final = re.compile(
    r"(?:^|[-_/])test[-_](?:login|auth|user|session|token|seed|reset|db|data|account|email|api|route|endpoint)|(?:^|[-_/])(?:e|E)2e(?:[-_/]|$)"
    r"|(?:^|[-_/])(?:login|auth|dev|debug|seed|reset|quick|auto|fake)[-_](?:test|bypass|as|db|database|login|user|users|data)(?:[-_/]|$)|/tests?(?:/|$)|(?:^|[-_/])bypass(?:[-_/]|$)",
    re.IGNORECASE,
)
_DEVICES: Final = frozenset({"developer", "developers", "devices", "device"})
_REACHED: Final = frozenset({EntryKind.ROUTE, EntryKind.PAGES_API, EntryKind.ENDPOINT, EntryKind.EDGE_FUNCTION})


def find(context: CodeContext) -> Iterator[Finding]:
    """Routes named like a test's or a developer's door that reach rows or sign somebody in, with nobody signed in and no look at the environment."""
    for entry in context.entries(*_REACHED):
        if not _is_door(entry) or context.reason_public(entry) or context.said_private(entry):
            continue
        guards = tuple(strong_guards(entry))
        if any(guard.kind is GuardKind.ENVIRONMENT or guard.kind in PERSONS for guard in guards):
            continue
        fault = _fault(context, entry)
        signs_in = _signs_in(entry)
        if not entry.queries or (fault is None and not signs_in):
            continue
        by_secret = any(guard.kind in {GuardKind.SECRET, GuardKind.SIGNATURE} for guard in guards)
        yield report(
            RULE,
            entry,
            f"{entry.id} is a door for tests that production leaves open.",
            severity=Severity.LOW if entry.unresolved else _severity(by_secret=by_secret, signs_in=signs_in),
            confidence=Confidence.MEDIUM if entry.unresolved else Confidence.HIGH,
            detail="A secret that never changes is all it asks for." if by_secret else "Nobody is asked who they are.",
            place=place_of(entry, fault) if fault is not None else None,
            key="door",
            facts={"guard": "environment"},
        )


def _severity(*, by_secret: bool, signs_in: bool) -> Severity:
    if signs_in:
        return Severity.MEDIUM if by_secret else Severity.CRITICAL
    return Severity.LOW if by_secret else Severity.HIGH


def _is_door(entry: Entry) -> bool:
    parts = [part for part in entry.path.lower().split("/") if part and not part.startswith(("[", ":"))]
    if any(part in _DEVICES for part in parts):
        return False
    named = {word for part in parts for word in words.words(part)}
    return (
        bool(_TEST_WORDS & set(parts))
        or bool(_TEST_PAIRS.search(entry.path))
        or bool({"e2e", "playwright", "seed"} & named)
    )


def _fault(context: CodeContext, entry: Entry) -> Query | None:
    """Rows of customers that it reaches past the policies; writes first."""
    queries = [query for query in entry.queries if context.bypasses(query)]
    for query in queries:
        if query.verb in WRITES and context.whose(query.table, query.engine) is not Whose.SERVERS:
            return query
    return next(
        (query for query in queries if query.returned and context.whose(query.table, query.engine) is Whose.CUSTOMERS),
        None,
    )


def _signs_in(entry: Entry) -> bool:
    """It makes a session, a sign-in link or a user, or is named like it."""
    if {"login", "signin", "auth", "session", "token", "impersonate"} & set(words.words(entry.path)):
        return True
    made = re.compile(
        r"(?:sign|insert)\.auth\.users|generateLink|createSession|signIn|verifyOtp|createUser|setSession|signInWithPassword|encode|sign\Z|impersonat",
        re.IGNORECASE,
    )
    named = [act.name for act in entry.acts if act.kind in {ActKind.PROVIDER, ActKind.HEADER}]
    named += [f"{query.verb}.{query.table}" for query in entry.queries]
    return any(made.search(name) for name in named)
