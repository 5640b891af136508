"""Updates and deletions that name neither the row nor its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.code.faults import Fault
from assistant.detect.code.judge import report
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.telling import confidence_of, does, facts_of, faulty, handler, key_of, rows_of, severity_of
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.findings import Finding

RULE = CodeRule(
    id="unscoped-write",
    title="A write changes the rows of every customer",
    why="The statement has no condition on the owner and none on a row: one customer's click changes or removes everybody's rows.",
    remedy="Add the owner or the tenant of the session to the condition.",
    cause="missing-tenant-filter",
)


def _read_all(where: str) -> str:
    return f"""
        "use server";
        import {{ PrismaClient }} from "@prisma/client";
        import {{ getServerSession }} from "next-auth";
        const prisma = new PrismaClient();
        export async function list() {{
          const session = await getServerSession();
          if (!session) throw new Error("Sign in first");
          return prisma.notification.findMany({{ where: {{ userId: session.user.id }} }});
        }}
        export async function readAll() {{
          const session = await getServerSession();
          if (!session) throw new Error("Sign in first");
          await prisma.notification.updateMany({{ where: {where}, data: {{ read: true }} }});
        }}
    """


def _clean(where: str) -> str:
    return f"""
        import {{ createClient }} from "@supabase/supabase-js";
        import {{ auth }} from "@clerk/nextjs/server";
        const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
        export async function DELETE() {{
          const {{ userId }} = await auth();
          if (!userId) return new Response(null, {{ status: 401 }});
          await admin.from("drafts").select("id").eq("user_id", userId);
          await admin.from("drafts").delete().eq("status", "empty"){where};
          return new Response(null, {{ status: 204 }});
        }}
    """


def _raw(where: str) -> str:
    return f"""
        import express from "express";
        import pg from "pg";
        import {{ getServerSession }} from "next-auth";
        const pool = new pg.Pool();
        const app = express();
        app.post("/carts/clear", async (req, res) => {{
          const session = await getServerSession(req, res);
          if (!session) return res.status(401).end();
          await pool.query("select id from carts where user_id = $1", [session.user.id]);
          {where}
          res.json({{ ok: true }});
        }});
    """


EXAMPLES = (
    CodeExample(
        quiet={"app/actions.ts": _read_all("{ userId: session.user.id, read: false }")},
        leak={"app/actions.ts": _read_all("{ read: false }")},
    ),
    CodeExample(
        quiet={"app/api/drafts/route.ts": _clean('.eq("user_id", userId)')},
        leak={"app/api/drafts/route.ts": _clean("")},
    ),
    CodeExample(
        quiet={
            "server/app.ts": _raw(
                "await pool.query(\"delete from carts where status = 'old' and user_id = $1\", [session.user.id]);"
            )
        },
        leak={"server/app.ts": _raw("await pool.query(\"delete from carts where status = 'old'\");")},
    ),
)


def find(context: CodeContext) -> Iterator[Finding]:
    """One finding an entry, table and verb."""
    for access in faulty(context, Fault.UNSCOPED_WRITE):
        if not access.query.filters:
            continue  # emptying a table is an administrative act: weak-privilege tells it
        sure = confidence_of(access)
        yield report(
            RULE,
            access.entry,
            f"Whoever is signed in can {does([access.query])} {rows_of(access.query)} of every customer through {handler(access)}.",
            severity=severity_of(access, anyone=False),
            confidence=Confidence.MEDIUM if sure is Confidence.HIGH else sure,
            detail="The caller is known and no condition of the statement uses it.",
            queries=(access.query,),
            key=key_of(access.query),
            facts=facts_of(access),
        )
