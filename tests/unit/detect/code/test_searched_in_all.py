"""Text of every customer answered a question: filters that another way in makes worthless, and stores that hold one customer's text alone."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_route


HEAD = """
    import { QdrantClient } from "@qdrant/js-client-rest";
    import { Pinecone } from "@pinecone-database/pinecone";
    import { ChromaClient } from "chromadb";
    import { SupabaseVectorStore } from "@langchain/community/vectorstores/supabase";
    import { MemoryVectorStore } from "langchain/vectorstores/memory";
    import { OpenAIEmbeddings } from "@langchain/openai";
    import { createServerClient } from "@supabase/ssr";
    import { createClient } from "@supabase/supabase-js";
    import { cookies } from "next/headers";
    const qdrant = new QdrantClient({ url: process.env.QDRANT_URL });
    const pinecone = new Pinecone();
    const chroma = new ChromaClient();
    const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
"""
ASKED = "const { vector, docId, question } = await request.json();"
ME = '{ key: "user_id", match: { value: session.user.id } }'
STORE = 'const store = new SupabaseVectorStore(new OpenAIEmbeddings(), { client: CLIENT, tableName: "documents", queryName: "match_documents" }); return Response.json(await store.similaritySearch(question));'
OWN = "createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY, { cookies: await cookies() })"


def heard(body):
    return of_route(f"{ASKED} {body}", path="app/api/ask/route.ts", verb="POST", head=HEAD)


@pytest.mark.parametrize(
    "body",
    [
        f'return Response.json(await qdrant.search("docs", {{ vector, filter: {{ should: [{ME}, {{ key: "docId", match: {{ value: docId }} }}] }} }}));',
        'return Response.json(await pinecone.index("docs").query({ vector, topK: 5, filter: { $or: [{ userId: session.user.id }, { docId }] } }));',
        "const all = await chroma.getCollection({ name: `docs-${docId}` }); return Response.json(await all.query({ queryEmbeddings: [vector] }));",
        STORE.replace("CLIENT", "admin"),
    ],
)
def test_the_text_of_others_was_found(body):
    assert heard(body) == ["vector-search-unscoped"]


@pytest.mark.parametrize(
    "body",
    [
        f'return Response.json(await qdrant.search("docs", {{ vector, filter: {{ should: [{ME}, {{ key: "public", match: {{ value: true }} }}] }} }}));',
        "const mine = await chroma.getCollection({ name: `docs-${session.user.id}` }); return Response.json(await mine.query({ queryEmbeddings: [vector] }));",
        STORE.replace("CLIENT", OWN),
        "const mine = await db.document.findMany({ where: { userId: session.user.id } }); const store = await MemoryVectorStore.fromTexts(mine.map((one) => one.text), [], new OpenAIEmbeddings()); return Response.json(await store.similaritySearch(question));",
    ],
)
def test_ones_own_text_was(body):
    assert heard(body) == []


def test_the_portal_of_a_team_that_the_request_names():
    portal = "const made = await stripe.billingPortal.sessions.create({ customer: team.stripeCustomerId }); return Response.json({ url: made.url });"
    assert heard(f"const team = await db.team.findUnique({{ where: {{ id: docId }} }}); {portal}") == [
        "payment-identity-from-request"
    ]
    mine = "{ id: docId, members: { some: { userId: session.user.id } } }"
    assert heard(f"const team = await db.team.findFirst({{ where: {mine} }}); {portal}") == []
