"""Lists of everybody's rows answered to one caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.code.faults import Fault
from assistant.detect.code.judge import report
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.telling import confidence_of, facts_of, faulty, handler, key_of, rows_of, severity_of
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.findings import Finding

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
    """One finding an entry and table."""
    for access in faulty(context, Fault.UNSCOPED_READ):
        column = context.owner_column(access.query.table)
        sure = confidence_of(access)
        yield report(
            RULE,
            access.entry,
            f"{handler(access)} answers {rows_of(access.query)} of every customer to whoever is signed in.",
            severity=severity_of(access, anyone=False),
            confidence=Confidence.MEDIUM if sure is Confidence.HIGH else sure,
            detail=f"No condition uses the caller; elsewhere the code compares {column} with them."
            if column
            else "No condition uses the caller.",
            queries=(access.query,),
            key=key_of(access.query),
            facts=facts_of(access),
        )
