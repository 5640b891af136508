"""Rows found by an id of the request alone, for a caller who is signed in and need not own them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.access import accesses
from assistant.detect.code.beforehand import asked_before
from assistant.detect.code.faults import Fault, fault_of, guards_said
from assistant.detect.code.judge import place_of, report
from assistant.detect.code.members import of_members
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.shared_rows import shared_by_all
from assistant.detect.code.telling import (
    asked_words,
    by_table,
    confidence_of,
    does,
    facts_of,
    handler,
    rows_of,
    severity_of,
)
from assistant.detect.code.tenants_office import asked_for_office, whoever
from assistant.domain.code import ClientKind, EntryKind, OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence
from assistant.text.plural import listed


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.detect.code.access import Access
    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Origin
    from assistant.domain.findings import Finding

RULE = CodeRule(
    id="id-only-lookup",
    title="A row is found by an id from the request alone",
    why="Somebody is signed in, and the row is read, changed or deleted by whatever id they send. Another customer's id works as well as their own.",
    remedy="Put the owner or the tenant of the session into the condition, or compare the row's owner with the session before using it.",
    docs="https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/",
    cause="client-controlled-identifier",
)

_AUTH = """
    import { getServerSession } from "next-auth";
    export async function auth() { return getServerSession(); }
"""
_SUPABASE = """
    import { createClient } from "@supabase/supabase-js";
    import { createServerClient } from "@supabase/ssr";
    import { cookies } from "next/headers";
    export const admin = () => createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
    export const client = async () => createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY, { cookies: await cookies() });
"""
EXAMPLES = (
    CodeExample(
        quiet={
            "lib/auth.ts": _AUTH,
            "lib/prisma.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();',
            "app/api/documents/[id]/route.ts": """
                import { auth } from "../../../../lib/auth";
                import { prisma } from "../../../../lib/prisma";
                export async function DELETE(request, { params }) {
                  const session = await auth();
                  if (!session) return new Response(null, { status: 401 });
                  const document = await prisma.document.findUnique({ where: { id: params.id } });
                  if (!document || document.userId !== session.user.id) return new Response(null, { status: 404 });
                  await prisma.document.delete({ where: { id: params.id } });
                  return new Response(null, { status: 204 });
                }
            """,
        },
        leak={
            "app/api/documents/[id]/route.ts": """
                import { auth } from "../../../../lib/auth";
                import { prisma } from "../../../../lib/prisma";
                export async function DELETE(request, { params }) {
                  const session = await auth();
                  if (!session) return new Response(null, { status: 401 });
                  await prisma.document.delete({ where: { id: params.id } });
                  return new Response(null, { status: 204 });
                }
            """,
        },
    ),
    CodeExample(
        quiet={
            "server/trpc.ts": """
                import { initTRPC, TRPCError } from "@trpc/server";
                const t = initTRPC.context().create();
                export const router = t.router;
                export const protectedProcedure = t.procedure.use(({ ctx, next }) => {
                  if (!ctx.session?.user) throw new TRPCError({ code: "UNAUTHORIZED" });
                  return next({ ctx: { user: ctx.session.user } });
                });
            """,
            "server/db.ts": """
                import { drizzle } from "drizzle-orm/postgres-js";
                import { pgTable, text } from "drizzle-orm/pg-core";
                export const projects = pgTable("projects", { id: text("id"), ownerId: text("owner_id"), name: text("name") });
                export const db = drizzle(process.env.DATABASE_URL);
            """,
            "server/routers/projects.ts": """
                import { z } from "zod";
                import { and, eq } from "drizzle-orm";
                import { db, projects } from "../db";
                import { protectedProcedure, router } from "../trpc";
                export const projectRouter = router({
                  rename: protectedProcedure.input(z.object({ id: z.string(), name: z.string() })).mutation(async ({ ctx, input }) => {
                    await db.update(projects).set({ name: input.name }).where(and(eq(projects.id, input.id), eq(projects.ownerId, ctx.user.id)));
                  }),
                });
            """,
        },
        leak={
            "server/routers/projects.ts": """
                import { z } from "zod";
                import { eq } from "drizzle-orm";
                import { db, projects } from "../db";
                import { protectedProcedure, router } from "../trpc";
                export const projectRouter = router({
                  rename: protectedProcedure.input(z.object({ id: z.string(), name: z.string() })).mutation(async ({ ctx, input }) => {
                    await db.update(projects).set({ name: input.name }).where(eq(projects.id, input.id));
                  }),
                });
            """,
        },
    ),
    CodeExample(
        quiet={
            "lib/supabase.ts": _SUPABASE,
            "app/notes/actions.ts": """
                "use server";
                import { admin, client } from "../../lib/supabase";
                export async function readNote(noteId) {
                  const supabase = await client();
                  const { data: { user } } = await supabase.auth.getUser();
                  if (!user) throw new Error("Sign in first");
                  const { data } = await admin().from("notes").select("*").eq("id", noteId).eq("user_id", user.id).single();
                  return data;
                }
            """,
        },
        leak={
            "app/notes/actions.ts": """
                "use server";
                import { admin, client } from "../../lib/supabase";
                export async function readNote(noteId) {
                  const supabase = await client();
                  const { data: { user } } = await supabase.auth.getUser();
                  if (!user) throw new Error("Sign in first");
                  const { data } = await admin().from("notes").select("*").eq("id", noteId).single();
                  return data;
                }
            """,
        },
    ),
    CodeExample(
        quiet={
            "lib/auth.ts": _AUTH,
            "lib/prisma.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();',
            "app/api/letters/route.ts": """
                import fs from "fs";
                import path from "path";
                import { auth } from "../../../lib/auth";
                import { prisma } from "../../../lib/prisma";
                export async function GET(request) {
                  const session = await auth();
                  if (!session) return new Response(null, { status: 401 });
                  const id = new URL(request.url).searchParams.get("id");
                  const letter = await prisma.letter.findFirst({ where: { id, userId: session.user.id } });
                  if (!letter) return new Response(null, { status: 404 });
                  return new Response(fs.readFileSync(path.join(letter.filePath)));
                }
            """,
        },
        leak={
            "app/api/letters/route.ts": """
                import fs from "fs";
                import path from "path";
                import { auth } from "../../../lib/auth";
                export async function GET(request) {
                  const session = await auth();
                  if (!session) return new Response(null, { status: 401 });
                  const asked = new URL(request.url).searchParams.get("path");
                  return new Response(fs.readFileSync(path.join(asked)));
                }
            """,
        },
    ),
    CodeExample(
        # a day in the time zone of whoever asks says nothing of whose rows are found
        quiet={
            "lib/auth.ts": _AUTH,
            "lib/prisma.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();',
            "app/api/visits/[id]/route.ts": """
                import { auth } from "../../../../lib/auth";
                import { prisma } from "../../../../lib/prisma";
                export async function GET(request, { params }) {
                  const session = await auth();
                  if (!session) return new Response(null, { status: 401 });
                  const zone = session.user.timezone;
                  return Response.json(await prisma.visit.findMany({ where: { patientId: params.id, zone, userId: session.user.id } }));
                }
            """,
        },
        leak={
            "app/api/visits/[id]/route.ts": """
                import { auth } from "../../../../lib/auth";
                import { prisma } from "../../../../lib/prisma";
                export async function GET(request, { params }) {
                  const session = await auth();
                  if (!session) return new Response(null, { status: 401 });
                  const zone = session.user.timezone;
                  return Response.json(await prisma.visit.findMany({ where: { patientId: params.id, zone } }));
                }
            """,
        },
    ),
)
_TABLES: Final = 4
"""Tables that one title names."""
_NAMED: Final = 12
"""Handlers that the question lists."""


def find(context: CodeContext) -> Iterator[Finding]:
    """One finding an entry and table."""
    found = (access for access in accesses(context) if fault_of(access) is Fault.ID_ONLY or _appends(access))
    groups = list(by_table(found))
    shared = shared_by_all(groups, of_members(context))
    for table, together in shared.items():
        yield _one_question(table, together)
    asked = {id(group) for together in shared.values() for group in together}
    for group in _one_cause([group for group in groups if id(group) not in asked]):
        access, queries = group[0], [each.query for each in group]
        below = access.handed and access.query.place.file != access.entry.place.file
        unsure = access.entry.kind is EntryKind.SERVICE
        quiet = all(asked_before(each) or _rewards(each) for each in group)
        office = not quiet and all(map(asked_for_office, group))
        yield report(
            RULE,
            access.entry,
            _said(group, office=office),
            severity=Severity.LOW if quiet else Severity.MEDIUM if office else severity_of(access, anyone=False),
            confidence=Confidence.LOW if unsure or quiet or office else confidence_of(access),
            detail=_detail(guards_said(access), handed=access.handed),
            queries=queries,
            place=place_of(access.entry, access.query, below=True) if below or unsure else None,
            key=words.table_key(access.query.table),
            facts=facts_of(access),
        )


def _said(group: list[Access], *, office: bool) -> str:
    access = group[0]
    done = f"{_done(group)} with any {_asked_of(group)} through {handler(access)}"
    if office:
        return f"Worth asking: may whoever has the role or right that is asked for {done}, whosever they are?"
    return f"{whoever(access)} can {done}."


def _rewards(access: Access) -> bool:
    """Whoever handed out a code is given something for it: the row is found by the code, and nothing in it is what the request says."""
    codes = bool(access.roots) and all(words.snake(column).endswith("_code") for column in access.roots)
    told = {origin.kind for written in access.query.written for origin in written.origins}
    return codes and access.query.verb in {"update", "call"} and not told & {OriginKind.REQUEST, OriginKind.CALLER}


def _one_cause(groups: list[list[Access]]) -> list[list[Access]]:
    """What one handler reads by the same id at the same line, and what it finds through a row that it found so, is one mistake."""
    out: list[list[Access]] = []
    for group in groups:
        first = group[0]
        near = (other for other in out if other[0].entry is first.entry and other[0].handed == first.handed)
        other = next((other for other in near if _same_door(other, group) or _through(other, group)), None)
        if other is None:
            out.append(list(group))
        else:
            other.extend(group)
            other.sort(key=lambda access: (not access.writes, access.query.order))
    return out


def _same_door(one: list[Access], other: list[Access]) -> bool:
    """Both only read, from the same line of the handler, by the same values of the request."""
    if any(access.writes for access in (*one, *other)):
        return False
    first, second = one[0], other[0]
    return first.query.reached_at == second.query.reached_at and _values(first) == _values(second)


def _through(one: list[Access], other: list[Access]) -> bool:
    """The other reads only what hangs on a row of the first, perhaps by way of rows that only lead on."""
    rows = {access.query.id for access in one}
    return all(
        not access.writes and bool(access.asked) and _hangs_on(access, _values(access), rows) for access in other
    )


def _hangs_on(access: Access, values: Iterable[Origin], rows: set[int]) -> bool:
    seen = set(rows)
    left = list(values)
    while left:
        origin = left.pop()
        if origin.kind is not OriginKind.ROW:
            return False
        source = access.queries.get(origin.row)
        if origin.row in seen or source is None:
            continue
        seen.add(origin.row)
        asked = [each for condition in source.filters for each in condition.origins]
        if not any(each.kind is OriginKind.ROW for each in asked):
            return False
        left += [each for each in asked if each.kind in {OriginKind.ROW, OriginKind.REQUEST}]
    return True


def _values(access: Access) -> frozenset[Origin]:
    kinds = {OriginKind.REQUEST, OriginKind.ROW}
    return frozenset(origin for condition in access.asked for origin in condition.origins if origin.kind in kinds)


def _asked_of(group: list[Access]) -> str:
    """The ids the outside chooses, said of the query that takes them from the request."""
    named = [access for access in group if any(origin.kind is OriginKind.REQUEST for origin in _values(access))]
    return asked_words((named or group)[0])


def _done(group: list[Access]) -> str:
    """``delete rows of notes``; ``read rows of notes and tags``."""
    first = group[0]
    tables = list(dict.fromkeys(access.query.table for access in group if access.query.table))
    said = f"{does([access.query for access in group])} {rows_of(first.query)}"
    if len(tables) < 2 or first.query.client is ClientKind.PROVIDER:  # noqa: PLR2004 - one table is said as ever
        return said
    if first.writes:
        verbs = [
            access.query
            for access in group
            if words.table_key(access.query.table) == words.table_key(first.query.table)
        ]
        return f"{does(verbs)} {rows_of(first.query)}"
    return f"read rows of {listed(tables, _TABLES)}"


def _one_question(table: str, together: list[list[Access]]) -> Finding:
    """The habit of all these handlers, shown at the first that changes rows."""
    together = sorted(together, key=lambda group: (not group[0].writes, group[0].entry.id))
    access = together[0][0]
    names = [group[0].entry.id for group in together]
    verb = "reach" if any(one.writes for group in together for one in group) else "read"
    where = f"{len(names)} handlers" if len(names) > 1 else handler(access)
    return report(
        RULE,
        access.entry,
        f"Worth asking: whoever is signed in can {verb} any row of {access.query.table} by its id through {where}, shared by all on purpose?",
        severity=Severity.MEDIUM,
        confidence=Confidence.LOW,
        detail=f"No handler compares a row of it with the caller: {listed(names, _NAMED)}.",
        queries=[each.query for each in together[0]],
        key=f"{table} shared",
        facts=facts_of(access),
    )


def _appends(access: Access) -> bool:
    """Adds a row under an id that the request names, where several rows share an id: a version of somebody's document."""
    query = access.query
    if query.verb != "insert" or not access.knows_caller or not access.context.bypasses(query):
        return False
    if access.trusted_sender or access.administrator or not access.context.grows(query.table):
        return False
    return any(
        written.column == "id"
        and any(origin.kind is OriginKind.REQUEST and origin not in access.proven for origin in written.origins)
        for written in query.written
    )


def _detail(guards: str, *, handed: bool) -> str:
    said = f"{guards} says who is calling" if guards else "The caller is known"
    used = (
        "the function that runs the query is told and does not use it"
        if handed
        else "no condition of the query and no comparison after it uses that"
    )
    return f"{said}; {used}."
