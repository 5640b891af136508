"""Similarity searches over the text of all customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.code.faults import Fault
from assistant.detect.code.judge import report
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.telling import asked_words, confidence_of, facts_of, faulty, handler, key_of
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.findings import Finding

RULE = CodeRule(
    id="vector-search-unscoped",
    title="A vector search looks through the text of all customers",
    why="The search finds the nearest text of anybody: no tenant in its conditions, or documents that the request chose and nobody proved. What it finds goes into a "
    "prompt or an answer.",
    remedy="Give the search the tenant of the session as a condition, a namespace or an argument of the function, and never as an optional one.",
    docs="https://supabase.com/docs/guides/ai/rag-with-permissions",
    cause="vector-search-unscoped",
)


def _rpc(arguments: str) -> str:
    return f"""
        import {{ createClient }} from "@supabase/supabase-js";
        import {{ auth }} from "@clerk/nextjs/server";
        import OpenAI from "openai";
        const openai = new OpenAI();
        const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
        export async function POST(request) {{
          const {{ userId }} = await auth();
          if (!userId) return new Response(null, {{ status: 401 }});
          const {{ question, fileIds }} = await request.json();
          const response = await openai.embeddings.create({{ model: "text-embedding-3-small", input: question }});
          const {{ data }} = await admin.rpc("match_documents", {{ query_embedding: response.data[0].embedding, match_count: 5, {arguments} }});
          return Response.json(data);
        }}
    """


def _sql(condition: str, values: str) -> str:
    return f"""
        import pg from "pg";
        import {{ getServerSession }} from "next-auth";
        import {{ embed }} from "./embed";
        const pool = new pg.Pool();
        export async function POST(request) {{
          const session = await getServerSession();
          if (!session) return new Response(null, {{ status: 401 }});
          const {{ question }} = await request.json();
          const vector = await embed(question);
          const found = await pool.query("select content from knowledge {condition} order by embedding <=> $1 limit 5", [{values}]);
          return Response.json(found.rows);
        }}
    """


def _pinecone(asked: str) -> str:
    return f"""
        import {{ Pinecone }} from "@pinecone-database/pinecone";
        import {{ getServerSession }} from "next-auth";
        const index = new Pinecone().index("documents");
        export async function POST(request) {{
          const session = await getServerSession();
          if (!session) return new Response(null, {{ status: 401 }});
          const {{ vector }} = await request.json();
          const found = await index.query({{ vector, topK: 5, includeMetadata: true {asked} }});
          return Response.json(found.matches);
        }}
    """


EXAMPLES = (
    CodeExample(
        quiet={"app/api/ask/route.ts": _rpc("filter_user: userId")},
        leak={"app/api/ask/route.ts": _rpc("file_ids: fileIds")},
    ),
    CodeExample(
        quiet={
            "app/api/ask/route.ts": _sql("where user_id = $2", "vector, session.user.id"),
            "app/api/ask/embed.ts": "export async function embed(text) { return [text.length]; }",
        },
        leak={"app/api/ask/route.ts": _sql("", "vector")},
    ),
    CodeExample(
        quiet={"app/api/ask/route.ts": _pinecone(", filter: { userId: session.user.id }")},
        leak={"app/api/ask/route.ts": _pinecone("")},
    ),
)


def find(context: CodeContext) -> Iterator[Finding]:
    """One finding an entry and search."""
    for access in faulty(context, Fault.VECTOR):
        chosen = bool(access.asked) and asked_words(access) != "id"
        detail = (
            f"The request chooses {asked_words(access)}, and nobody asks whose documents those are."
            if chosen
            else "No condition names a tenant."
        )
        sure = confidence_of(access)
        yield report(
            RULE,
            access.entry,
            f"{handler(access)} searches the text of every customer with {access.query.table or access.query.engine}.",
            severity=Severity.HIGH,
            confidence=Confidence.MEDIUM if sure is Confidence.HIGH and not chosen else sure,
            detail=detail,
            queries=(access.query,),
            place=access.query.place if access.query.place.file != access.entry.place.file else None,
            key=key_of(access.query),
            facts=facts_of(access),
        )
