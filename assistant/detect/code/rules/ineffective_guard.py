"""Guards that stand there and stop nobody."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.access import MACHINES, NOT_RUN_BY_PEOPLE, access_to, proven_by
from assistant.detect.code.context import WRITES, Whose
from assistant.detect.code.in_many import told_once
from assistant.detect.code.judge import report
from assistant.detect.code.metadata import of_power, of_show
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.telling import does, facts_of, handler, rows_of
from assistant.detect.code.weaknesses import OF_ONE_PLACE, SAYS, as_told, patched_as, why
from assistant.detect.code.without_id import open_without_id
from assistant.domain.code import ActKind, EntryKind, GuardKind, OriginKind, TieKind, Weakness
from assistant.domain.facts import Place
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Entry, Guard, Origin, Query
    from assistant.domain.findings import Finding

RULE = CodeRule(
    id="ineffective-guard",
    title="A guard stands there and stops nobody",
    why="The check is written, and it passes for everybody: a promise that is never awaited, a secret that may be unset, a result nobody looks at, metadata the user "
    "edits. It looks guarded in a review, which is why it stays.",
    remedy="Await it, refuse when the secret is missing, stop when it fails, and decide by what the user cannot change.",
    cause="missing-auth-check",
)

_FAMILIES: Final = (
    frozenset({GuardKind.SECRET, GuardKind.SIGNATURE, GuardKind.ENVIRONMENT}),
    frozenset({GuardKind.SESSION, GuardKind.API_KEY, GuardKind.NAME}),
    frozenset({GuardKind.MEMBERSHIP, GuardKind.OWNER, GuardKind.ROLE}),
)
_METADATA: Final = re.compile(r"meta_?data|user_meta(?!_?data)", re.IGNORECASE)
_ALWAYS: Final = frozenset({Weakness.USER_METADATA, Weakness.FORGED_HEADER, Weakness.AFTER_WRITE, Weakness.NEW_TENANT})
"""Wrong beside any other guard of the same kind."""


def _cron(test: str) -> str:
    return f"""
        import {{ createClient }} from "@supabase/supabase-js";
        const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
        export async function GET(request) {{
          const secret = process.env.CRON_SECRET;
          const header = request.headers.get("authorization");
          if ({test}) return new Response("Unauthorized", {{ status: 401 }});
          await admin.from("subscriptions").update({{ status: "expired" }}).eq("status", "active");
          return Response.json({{ ok: true }});
        }}
    """


def _member(test: str) -> str:
    return f"""
        import {{ PrismaClient }} from "@prisma/client";
        import {{ getServerSession }} from "next-auth";
        const prisma = new PrismaClient();
        async function isMember(userId, teamId) {{
          const member = await prisma.member.findFirst({{ where: {{ userId, teamId }} }});
          return member !== null;
        }}
        export default async function handler(req, res) {{
          const session = await getServerSession(req, res);
          if (!session) return res.status(401).end();
          const {{ teamId }} = req.query;
          if ({test}) return res.status(403).end();
          const team = await prisma.team.findUnique({{ where: {{ id: teamId }} }});
          return res.json(team);
        }}
    """


def _mine(rows: str) -> str:
    return f"""
        import {{ PrismaClient }} from "@prisma/client";
        import {{ getServerSession }} from "next-auth";
        const prisma = new PrismaClient();
        export async function GET() {{
          const session = await getServerSession();
          if (!session) return new Response(null, {{ status: 401 }});
          const all = await prisma.invoice.findMany();
          return Response.json(all.filter({rows}(one) => one.userId === session.user.id));
        }}
    """


def _team(first: str, condition: str) -> str:
    return f"""
        import {{ PrismaClient }} from "@prisma/client";
        import {{ getServerSession }} from "next-auth";
        const prisma = new PrismaClient();
        export async function GET(request) {{
          const session = await getServerSession();
          if (!session) return new Response(null, {{ status: 401 }});
          const teamId = request.nextUrl.searchParams.get("teamId");
          {first}
          if (teamId) {{
            const member = await prisma.teamMember.findFirst({{ where: {{ teamId, userId: session.user.id }} }});
            if (!member) return new Response(null, {{ status: 403 }});
          }}
          return Response.json(await prisma.invoice.findMany({{ where: {{ {condition} }} }}));
        }}
    """


def _cookie(asks: str) -> str:
    return f"""
        import {{ createServerClient }} from "@supabase/ssr";
        import {{ PrismaClient }} from "@prisma/client";
        import {{ cookies }} from "next/headers";
        const prisma = new PrismaClient();
        export async function GET() {{
          const supabase = createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY, {{ cookies: await cookies() }});
          {asks}
          if (!user) return new Response(null, {{ status: 401 }});
          return Response.json(await prisma.invoice.findMany({{ where: {{ userId: user.id }} }}));
        }}
    """


def _named(header: str) -> str:
    return f"""
        import {{ headers }} from "next/headers";
        import {{ auth }} from "@clerk/nextjs/server";
        import {{ PrismaClient }} from "@prisma/client";
        const prisma = new PrismaClient();
        async function callerId() {{
          {header}
          const {{ userId }} = await auth();
          if (!userId) throw new Error("Sign in first");
          return userId;
        }}
        export async function GET() {{
          const userId = await callerId();
          return Response.json(await prisma.invoice.findMany({{ where: {{ userId }} }}));
        }}
    """


EXAMPLES = (
    CodeExample(
        quiet={"app/api/cron/route.ts": _cron("!secret || header !== `Bearer ${secret}`")},
        leak={"app/api/cron/route.ts": _cron("secret && header !== `Bearer ${secret}`")},
    ),
    CodeExample(
        quiet={"app/api/cron/route.ts": _cron("!secret || header !== `Bearer ${secret}`")},
        leak={"app/api/cron/route.ts": _cron("header !== `Bearer ${process.env.CRON_SECRET}`")},
    ),
    CodeExample(
        quiet={"app/api/cron/route.ts": _cron("!secret || header !== secret")},
        leak={"app/api/cron/route.ts": _cron('(header ?? "") !== (secret ?? "")')},
    ),
    CodeExample(
        quiet={"pages/api/teams/[teamId].ts": _member("!(await isMember(session.user.id, teamId))")},
        leak={"pages/api/teams/[teamId].ts": _member("!isMember(session.user.id, teamId)")},
    ),
    CodeExample(
        quiet={"app/api/invoices/route.ts": _mine("")},
        leak={"app/api/invoices/route.ts": _mine("async ")},
    ),
    CodeExample(
        quiet={"app/api/invoices/route.ts": _cookie("const { data: { user } } = await supabase.auth.getUser();")},
        leak={
            "app/api/invoices/route.ts": _cookie(
                "const { data: { session } } = await supabase.auth.getSession();\n          const user = session?.user;"
            )
        },
    ),
    CodeExample(
        quiet={
            "app/api/invoices/route.ts": _team("if (!teamId) return new Response(null, { status: 400 });", "teamId")
        },
        leak={"app/api/invoices/route.ts": _team("", "teamId: teamId ?? undefined")},
    ),
    CodeExample(
        quiet={"app/api/invoices/route.ts": _named("")},
        leak={
            "app/api/invoices/route.ts": _named(
                'const given = (await headers()).get("x-user-id");\n          if (given) return given;'
            )
        },
    ),
)
_OF_NOBODY: Final = frozenset({GuardKind.VALIDATION, GuardKind.RATE})
"""Checks that ask nobody who they are: a schema for what is sent to a log, a counter."""


def find(context: CodeContext) -> Iterator[Finding]:
    """One finding an entry and weakness, where something stands behind the guard; one for all who are told by the same metadata or helper."""
    edited: dict[tuple[str, str, Weakness], list[Finding]] = {}
    for entry in context.entries():
        if entry.kind in NOT_RUN_BY_PEOPLE or context.reason_public(entry):
            continue
        claimed: set[GuardKind] = set()
        told: set[tuple[Place, Weakness]] = set()  # a comparison is one, whichever side is said first
        for guard in map(as_told, entry.guards):
            if guard.weakness is None or (guard.place, guard.weakness) in told or guard.kind in _OF_NOBODY:
                continue
            if (
                guard.weakness not in SAYS
                or _covered(entry, guard)
                or _spares_administrators(entry, guard)
                or of_show(guard)
            ):
                continue
            if guard.kind in claimed and guard.weakness is Weakness.GET_SESSION:
                continue  # the same claim is asked again further down
            behind = _behind(context, entry, guard)
            if not behind and not _powerful(entry, guard):
                continue
            told.add((guard.place, guard.weakness))
            finding = _finding(context, entry, guard, behind)
            claimed |= {guard.kind} if guard.weakness is Weakness.GET_SESSION else set()
            if guard.weakness in OF_ONE_PLACE:
                edited.setdefault((guard.says, "", guard.weakness), []).append(finding)
            elif guard.weakness is Weakness.GET_SESSION and guard.place.file != entry.place.file:
                helper = guard.place.symbol or guard.place.file
                edited.setdefault((f"the check in {helper}()", guard.place.file, guard.weakness), []).append(finding)
            else:
                yield finding
        for guard, query in open_without_id(context, entry):
            yield _finding(context, entry, replace(guard, weakness=Weakness.FAIL_OPEN), [query])
    for (says, _, weakness), found in edited.items():
        yield from told_once(found, partial(_of_many, says, weakness))


def _of_many(says: str, weakness: Weakness, handlers: int) -> str:
    """The same field of the same metadata, or the same helper, decides in many handlers."""
    said = f"{says} does not guard {handlers} handlers: it {why(says, weakness)}."
    return said[0].upper() + said[1:]


def _finding(context: CodeContext, entry: Entry, guard: Guard, behind: list[Query]) -> Finding:
    assert guard.weakness is not None
    place = Place(file=guard.place.file, line=guard.place.line, symbol=entry.place.symbol)
    shown = place if guard.place.file == entry.place.file else None
    if guard.weakness is Weakness.FORGED_HEADER:
        shown = guard.place
    named = "the session" if guard.says == "error" else guard.says
    said = f"{named} does not guard {_name(context, entry, behind)}: it {why(named, guard.weakness)}."
    access = access_to(context, entry, behind[0]) if behind else None
    harmless = guard.weakness is Weakness.USER_METADATA and not of_power(guard)
    sure = Confidence.MEDIUM if entry.unresolved else Confidence.HIGH
    return report(
        RULE,
        entry,
        f"Worth asking: is anybody let in by it? {said}" if harmless else said[0].upper() + said[1:],
        severity=Severity.LOW if harmless else _severity(context, guard, behind),
        confidence=Confidence.LOW if harmless else sure,
        detail=f"Behind it the handler can {does(behind)} {rows_of(behind[0])}." if behind else "",
        queries=behind,
        place=shown or entry.place,
        key=f"{guard.weakness.value}.{guard.kind.value}",
        facts=(facts_of(access) if access else {})
        | {"weakness": patched_as(guard), "guard": guard.says, "guard_file": guard.place.file},
    )


def _name(context: CodeContext, entry: Entry, behind: list[Query]) -> str:
    if behind:
        return handler(access_to(context, entry, behind[0]))
    return entry.path or entry.place.symbol or entry.id


def _severity(context: CodeContext, guard: Guard, behind: list[Query]) -> Severity:
    if guard.weakness is Weakness.GET_SESSION:
        return Severity.MEDIUM if any(query.client.bypasses for query in behind) else Severity.LOW
    if guard.weakness in {Weakness.UNSET_SECRET, Weakness.OPTIONAL_SECRET}:
        return Severity.MEDIUM  # it takes a variable that nobody set
    private = any(context.whose(query.table, query.engine) is Whose.CUSTOMERS for query in behind)
    return Severity.HIGH if private else Severity.MEDIUM


def _spares_administrators(entry: Entry, guard: Guard) -> bool:
    """A wrapper refuses what an administrator alone may go without (``if (!tenantId && role !== "super_admin")``), and the caller is known."""
    if guard.weakness is not Weakness.ONE_BRANCH or guard.kind is not GuardKind.ROLE:
        return False
    known = (query for query in entry.queries if query.order >= guard.order)
    return guard.place.file != entry.place.file and all("caller" in query.known for query in known)


def _covered(entry: Entry, guard: Guard) -> bool:
    """Another guard that counts asks the same, or more, before anything is reached."""
    if guard.weakness in _ALWAYS:
        return False
    if guard.weakness is Weakness.GET_SESSION:
        wanted: frozenset[GuardKind] = frozenset({GuardKind.SESSION, GuardKind.API_KEY})
    else:
        wanted = next((family for family in _FAMILIES if guard.kind in family), frozenset({guard.kind}))
    first = min((query.order for query in entry.queries if query.order > guard.order), default=None)
    kept = _kept(guard)
    for other in entry.guards:
        if other.weakness is not None or other is guard:
            continue
        if kept and not kept & {subject.row for subject in other.subjects}:
            continue  # what another row was compared with says nothing of those that the filter was to hold back
        in_time = first is None or other.order <= first or other.kind is GuardKind.OWNER
        if in_time and (other.kind in wanted or other.kind in MACHINES):
            return True  # behind a secret that holds, only a trusted sender names whom it is about
        if in_time and wanted == _FAMILIES[1] and other.kind in _FAMILIES[2] | MACHINES:
            return True
    return False


def _behind(context: CodeContext, entry: Entry, guard: Guard) -> list[Query]:
    """Queries past the rules that the guard was meant to protect, worst first."""
    late = guard.weakness is Weakness.AFTER_WRITE
    kept = _kept(guard)
    about = {one for one in proven_by(entry, (guard,)) if words.names_id(one.path)} if late else set()
    out = []
    for query in entry.queries:
        access = access_to(context, entry, query)
        if not context.bypasses(query) or query.table == "":
            continue
        if access.whose is Whose.SERVERS or (access.whose is Whose.EVERYONES and not access.writes):
            continue
        unverified = guard.weakness is Weakness.GET_SESSION and _by_claim_alone(query)
        if query.id in kept and query.order < guard.order and _may_be_others(query) and access.used:
            out.append(query)  # what the filter was to hold back was read before it
            continue
        if access.tied and guard.kind not in MACHINES and guard.weakness not in _ALWAYS and not unverified:
            continue
        unbound = access.writes and not access.tied and not access.own_note  # that somebody was refused is only noted
        if late and query.order < guard.order and unbound and about & _asked(query):
            out.append(query)
        if not late and query.order > guard.order and (access.used or access.writes):
            out.append(query)
    return sorted(out, key=lambda query: (query.verb not in WRITES, query.order))


def _kept(guard: Guard) -> frozenset[int]:
    """Rows that an async filter was to hold back."""
    if guard.weakness is not Weakness.ASYNC_FILTER:
        return frozenset()
    return frozenset(subject.row for subject in guard.subjects if subject.kind is OriginKind.ROW)


def _may_be_others(query: Query) -> bool:
    """Nothing but an id that another row holds ties it to the caller: whoever wrote the filter did not believe that id."""
    return query.tie is None or query.tie.kind is TieKind.CHILD


def _by_claim_alone(query: Query) -> bool:
    """The only thing that binds it to somebody is the id in a cookie that nobody verified: whoever writes the cookie writes the id."""
    kinds = {origin.kind for condition in query.filters for origin in condition.origins}
    kinds |= {origin.kind for written in query.written for origin in written.origins}
    return query.tie is not None and OriginKind.CLAIMED in kinds and OriginKind.CALLER not in kinds


def _asked(query: Query) -> set[Origin]:
    """Every value that the query compares or stores."""
    found = {origin for condition in query.filters for origin in condition.origins}
    return found | {origin for written in query.written for origin in written.origins}


def _powerful(entry: Entry, guard: Guard) -> bool:
    """No rows, but a provider is called behind a secret that does not hold."""
    if guard.kind not in MACHINES or entry.kind not in {
        EntryKind.ROUTE,
        EntryKind.PAGES_API,
        EntryKind.ENDPOINT,
        EntryKind.EDGE_FUNCTION,
    }:
        return False
    return any(act.kind in {ActKind.PROVIDER, ActKind.DECRYPT} and act.order > guard.order for act in entry.acts)
