"""What reads like a check and is none, and checks that read like something else."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of


def test_what_a_library_says_of_a_text_is_no_permission():
    """A parser was asked whether a text holds markup; the text mixed what the caller and the request said."""
    files = {
        "app/api/surveys/[id]/route.ts": """
        import { PrismaClient } from "@prisma/client";
        import { auth } from "@clerk/nextjs/server";
        import { parse } from "node-html-parser";
        const prisma = new PrismaClient();
        export async function GET(request, { params }) {
          const { userId } = await auth();
          if (!userId) return new Response(null, { status: 401 });
          if (!parse(`${userId} ${params.id}`).childNodes.some((node) => node.nodeType === 1)) return new Response(null, { status: 400 });
          return Response.json(await prisma.survey.findUnique({ where: { id: params.id } }));
        }"""
    }
    assert map_of(files).entries[0].queries[-1].tie is None


QUEUE = """
import {{ verifySignatureAppRouter }} from "@upstash/qstash/nextjs"
import {{ PrismaClient }} from "@prisma/client"
const db = new PrismaClient()
{handler}
"""


@pytest.mark.parametrize(
    "handler",
    [
        "export const POST = verifySignatureAppRouter(async (request) => { BODY })",
        "async function handler(request) { BODY }\nexport const POST = verifySignatureAppRouter(handler)",
    ],
)
def test_the_handler_behind_a_wrapper_that_verifies_is_followed(handler):
    """It was lost: the map said that a queue handler reaches no rows."""
    body = "const { userId } = await request.json(); return Response.json(await db.user.update({ where: { id: userId }, data: { plan: 'pro' } }))"
    text = QUEUE.format(handler=handler.replace("BODY", body))
    entry = next(iter(map_of({"app/api/queue/route.ts": text}).entries))
    assert [guard.kind for guard in entry.guards] == ["signature"]
    assert [query.table for query in entry.queries] == ["user"]


def test_what_is_answered_is_what_the_value_can_still_be():
    """``requireUser`` gives a refusal or the user; the branch that answers it holds the refusal, and no row of a user."""
    files = {
        "app/api/notes/[id]/route.ts": """
        import { PrismaClient } from "@prisma/client";
        import { auth } from "@clerk/nextjs/server";
        import { NextResponse } from "next/server";
        const prisma = new PrismaClient();
        async function requireUser() {
          const { userId } = await auth();
          if (!userId) return NextResponse.json({}, { status: 401 });
          return { user: await prisma.user.findUnique({ where: { clerkId: userId } }) };
        }
        export async function DELETE(request, { params }) {
          const known = await requireUser();
          if (known instanceof NextResponse) return known;
          await prisma.note.deleteMany({ where: { id: params.id, userId: known.user.id } });
          return new NextResponse(null, { status: 204 });
        }"""
    }
    assert "*" not in map_of(files).entries[0].queries[0].returned


def test_an_issuer_is_no_secret():
    """Whoever wrote a token may write its issuer too: comparing it guards nothing, and is no guard that fails open either."""
    files = {
        "app/api/notes/route.ts": """
        export async function POST(request) {
          const body = await request.json();
          if (process.env.AUTH_ISSUER && body.iss !== process.env.AUTH_ISSUER) return new Response(null, { status: 401 });
          return Response.json({});
        }"""
    }
    assert map_of(files).entries[0].guards == ()
