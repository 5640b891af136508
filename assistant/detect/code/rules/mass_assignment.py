"""Whole bodies written into rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.code.access import accesses
from assistant.detect.code.context import Whose
from assistant.detect.code.judge import report
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.stored import own_columns_written, spread_of_request, validated
from assistant.detect.code.telling import confidence_of, facts_of, handler, key_of
from assistant.domain.code import EntryKind
from assistant.domain.matrix import Severity


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.access import Access
    from assistant.detect.code.context import CodeContext
    from assistant.domain.findings import Finding

RULE = CodeRule(
    id="mass-assignment",
    title="The whole body of a request is written into a row",
    why="Whatever keys the body has become columns: the owner, the tenant, the role, the plan. A row is moved to another tenant, or its writer raised, by adding a key.",
    remedy="Name the columns that may be written, or parse the body with a schema that drops unknown keys, and set the owner after it.",
    docs="https://cheatsheetseries.owasp.org/cheatsheets/Mass_Assignment_Cheat_Sheet.html",
    cause="client-controlled-identifier",
)

_DB = """
    import { drizzle } from "drizzle-orm/node-postgres";
    import { pgTable, text } from "drizzle-orm/pg-core";
    export const campaigns = pgTable("campaigns", { id: text("id"), userId: text("user_id"), name: text("name") });
    export const db = drizzle(process.env.DATABASE_URL);
"""


_ORM = """
    import { Column, DataSource, Entity, PrimaryColumn } from "typeorm";
    @Entity() export class Project { @PrimaryColumn() id; @Column() ownerId; @Column() name; }
    export const projects = new DataSource({ type: "postgres" }).getRepository(Project);
"""


def _patch(written: str) -> str:
    return f"""
        import {{ and, eq }} from "drizzle-orm";
        import {{ getServerSession }} from "next-auth";
        import {{ db, campaigns }} from "../../../../lib/db";
        export async function PATCH(request, {{ params }}) {{
          const session = await getServerSession();
          if (!session) return new Response(null, {{ status: 401 }});
          const body = await request.json();
          await db.update(campaigns).set({written}).where(and(eq(campaigns.id, params.id), eq(campaigns.userId, session.user.id)));
          return Response.json({{ ok: true }});
        }}
    """


def _prisma(parsed: str) -> str:
    return f"""
        import {{ z }} from "zod";
        import {{ PrismaClient }} from "@prisma/client";
        import {{ getServerSession }} from "next-auth";
        const prisma = new PrismaClient();
        const schema = z.object({{ name: z.string() }});
        export default async function handler(req, res) {{
          const session = await getServerSession(req, res);
          if (!session) return res.status(401).end();
          const data = {parsed};
          await prisma.user.update({{ where: {{ id: session.user.id }}, data }});
          return res.json({{ ok: true }});
        }}
    """


def _supabase(row: str) -> str:
    return f"""
        import {{ createClient }} from "@supabase/supabase-js";
        import {{ auth }} from "@clerk/nextjs/server";
        const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
        export async function POST(request) {{
          const {{ userId }} = await auth();
          if (!userId) return new Response(null, {{ status: 401 }});
          const body = await request.json();
          await admin.from("projects").insert({row});
          return Response.json({{ ok: true }});
        }}
    """


def _typeorm(values: str) -> str:
    return f"""
        import {{ getServerSession }} from "next-auth";
        import {{ projects }} from "../../../../lib/orm";
        export async function PATCH(request, {{ params }}) {{
          const session = await getServerSession();
          if (!session) return new Response(null, {{ status: 401 }});
          const body = await request.json();
          const project = await projects.findOneBy({{ id: params.id, ownerId: session.user.id }});
          if (!project) return new Response(null, {{ status: 404 }});
          projects.merge(project, {values});
          await projects.save(project);
          return Response.json({{ ok: true }});
        }}
    """


EXAMPLES = (
    CodeExample(
        quiet={"lib/db.ts": _DB, "app/api/campaigns/[id]/route.ts": _patch("{ name: body.name }")},
        leak={"app/api/campaigns/[id]/route.ts": _patch("{ ...body }")},
    ),
    CodeExample(
        quiet={"pages/api/me.ts": _prisma("schema.parse(req.body)")},
        leak={"pages/api/me.ts": _prisma("req.body")},
    ),
    CodeExample(
        quiet={"app/api/projects/route.ts": _supabase("{ title: body.title, user_id: userId }")},
        leak={"app/api/projects/route.ts": _supabase("{ user_id: userId, ...body }")},
    ),
    CodeExample(
        quiet={"lib/orm.ts": _ORM, "app/api/projects/[id]/route.ts": _typeorm("{ name: body.name }")},
        leak={"app/api/projects/[id]/route.ts": _typeorm("body")},
    ),
)


def find(context: CodeContext) -> Iterator[Finding]:
    """One finding an entry, table and verb."""
    for access in accesses(context):
        spread = spread_of_request(access)
        if spread is None or not _counts(access):
            continue
        columns = own_columns_written(access)
        also = f" {', '.join(columns[:4])} among them." if columns else ""
        yield report(
            RULE,
            access.entry,
            f"{handler(access)} writes whatever keys the request has into {access.query.table or 'the row'}.",
            severity=Severity.HIGH if columns else Severity.MEDIUM,
            confidence=confidence_of(access),
            detail=f"The whole of {spread.origins[0].path or 'the body'} is spread into the row, and no schema drops unknown keys: every column can be set.{also}",
            queries=(access.query,),
            key=key_of(access.query),
            columns=columns,
            facts=facts_of(access),
        )


_NOT_SENT_WHOLE = frozenset(
    {EntryKind.JOB, EntryKind.MIDDLEWARE, EntryKind.SERVICE, EntryKind.COMPONENT, EntryKind.TOOL}
)
"""What a tool is given was parsed by its schema."""


def _counts(access: Access) -> bool:
    """Past row-level security, by people, into rows of somebody, and not parsed before."""
    if not access.writes or validated(access) or access.trusted_sender or access.administrator:
        return False
    if access.entry.kind in _NOT_SENT_WHOLE:
        return False
    return access.context.bypasses(access.query) and access.whose in {Whose.CUSTOMERS, Whose.UNKNOWN}
