"""Columns that sound secret and are answered on purpose, beside the same ones that are not."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import detect_code


AUTH = 'import NextAuth from "next-auth";\nexport const { handlers, auth } = NextAuth({});\n'
PRISMA = 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n'
ROUTE = """
import {{ auth }} from "../../../auth";
import {{ prisma }} from "../../../lib/prisma";
import Stripe from "stripe";
const stripe = new Stripe(process.env.STRIPE_KEY);
export async function POST(request) {{
  const session = await auth();
  if (!session?.user) return new Response(null, {{ status: 401 }});
  const body = await request.json();
  {body}
}}
"""


def told(body: str) -> set[str]:
    """Rules that speak of secrets in an answer."""
    files = {"auth.ts": AUTH, "lib/prisma.ts": PRISMA, "app/api/things/route.ts": ROUTE.format(body=body)}
    return {finding.rule for finding in detect_code(map_of(files))} & {"overfetch"}


@pytest.mark.parametrize(
    "body",
    [
        'const paying = await stripe.setupIntents.create({ usage: "off_session" }); return Response.json({ secret: paying.client_secret });',
        "const mine = await prisma.invitation.findFirst({ where: { email: session.user.email ?? null }, select: { token: true } }); return Response.json(mine);",
        'return Response.json(await prisma.waiter.create({ data: { name: body.name, passwordHash: "not used" } }));',
    ],
)
def test_made_for_who_reads_it(body: str) -> None:
    """The page that pays needs Stripe's client secret, an invitation is for whom it was sent to, a word of the code is no secret."""
    assert told(body) == set()


@pytest.mark.parametrize(
    "body",
    [
        "const app = await prisma.oauthClient.findFirst({ where: { userId: session.user.id }, select: { client_secret: true } }); return Response.json(app);",
        "const theirs = await prisma.invitation.findFirst({ where: { email: body.email }, select: { token: true } }); return Response.json(theirs);",
        "return Response.json(await prisma.waiter.create({ data: { name: body.name, passwordHash: await hash(body.password) } }));",
    ],
)
def test_the_same_words_elsewhere(body: str) -> None:
    """A client's secret of our own, an invitation to whatever address is sent, and a real hash."""
    assert told(body) == {"overfetch"}
