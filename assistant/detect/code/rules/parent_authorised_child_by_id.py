"""The tenant of the path was proven, and the row below it is found by another id of the request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.code import words
from assistant.detect.code.faults import Fault, guards_said
from assistant.detect.code.judge import place_of, report
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.telling import (
    asked_words,
    by_table,
    confidence_of,
    does,
    facts_of,
    faulty,
    handler,
    rows_of,
    severity_of,
)
from assistant.domain.code import OriginKind


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.access import Access
    from assistant.detect.code.context import CodeContext
    from assistant.domain.findings import Finding

RULE = CodeRule(
    id="parent-authorised-child-by-id",
    title="One id is proven and a row is found by another",
    why="The caller belongs to the team of the path, and that was checked. The row itself is found by a second id that nobody tied to that team: "
    "a member of any team reaches the rows of all teams through their own.",
    remedy="Put the proven tenant into the condition of the child as well.",
    docs="https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/",
    cause="tenant-join-mismatch",
)

_BASE = {
    "lib/auth.ts": """
        import { getServerSession } from "next-auth";
        export async function auth() { return getServerSession(); }
    """,
    "lib/prisma.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();',
}


def _handler(condition: str) -> str:
    return f"""
        import {{ auth }} from "../../../../../../lib/auth";
        import {{ prisma }} from "../../../../../../lib/prisma";
        export async function GET(request, {{ params }}) {{
          const session = await auth();
          if (!session) return new Response(null, {{ status: 401 }});
          const member = await prisma.member.findFirst({{ where: {{ teamId: params.teamId, userId: session.user.id }} }});
          if (!member) return new Response(null, {{ status: 403 }});
          const document = await prisma.document.findFirst({{ where: {condition} }});
          return Response.json(document);
        }}
    """


def _supabase(condition: str) -> str:
    return f"""
        import {{ admin, client }} from "../../../../../lib/supabase";
        export default async function handler(req, res) {{
          const supabase = await client();
          const {{ data: {{ user }} }} = await supabase.auth.getUser();
          if (!user) return res.status(401).end();
          const {{ orgId, invoiceId }} = req.query;
          const {{ data: membership }} = await admin().from("memberships").select("id").eq("org_id", orgId).eq("user_id", user.id).single();
          if (!membership) return res.status(403).end();
          await admin().from("invoices").delete().eq("id", invoiceId){condition};
          return res.status(204).end();
        }}
    """


def _express(condition: str) -> str:
    return f"""
        import express from "express";
        import pg from "pg";
        import {{ getServerSession }} from "next-auth";
        const pool = new pg.Pool();
        const app = express();
        app.get("/workspaces/:workspaceId/files/:fileId", async (req, res) => {{
          const session = await getServerSession(req, res);
          if (!session) return res.status(401).end();
          const {{ workspaceId, fileId }} = req.params;
          const member = await pool.query("select 1 from workspace_members where workspace_id = $1 and user_id = $2", [workspaceId, session.user.id]);
          if (member.rows.length === 0) return res.status(403).end();
          {condition}
          res.json(file.rows[0]);
        }});
    """


EXAMPLES = (
    CodeExample(
        quiet=_BASE
        | {"app/api/teams/[teamId]/documents/[id]/route.ts": _handler("{ id: params.id, teamId: params.teamId }")},
        leak={"app/api/teams/[teamId]/documents/[id]/route.ts": _handler("{ id: params.id }")},
    ),
    CodeExample(
        quiet={
            "lib/supabase.ts": """
                import { createClient } from "@supabase/supabase-js";
                import { createServerClient } from "@supabase/ssr";
                import { cookies } from "next/headers";
                export const admin = () => createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
                export const client = async () => createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY, { cookies: await cookies() });
            """,
            "pages/api/orgs/[orgId]/invoices/[invoiceId].ts": _supabase('.eq("org_id", orgId)'),
        },
        leak={"pages/api/orgs/[orgId]/invoices/[invoiceId].ts": _supabase("")},
    ),
    CodeExample(
        quiet={
            "server/index.ts": _express(
                'const file = await pool.query("select * from files where id = $1 and workspace_id = $2", [fileId, workspaceId]);'
            )
        },
        leak={
            "server/index.ts": _express('const file = await pool.query("select * from files where id = $1", [fileId]);')
        },
    ),
)


def find(context: CodeContext) -> Iterator[Finding]:
    """One finding an entry and table."""
    for group in by_table(faulty(context, Fault.CHILD)):
        access, queries = group[0], [each.query for each in group]
        below = access.handed and access.query.place.file != access.entry.place.file
        rows, asked = rows_of(access.query), asked_words(access)
        yield report(
            RULE,
            access.entry,
            f"A member of any team can {does(queries)} {rows} of every other with any {asked} through {handler(access)}.",
            severity=severity_of(access, anyone=False),
            confidence=confidence_of(access),
            detail=f"{guards_said(access)} proves {_proven(access)}; the query is found by {asked}, which nothing ties to it.",
            queries=queries,
            place=place_of(access.entry, access.query, below=True) if below else None,
            key=words.table_key(access.query.table),
            facts=facts_of(access) | {"proven": _proven(access)},
        )


def _proven(access: Access) -> str:
    return ", ".join(sorted(origin.path for origin in access.proven if origin.kind is OriginKind.REQUEST)) or "one id"
