"""Ids of the request stored as references to rows of which nobody asked whose they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.access import EQUALS, NOT_RUN_BY_PEOPLE, accesses
from assistant.detect.code.beforehand import asked_before
from assistant.detect.code.faults import Fault, fault_of
from assistant.detect.code.judge import place_of, report
from assistant.detect.code.office import of_the_team
from assistant.detect.code.openness import Openness, openness, public_path
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.stored import unchecked_references
from assistant.detect.code.telling import confidence_of, facts_of, handler
from assistant.domain.code import ClientKind, EntryKind, OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.access import Access
    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Origin, Written
    from assistant.domain.findings import Finding

RULE = CodeRule(
    id="foreign-reference-unchecked",
    title="An id from the request is stored as a reference without asking whose row it is",
    why="The new row is the caller's, and it points at a row of another customer: a message in their chat, their file in the caller's store, their monitor on the "
    "caller's page. A foreign key checks that the row exists, not whose it is; row-level security is not asked either.",
    remedy="Look the referenced row up under the caller's own id or tenant first, and stop when it is not there.",
    docs="https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/",
    cause="client-controlled-identifier",
)


_GRAVER: Final = frozenset({Fault.NO_SESSION, Fault.IDENTITY, Fault.CHILD, Fault.ID_ONLY})
"""Faults of the row that is written, which their own rules tell."""


def _comment(check: str) -> str:
    return f"""
        import {{ PrismaClient }} from "@prisma/client";
        import {{ getServerSession }} from "next-auth";
        const prisma = new PrismaClient();
        export async function GET() {{
          const session = await getServerSession();
          if (!session) return new Response(null, {{ status: 401 }});
          return Response.json(await prisma.chat.findMany({{ where: {{ userId: session.user.id }} }}));
        }}
        export async function POST(request) {{
          const session = await getServerSession();
          if (!session) return new Response(null, {{ status: 401 }});
          const {{ chatId, text }} = await request.json();
          {check}
          await prisma.message.create({{ data: {{ chatId, text }} }});
          return new Response(null, {{ status: 201 }});
        }}
    """


def _trpc(check: str) -> str:
    return f"""
        import {{ initTRPC, TRPCError }} from "@trpc/server";
        import {{ z }} from "zod";
        import {{ and, eq }} from "drizzle-orm";
        import {{ drizzle }} from "drizzle-orm/postgres-js";
        import {{ pgTable, text }} from "drizzle-orm/pg-core";
        const pages = pgTable("pages", {{ id: text("id"), workspaceId: text("workspace_id") }});
        const notices = pgTable("notices", {{ id: text("id"), workspaceId: text("workspace_id"), pageId: text("page_id") }});
        const db = drizzle(process.env.DATABASE_URL);
        const t = initTRPC.context().create();
        const protectedProcedure = t.procedure.use(({{ ctx, next }}) => {{
          if (!ctx.session?.user) throw new TRPCError({{ code: "UNAUTHORIZED" }});
          return next({{ ctx: {{ workspace: ctx.session.workspace, user: ctx.session.user }} }});
        }});
        export const router = t.router({{
          list: protectedProcedure.query(({{ ctx }}) => db.select().from(pages).where(eq(pages.workspaceId, ctx.workspace.id))),
          announce: protectedProcedure.input(z.object({{ pageId: z.string() }})).mutation(async ({{ ctx, input }}) => {{
            {check}
            await db.insert(notices).values({{ pageId: input.pageId, workspaceId: ctx.workspace.id }});
          }}),
        }});
    """


def _install(check: str) -> str:
    return f"""
        "use server";
        import {{ createClient }} from "@supabase/supabase-js";
        import {{ auth }} from "@clerk/nextjs/server";
        import {{ App }} from "octokit";
        const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
        async function owns(installationId, userId) {{
          const {{ data }} = await admin.from("installations").select("id").eq("installation_id", installationId).eq("user_id", userId).single();
          return data !== null;
        }}
        export async function connect(installationId) {{
          const {{ userId }} = await auth();
          if (!userId) throw new Error("Sign in first");
          {check}
          await admin.from("users").update({{ installation_id: installationId }}).eq("clerk_id", userId);
        }}
    """


def _roles(check: str) -> str:
    return f"""
        import {{ initTRPC, TRPCError }} from "@trpc/server";
        import {{ z }} from "zod";
        import {{ PrismaClient }} from "@prisma/client";
        const prisma = new PrismaClient();
        const t = initTRPC.context().create();
        export const router = t.router({{
          list: t.procedure.query(({{ ctx }}) => prisma.permission.findMany({{ where: {{ workspaceId: ctx.workspace.id }} }})),
          grant: t.procedure.input(z.object({{ roleId: z.string(), permissionIds: z.array(z.string()) }})).mutation(async ({{ ctx, input }}) => {{
            const role = await prisma.role.findFirst({{ where: {{ id: input.roleId, workspaceId: ctx.workspace.id }} }});
            if (!role) throw new TRPCError({{ code: "NOT_FOUND" }});
            {check}
            await prisma.rolesPermissions.createMany({{
              data: input.permissionIds.map((permissionId) => ({{ permissionId, roleId: role.id, workspaceId: ctx.workspace.id }})),
            }});
          }}),
        }});
    """


EXAMPLES = (
    CodeExample(
        quiet={
            "app/api/messages/route.ts": _comment(
                "const chat = await prisma.chat.findFirst({ where: { id: chatId, userId: session.user.id } });\n          if (!chat) return new Response(null, { status: 404 });"
            )
        },
        leak={"app/api/messages/route.ts": _comment("")},
    ),
    CodeExample(
        quiet={
            "server/router.ts": _trpc(
                "const [page] = await db.select().from(pages).where(and(eq(pages.id, input.pageId), eq(pages.workspaceId, ctx.workspace.id)));\n"
                '            if (!page) throw new TRPCError({ code: "FORBIDDEN" });'
            )
        },
        leak={"server/router.ts": _trpc("")},
    ),
    CodeExample(
        quiet={"app/actions.ts": _install('if (!(await owns(installationId, userId))) throw new Error("Not yours");')},
        leak={"app/actions.ts": _install("")},
    ),
    CodeExample(
        quiet={
            "server/roles.ts": _roles(
                "const known = await prisma.permission.findMany({ where: { id: { in: input.permissionIds }, workspaceId: ctx.workspace.id } });\n"
                '            if (known.length !== input.permissionIds.length) throw new TRPCError({ code: "NOT_FOUND" });'
            )
        },
        leak={"server/roles.ts": _roles("")},
    ),
)

_SERVICE: Final = re.compile(r"(?:^|[/._-])(?:services?|repositor(?:y|ies)|use-?cases?)(?:[/._-]|$)", re.IGNORECASE)
"""Files of what decides for thin handlers: whoever mends it mends it there."""
_PEOPLE: Final = frozenset(
    {"person", "people", "user", "member", "profile", "employee", "staff", "volunteer", "attending", "assignee"}
)


def find(context: CodeContext) -> Iterator[Finding]:
    """One finding an entry, table and verb, naming the first such column; an id that is written twice is asked about once."""
    told: set[tuple[str, Origin]] = set()
    for access in accesses(context):
        if not _counts(access):
            continue
        by_rules = context.covered_by_rules(access.query)
        # what the policies look at is the tenant of the row
        found = [one for one in unchecked_references(access) if not (by_rules and words.names_house(one[0].column))]
        if not found or (context.one_house and all(_colleague(context, target) for _, target in found)):
            continue
        written, target = found[0]
        quiet = (len(found) == 1 and asked_before(access)) or all(_of_one_house(access, each) for each, _ in found)
        named = (one for each, _ in found for one in each.origins if one.kind is OriginKind.REQUEST)
        sent = {(access.entry.id, origin) for origin in named if "." in origin.path}
        if sent and sent <= told:
            continue
        told |= set() if quiet or by_rules else sent
        below = access.query.told_caller and access.query.place.file != access.entry.place.file
        below = below and bool(_SERVICE.search(access.query.place.file))
        yield report(
            RULE,
            access.entry,
            f"{handler(access)} links {access.query.table or 'a row'} to any {target.replace('_', ' ')} that the request names.",
            severity=Severity.LOW
            if quiet
            else Severity.MEDIUM
            if by_rules or target not in _stems(access)
            else Severity.HIGH,
            confidence=Confidence.LOW if by_rules or quiet else confidence_of(access),
            detail=f"{written.column} comes from the request and nothing before the write asks whose row it is."
            + (" Row-level security looks at the new row and not at what it points to." if by_rules else ""),
            queries=(access.query,),
            place=place_of(access.entry, access.query, below=True) if below else None,
            key=target,
            columns=[each.column for each, _ in found],
            facts=facts_of(access) | {"column": written.column, "request": _request(written), "target": target},
        )


def _colleague(context: CodeContext, target: str) -> bool:
    """Everybody works in one house, and one of them is named: who does a shift, sits on a panel, is told."""
    return target.rpartition("_")[2] in _PEOPLE and not any(map(words.names_person, context.owner_columns(target)))


def _of_one_house(access: Access, written: Written) -> bool:
    """The id was looked up beside the very tenant that is written with it, and the row that was found is used."""
    asked = {origin for origin in written.origins if origin.kind is OriginKind.REQUEST}
    beside = {origin for each in access.query.written if each is not written for origin in each.origins} - asked
    used = {origin.row for each in access.query.written for origin in each.origins if origin.kind is OriginKind.ROW}
    for query in access.entry.queries:
        held = {origin for part in query.filters if part.operator in EQUALS for origin in part.origins}
        tenant = any(
            words.names_owner(part.column) or words.points_at(part.column)
            for part in query.filters
            if beside & {*part.origins}
        )
        if query.order < access.query.order and asked <= held and tenant and query.id in used:
            return True
    return False


def _counts(access: Access) -> bool:
    """Written by somebody who is known, or by anybody where that is no matter of course."""
    if access.query.verb not in {"insert", "update", "upsert"} or access.trusted_sender or access.administrator:
        return False
    if access.entry.kind in NOT_RUN_BY_PEOPLE or access.context.reason_public(access.entry):
        return False
    if access.query.verb == "insert" and words.keeps_record(access.query.table):
        return False  # a line of a log says what was asked for
    if of_the_team(access):
        return False
    if public_path(access) and not _own(access) and not _asks_in(access):
        return False
    if access.entry.kind is EntryKind.COMPONENT or access.query.client is ClientKind.UNKNOWN:
        return False
    if access.context.covered_by_rules(access.query):
        return _tenant_beside_child(access)
    if fault_of(access) in _GRAVER:
        return False  # the row itself is anybody's: what it points at is the smaller half of that
    if not access.knows_caller and not _signed(access) and access.entry.kind is not EntryKind.SERVICE:
        return openness(access) is Openness.OPEN and not access.asked
    return True


def _asks_in(access: Access) -> bool:
    """Whoever asks somebody in works there: ``invite(orgId, email)`` is no page for everybody, unlike one that takes the invitation up."""
    if not access.knows_caller or access.query.verb != "insert":
        return False
    said = words.words(access.entry.place.symbol or "")
    return said[:1] == ("invite",) or words.table_key(access.query.table) in {"invite", "invitation"}


def _own(access: Access) -> bool:
    """The row is of whoever is signed in: on a page for everybody a session may be asked for on one way through only."""
    return access.knows_caller and (access.tied or _signed(access))


def _signed(access: Access) -> bool:
    """The row carries whoever is signed in: a context that refuses strangers before any handler runs was not followed."""
    return any(origin.kind is OriginKind.CALLER for written in access.query.written for origin in written.origins)


def _tenant_beside_child(access: Access) -> bool:
    """The row carries a tenant that nobody sent along, beside a parent that was sent: policies compare only the first.

    A cookie holds the house that its browser chose once, whatever is sent now.
    """
    return any(
        words.names_tenant(written.column) and written.origins and not any(_sent(origin) for origin in written.origins)
        for written in access.query.written
    )


def _sent(origin: Origin) -> bool:
    return origin.kind is OriginKind.REQUEST and not origin.path.startswith("cookie")


def _stems(access: Access) -> frozenset[str]:
    """Tables that the rest of the code ties to their owner."""
    return frozenset(target for _, target in unchecked_references(access) if access.context.owner_columns(target))


def _request(written: Written) -> str:
    return next((origin.path for origin in written.origins if origin.kind is OriginKind.REQUEST), "")
