"""Ids that reach the database in whatever shape they were sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.acts import grouped
from assistant.detect.code.judge import place_of
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import ActKind, ClientKind, EntryKind, GuardKind, OriginKind


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Entry, Query
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="missing-validation",
    title="Input reaches the database in whatever shape it was sent",
    why="An object or a list where a string was expected changes what a query means in an ORM, and an id of another kind ends in an error that tells the schema.",
    remedy="Parse the body and the parameters with the schema library that the repository already uses before the first query.",
    docs="https://cheatsheetseries.owasp.org/cheatsheets/Input_Validation_Cheat_Sheet.html",
    lint=True,
)

_ROUTE: Final = """
import { z } from "zod"
import { auth } from "@/auth"
import { db } from "@/lib/db"

export async function POST(request: Request) {
  const session = await auth()
  if (!session?.user) return new Response("Unauthorized", { status: 401 })
  const body = READ
  const note = await db.note.findFirst({ where: { id: body.id, userId: session.user.id } })
  return Response.json({ text: note?.text })
}
"""
EXAMPLES: Final = (
    CodeExample(
        quiet={
            **APP,
            "app/api/notes/route.ts": _ROUTE.replace(
                "READ", "z.object({ id: z.string().uuid() }).parse(await request.json())"
            ),
        },
        leak={"app/api/notes/route.ts": _ROUTE.replace("READ", "await request.json()")},
    ),
)
_TYPED: Final = frozenset(
    {EntryKind.PROCEDURE, EntryKind.SERVICE, EntryKind.PAGE, EntryKind.TOOL, EntryKind.JOB, EntryKind.COMPONENT}
)
"""Kinds whose input is checked by the framework, or is no body."""


def find(context: CodeContext) -> Iterator[Finding]:
    """Bodies and action arguments that find rows and were parsed by nothing; one finding for all."""
    found = []
    for entry in context.entries():
        if entry.kind in _TYPED or entry.webhook or _validates(entry):
            continue
        query = next((query for query in entry.queries if _by_body(query)), None)
        if query is not None:
            found.append((entry, place_of(entry, query)))
    yield from grouped(
        RULE,
        found,
        one="{who} passes ids of the request body to the database without a schema.",
        many="{n} handlers pass ids of the request body to the database without a schema.",
        detail="No schema parses the input of:",
        facts={"library": context.map.idioms.get("validation", "")},
    )


def _validates(entry: Entry) -> bool:
    return any(act.kind is ActKind.VALIDATE for act in entry.acts) or any(
        guard.kind is GuardKind.VALIDATION for guard in entry.guards
    )


def _by_body(query: Query) -> bool:
    return query.client is not ClientKind.PROVIDER and any(
        words.snake(condition.column).endswith("id")
        and any(
            origin.kind is OriginKind.REQUEST and origin.path.startswith(("body", "argument", "form"))
            for origin in condition.origins
        )
        for condition in query.filters
    )
