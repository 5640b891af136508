"""Lists of everybody's rows answered to one caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.code.faults import Fault
from assistant.detect.code.judge import report
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.telling import confidence_of, facts_of, faulty, handler, key_of, rows_of, severity_of
from assistant.domain.findings import CONFIDENCE_RANK
from assistant.domain.ownership import Confidence
from assistant.text.plural import listed


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.access import Access
    from assistant.detect.code.context import CodeContext
    from assistant.domain.findings import Finding

_FEW = 2
"""So many handlers are told one by one."""
_SHOWN = 3
_LISTED = 12

RULE = CodeRule(
    id="unscoped-read",
    title="A list holds the rows of every customer",
    why="The caller is known and no condition of the query uses it: the list, the export or the aggregate covers everybody's rows. Elsewhere the code ties the same "
    "table to its owner, so this is no public list.",
    remedy="Add the owner or the tenant of the session to the condition.",
    cause="missing-tenant-filter",
)


def _list(where: str) -> str:
    return f"""
        import {{ and, eq, gte }} from "drizzle-orm";
        import {{ drizzle }} from "drizzle-orm/node-postgres";
        import {{ pgTable, text, timestamp }} from "drizzle-orm/pg-core";
        import {{ getServerSession }} from "next-auth";
        const emails = pgTable("emails", {{ id: text("id"), userId: text("user_id"), createdAt: timestamp("created_at") }});
        const db = drizzle(process.env.DATABASE_URL);
        export async function GET() {{
          const session = await getServerSession();
          if (!session) return new Response(null, {{ status: 401 }});
          return Response.json(await db.select().from(emails).where({where}));
        }}
        export async function POST() {{
          const session = await getServerSession();
          if (!session) return new Response(null, {{ status: 401 }});
          return Response.json(await db.select().from(emails).where(eq(emails.userId, session.user.id)));
        }}
    """


def _page(where: str) -> str:
    return f"""
        import {{ PrismaClient }} from "@prisma/client";
        import {{ getServerSession }} from "next-auth";
        import {{ redirect }} from "next/navigation";
        const prisma = new PrismaClient();
        export default async function Page() {{
          const session = await getServerSession();
          if (!session) redirect("/login");
          const mine = await prisma.invoice.count({{ where: {{ userId: session.user.id }} }});
          const invoices = await prisma.invoice.findMany({where});
          return <ul title={{mine}}>{{invoices.map((invoice) => <li key={{invoice.id}}>{{invoice.total}}</li>)}}</ul>;
        }}
    """


def _supabase(where: str) -> str:
    return f"""
        import {{ createClient }} from "@supabase/supabase-js";
        import {{ auth }} from "@clerk/nextjs/server";
        const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
        export async function PUT(request) {{
          const {{ userId }} = await auth();
          if (!userId) return new Response(null, {{ status: 401 }});
          await admin.from("tickets").insert({{ title: "x", user_id: userId }});
          const {{ data }} = await admin.from("tickets").select("*"){where};
          return Response.json(data);
        }}
    """


EXAMPLES = (
    CodeExample(
        quiet={
            "app/api/emails/route.ts": _list(
                "and(eq(emails.userId, session.user.id), gte(emails.createdAt, new Date(0)))"
            )
        },
        leak={"app/api/emails/route.ts": _list("gte(emails.createdAt, new Date(0))")},
    ),
    CodeExample(
        quiet={"app/invoices/page.tsx": _page("{ where: { userId: session.user.id } }")},
        leak={"app/invoices/page.tsx": _page("{ orderBy: { createdAt: 'desc' } }")},
    ),
    CodeExample(
        quiet={"app/api/tickets/route.ts": _supabase('.eq("user_id", userId)')},
        leak={"app/api/tickets/route.ts": _supabase("")},
    ),
)


def find(context: CodeContext) -> Iterator[Finding]:
    """One finding an entry and table; one for a function below that many handlers share."""
    shared: dict[str, list[Access]] = {}
    for access in faulty(context, Fault.UNSCOPED_READ):
        below = access.query.place.file
        shared.setdefault(below if below != access.entry.place.file else access.entry.id, []).append(access)
    for below, found in shared.items():
        entries = {access.entry.id: access for access in found}
        if len(entries) <= _FEW:
            yield from (_finding(access) for access in found)
        else:
            yield _of_many(below, found, list(entries.values()))


def _finding(access: Access) -> Finding:
    sure = confidence_of(access)
    return report(
        RULE,
        access.entry,
        f"{handler(access)} answers {rows_of(access.query)} of every customer to whoever is signed in.",
        severity=severity_of(access, anyone=False),
        confidence=Confidence.MEDIUM if sure is Confidence.HIGH else sure,
        detail=_why(access),
        queries=(access.query,),
        key=key_of(access.query),
        facts=facts_of(access),
    )


def _of_many(below: str, found: list[Access], entries: list[Access]) -> Finding:
    """The same lists, asked for in one place by many handlers: one mistake and one edit."""
    first = entries[0]
    tables = list(dict.fromkeys(access.query.table for access in found))
    names = [handler(access) for access in entries]
    return report(
        RULE,
        first.entry,
        f"{len(names)} handlers answer rows of {listed(tables, _SHOWN)} of every customer to whoever is signed in.",
        severity=severity_of(first, anyone=False),
        confidence=min((confidence_of(access) for access in found), key=_sureness),
        detail=f"{_why(first)} They are read in {below} for {listed(names, _LISTED)}.",
        queries=[access.query for access in found if access.entry is first.entry],
        key=below,
        facts=facts_of(first) | {"entries": "\n".join(access.entry.id for access in entries)},
    )


def _sureness(confidence: Confidence) -> int:
    return -CONFIDENCE_RANK[confidence]


def _why(access: Access) -> str:
    column = access.context.owner_column(access.query.table)
    said = f"No condition uses the caller; elsewhere the code compares {column} with them."
    return said if column else "No condition uses the caller."
