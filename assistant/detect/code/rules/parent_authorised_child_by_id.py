"""The tenant of the path was proven, and the row below it is found by another id of the request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.code.faults import Fault, guards_said
from assistant.detect.code.judge import place_of, report
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.telling import (
    asked_words,
    confidence_of,
    does,
    facts_of,
    faulty,
    handler,
    key_of,
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
    """One finding an entry, table and verb."""
    for access in faulty(context, Fault.CHILD):
        query = access.query
        below = access.handed and query.place.file != access.entry.place.file
        said = f"A member of any team can {does([query])} {rows_of(query)} of every other with any {asked_words(access)} through {handler(access)}."
        yield report(
            RULE,
            access.entry,
            said,
            severity=severity_of(access, anyone=False),
            confidence=confidence_of(access),
            detail=f"{guards_said(access)} proves {_proven(access)}; the query is found by {asked_words(access)}, which nothing ties to it.",
            queries=(query,),
            place=place_of(access.entry, query, below=True) if below else None,
            key=key_of(query),
            facts=facts_of(access) | {"proven": _proven(access)},
        )


def _proven(access: Access) -> str:
    return ", ".join(sorted(origin.path for origin in access.proven if origin.kind is OriginKind.REQUEST)) or "one id"
