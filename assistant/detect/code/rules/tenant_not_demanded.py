"""Checks that are asked only of whoever has a tenant: whoever has none is let through."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.access import NOT_RUN_BY_PEOPLE, access_to
from assistant.detect.code.context import Whose
from assistant.detect.code.guards import speaks_of_headquarters
from assistant.detect.code.in_many import told_once
from assistant.detect.code.judge import report
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.telling import does, facts_of, handler, rows_of
from assistant.domain.code import GuardKind, OriginKind, Weakness
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Entry, Guard, Origin, Query
    from assistant.domain.findings import Finding

RULE = CodeRule(
    id="tenant-not-demanded",
    title="A check is asked only of whoever has a tenant",
    why="The row is compared with the caller's tenant when the caller has one. An account that was just made, was taken out of its organisation or has none chosen "
    "has no tenant: it is asked nothing, and sees the rows of all of them.",
    remedy="Refuse whoever has no tenant before anything is compared; if accounts without one are administrators, ask for their role.",
    cause="missing-tenant-filter",
)

_ACCOUNTS: Final = words.named("user account profile member membership employee staff person")
"""Last words of tables that say which tenant somebody is of."""


def _row(check: str, before: str = "") -> str:
    return f"""
        import {{ auth }} from "@clerk/nextjs/server";
        import {{ PrismaClient }} from "@prisma/client";
        const prisma = new PrismaClient();
        export async function GET(request, {{ params }}) {{
          const {{ userId, orgId }} = await auth();
          if (!userId) return new Response(null, {{ status: 401 }});
          {before}
          const invoice = await prisma.invoice.findUnique({{ where: {{ id: params.id }} }});
          if ({check}) return new Response(null, {{ status: 404 }});
          return Response.json(invoice);
        }}
    """


def _list(where: str, before: str = "") -> str:
    return f"""
        import {{ auth }} from "@clerk/nextjs/server";
        import {{ PrismaClient }} from "@prisma/client";
        const prisma = new PrismaClient();
        export async function GET() {{
          const {{ userId, orgId }} = await auth();
          if (!userId) return new Response(null, {{ status: 401 }});
          {before}
          return Response.json(await prisma.invoice.findMany({{ where: {where} }}));
        }}
    """


_FILE: Final = "app/api/invoices/[id]/route.ts"
_LIST: Final = "app/api/invoices/route.ts"
_DEMANDED: Final = "if (!orgId) return new Response(null, { status: 403 });"
EXAMPLES = (
    CodeExample(
        quiet={_FILE: _row("!orgId || invoice.orgId !== orgId")},
        leak={_FILE: _row("orgId && invoice.orgId !== orgId")},
        mend={_FILE: _row("orgId && invoice.orgId !== orgId", _DEMANDED)},
    ),
    CodeExample(
        quiet={_LIST: _list("{ orgId }", _DEMANDED)},
        leak={_LIST: _list("{ paid: false, ...(orgId ? { orgId } : {}) }")},
    ),
)


def find(context: CodeContext) -> Iterator[Finding]:
    """One finding for whatever is looked at of the caller: at its place in each handler, at the worst of them where there are many."""
    groups: dict[str, list[Finding]] = {}
    severity: Severity | None = None
    for entry in context.entries():
        if entry.kind in NOT_RUN_BY_PEOPLE or context.reason_public(entry):
            continue
        told: set[str] = set()
        for guard in entry.guards:
            lacked = guard.says.rpartition(" = ")[2]
            if guard.weakness is not Weakness.WITHOUT_TENANT or lacked in told or _everybody_has(context, lacked):
                continue
            if _of_whom_was_named(entry, guard):
                continue
            behind = _behind(context, entry, guard)
            if behind:
                told.add(lacked)
                severity = severity or (Severity.LOW if _headquarters(context) else Severity.MEDIUM)
                groups.setdefault(lacked, []).append(_finding(context, entry, guard, behind, severity))
    for lacked, found in groups.items():
        yield from told_once(found, partial(_of_many, lacked))


def _finding(context: CodeContext, entry: Entry, guard: Guard, behind: list[Query], severity: Severity) -> Finding:
    access = access_to(context, entry, behind[0])
    lacked = guard.says.rpartition(" = ")[2]
    return report(
        RULE,
        entry,
        f"Whoever has no {_short(lacked)} is let through {handler(access)}: the check is asked only of whoever has one.",
        severity=severity,
        confidence=Confidence.MEDIUM,
        detail=f"Behind it the handler can {does(behind)} {rows_of(behind[0])}, whosever they are.",
        queries=behind,
        place=guard.place,
        key=_short(lacked),
        facts=facts_of(access) | {"guard": guard.says, "lacks": lacked},
    )


def _of_many(lacked: str, handlers: int) -> str:
    """The same field in many handlers."""
    return f"Whoever has no {_short(lacked)} is let through {handlers} handlers: the check is asked only of whoever has one."


def _of_whom_was_named(entry: Entry, guard: Guard) -> bool:
    """``row of clients``, looked for by the number that was sent and made where there is none: nobody's membership."""
    rows = {subject.row for subject in guard.subjects if subject.kind is OriginKind.ROW}
    looked = [query for query in entry.queries if query.id in rows and guard.says == f"row of {query.table}"]
    kinds = {origin.kind for query in looked for part in query.filters for origin in part.origins}
    return OriginKind.REQUEST in kinds and OriginKind.CALLER not in kinds


def _short(path: str) -> str:
    return path.rpartition(".")[2] or path


def _everybody_has(context: CodeContext, lacked: str) -> bool:
    """The schema says that no account is without one."""
    column = words.snake(_short(lacked))
    return any(
        words.words(words.table_key(model.name))[-1:]
        and words.words(words.table_key(model.name))[-1] in _ACCOUNTS
        and column in map(words.snake, model.filled)
        for model in context.map.models
    )


def _headquarters(context: CodeContext) -> bool:
    """Somewhere a role of whoever runs the application is asked for: accounts without a tenant may be theirs."""
    return any(speaks_of_headquarters(guard) for entry in context.map.entries for guard in entry.guards)


def _behind(context: CodeContext, entry: Entry, guard: Guard) -> list[Query]:
    """Rows of somebody that nothing but this check holds to the caller."""
    rows = {subject.row for subject in guard.subjects if subject.kind is OriginKind.ROW}
    asked = {subject for subject in guard.subjects if subject.kind is OriginKind.REQUEST}
    if any(_holds(other, rows, asked) for other in entry.guards if other is not guard):
        return []
    found = []
    for query in entry.queries:
        access = access_to(context, entry, query)
        meant = query.id in rows or any(origin in asked for each in query.filters for origin in each.origins)
        if not meant or not context.bypasses(query) or not query.table:
            continue
        if access.administrator or access.trusted_sender or access.whose in {Whose.SERVERS, Whose.EVERYONES}:
            continue
        found.append(query)
    return sorted(found, key=lambda query: query.order)


def _holds(other: Guard, rows: set[int], asked: set[Origin]) -> bool:
    """Another guard, which counts, looked at the same."""
    if other.weakness is not None or other.kind not in {GuardKind.OWNER, GuardKind.MEMBERSHIP}:
        return False
    return any(
        subject.row in rows if subject.kind is OriginKind.ROW else subject in asked for subject in other.subjects
    )
