"""Answers that tell strangers how the database looks inside, or which ids exist."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.acts import acts, grouped, place_of_act
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import ActKind, ClientKind, EntryKind, GuardKind, OriginKind, TieKind
from assistant.domain.matrix import Severity


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import ActPart, Entry, Origin
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="error-tells-internals",
    title="An error message of the database is sent to the caller",
    why="Messages of the database name tables, columns and constraints; a different answer for a foreign id than for a missing one tells which ids exist.",
    remedy="Log the error with an id, answer with a sentence of your own, and answer 404 for what is somebody else's.",
    docs="https://owasp.org/www-community/Improper_Error_Handling",
    lint=True,
)

_ROUTE: Final = """
import { db } from "@/lib/db"
import { auth } from "@/auth"

export async function POST(request: Request) {
  const session = await auth()
  if (!session?.user) return new Response("Unauthorized", { status: 401 })
  try {
    await db.note.create({ data: { userId: session.user.id, text: "x" } })
    return Response.json({ ok: true })
  } catch (error) {
    return Response.json({ error: SAID }, { status: 500 })
  }
}
"""
EXAMPLES: Final = (
    CodeExample(
        quiet={**APP, "app/api/notes/route.ts": _ROUTE.replace("SAID", '"That did not work"')},
        leak={"app/api/notes/route.ts": _ROUTE.replace("SAID", "error.message")},
    ),
)
_MESSAGE: Final = re.compile(r"\bstr\((?:e|err|exc|error)\)")
_CAUGHT: Final = frozenset({"e", "err", "error", "ex", "exc", "exception", "dberror"})
_NOT_TOLD: Final = words.named("code name status status_code statuscode digest issues errors type success ok")
"""Parts of an error that name nothing of the database."""
_ADDRESSES: Final = frozenset({"email", "username", "phone", "phone_number", "login"})
_SECRETS: Final = frozenset({GuardKind.SECRET, GuardKind.CAPABILITY})
_REACHED: Final = frozenset(
    {EntryKind.ROUTE, EntryKind.PAGES_API, EntryKind.ENDPOINT, EntryKind.EDGE_FUNCTION, EntryKind.ACTION}
)


def find(context: CodeContext) -> Iterator[Finding]:
    """Two habits, each told once: messages sent on, and 403 beside 404 for one id."""
    messages = [
        (entry, place_of_act(entry, act))
        for entry, act in acts(context, ActKind.RESPOND)
        if entry.kind in _REACHED and entry.queries and any(_is_caught(entry, part) for part in act.parts)
    ]
    yield from grouped(
        RULE,
        messages,
        one="{who} sends the database's own error message to the caller.",
        many="{n} handlers send the database's own error message to the caller.",
        detail="It names tables and columns:",
        key="message",
    )
    accounts = [(entry, entry.place) for entry in context.entries(*_REACHED) if _tells_accounts(entry)]
    yield from grouped(
        RULE,
        accounts,
        one="{who} tells which addresses have an account.",
        many="{n} sign-ins tell which addresses have an account.",
        severity=Severity.INFO,
        detail="The answer for an unknown address is not the one for a wrong password:",
        key="accounts",
    )
    telling = [(entry, entry.place) for entry in context.entries(*_REACHED) if _tells_existence(context, entry)]
    yield from grouped(
        RULE,
        telling,
        one="{who} answers differently for what is somebody else's and what does not exist.",
        many="{n} handlers answer differently for what is somebody else's and what does not exist.",
        severity=Severity.INFO,
        detail="403 beside 404 tells which ids exist:",
        key="existence",
    )


def _tells_accounts(entry: Entry) -> bool:
    """A sign-in that answers otherwise when there is no such account than when the password is wrong."""
    looked_up = [
        query.order
        for query in entry.queries
        for condition in query.filters
        if query.verb == "select"
        and words.snake(condition.column) in _ADDRESSES
        and any(origin.kind is OriginKind.REQUEST for origin in condition.origins)
    ]
    compared = [guard.order for guard in entry.guards if guard.kind in _SECRETS]
    if not looked_up or not compared or max(compared) < min(looked_up):
        return False
    refused = [act for act in entry.acts if act.kind is ActKind.RESPOND and act.detail.startswith("4")]
    said = {
        (act.detail, tuple(origin for part in act.parts for origin in part.origins))
        for act in refused
        if act.order > min(looked_up)
    }
    return len(said) > 1


def _is_caught(entry: Entry, part: ActPart) -> bool:
    """An error that was caught, or that the database's client gave back, is part of the answer."""
    if _MESSAGE.search(part.text):
        return True
    return any(_tells(entry, origin) for origin in part.origins if origin.kind in {OriginKind.UNKNOWN, OriginKind.ROW})


def _tells(entry: Entry, origin: Origin) -> bool:
    root, _, rest = origin.path.removeprefix("!.").lstrip("!").partition(".")
    if origin.kind is OriginKind.ROW and origin.path.startswith("!."):
        root, rest = "error", root  # the error that a client of the database gave back, and what is read of it
    if root.lower() not in _CAUGHT or words.snake(rest.rpartition(".")[2]) in _NOT_TOLD:
        return False
    if origin.kind is OriginKind.UNKNOWN:
        return True
    return any(query.id == origin.row and query.client is not ClientKind.PROVIDER for query in entry.queries)


def _tells_existence(context: CodeContext, entry: Entry) -> bool:
    """Both answers are given after a row was looked up by the id of the path, and not among the caller's own.

    Not where the caller's own client looked: what row-level security hides is not there, and the other answer is for colleagues.
    """
    looked_up = [
        query.order
        for query in entry.queries
        if (query.tie is None or query.tie.kind not in {TieKind.FILTER, TieKind.CHILD}) and context.bypasses(query)
        for condition in query.filters
        for origin in condition.origins
        if origin.kind is OriginKind.REQUEST
        and (origin.path.startswith(("path.", "params.")) or words.snake(condition.column) == "id")
        and not words.is_capability(condition.column)  # whoever holds the link knows that it is one
    ]
    if not looked_up:
        return False
    answered = [act for act in entry.acts if act.kind is ActKind.RESPOND]
    last = max((act.order for act in answered if not act.detail.startswith(("4", "5"))), default=0)
    between = {act.detail for act in answered if min(looked_up) < act.order < last}
    return {"403", "404"} <= between
