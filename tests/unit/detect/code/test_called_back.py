"""A loader of a library was followed nowhere, and an application of Amplify had nobody who is calling: both give what a function of the repository gives."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


HANDLER = """
    %s
    import { PrismaClient } from "@prisma/client";
    const prisma = new PrismaClient();
    const byId = new DataLoader(async (ids) => prisma.letter.findMany({ where: { id: { in: ids }, OWN } }));
    export async function GET(req, { params }) {
      const { id } = await params;
      %s
      return Response.json(%s);
    }
"""
CLERK = 'import { auth } from "@clerk/nextjs/server"; import DataLoader from "dataloader";'
SIGNED_IN = "const { userId } = await auth(); if (!userId) return new Response(null, { status: 401 });"
AMPLIFY = """
    import { createServerRunner } from "@aws-amplify/adapter-nextjs";
    import { getCurrentUser } from "aws-amplify/auth/server";
    import { cookies } from "next/headers";
    const { runWithAmplifyServerContext } = createServerRunner({ config: {} });
"""
ASKED = "const user = await runWithAmplifyServerContext({ nextServerContext: { cookies }, operation: (ctx) => getCurrentUser(ctx) });"
STYTCH = (
    'import * as stytch from "stytch"; import { cookies } from "next/headers"; const client = new stytch.Client({});'
)
SHOWN = 'const { session } = await client.sessions.authenticate({ session_token: (await cookies()).get("session")?.value });'
PASETO = 'import { V4 } from "paseto";'
CARRIED = 'const claims = await V4.verify(req.headers.get("authorization"), process.env.PASETO_KEY);'
ONE = "await prisma.letter.findFirst({ where: { id%s } })"


@pytest.mark.parametrize(
    "answer", ["await byId.load(id)", "await byId.loadMany([id])", "(await Promise.all([byId.load(id)]))[0]"]
)
def test_what_a_loader_loads_by_an_id_of_the_request_is_anybodys(answer: str) -> None:
    text = HANDLER % (CLERK, SIGNED_IN, answer)
    assert rules_of(followed({"app/api/letters/[id]/route.ts": text.replace(", OWN", "")})) == ["id-only-lookup"]
    assert rules_of(followed({"app/api/letters/[id]/route.ts": text.replace("OWN", "published: true")})) == []


@pytest.mark.parametrize(
    ("head", "check", "own"),
    [(AMPLIFY, ASKED, "user.userId"), (STYTCH, SHOWN, "session.user_id"), (PASETO, CARRIED, "claims.sub")],
    ids=["amplify", "stytch", "paseto"],
)
def test_whom_these_libraries_let_through_is_calling(head: str, check: str, own: str) -> None:
    def told(answer: str) -> list[str]:
        text = HANDLER % (head, check, answer)
        kept = "\n".join(line for line in text.splitlines() if "DataLoader" not in line)
        return rules_of(followed({"app/api/letters/[id]/route.ts": kept}))

    assert told(ONE % "") == ["id-only-lookup"]
    assert told(ONE % f", userId: {own}") == []
