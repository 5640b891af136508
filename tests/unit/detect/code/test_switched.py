"""Each case of ``switch (true)`` is a question, and what it refuses is refused for all that come after it."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


HANDLER = """
    import { PrismaClient } from "@prisma/client";
    import { getServerSession } from "next-auth";
    const db = new PrismaClient();
    const no = (status) => new Response(null, { status });
    export async function GET(request, { params }) {
      const session = await getServerSession();
      const invoice = await db.invoice.findUnique({ where: { id: params.id } });
      switch (true) {
        %s
      }
    }
"""


@pytest.mark.parametrize(
    ("cases", "told"),
    [
        (
            "case !session: return no(401); case invoice?.userId !== session.user.id: return no(404); default: return Response.json(invoice);",
            [],
        ),
        (
            "case !session: case invoice.userId !== session.user.id: return no(404); default: return Response.json(invoice);",
            [],
        ),
        (
            "case !!session && invoice.userId === session.user.id: return Response.json(invoice); default: return no(404);",
            [],
        ),
        (
            "case !session: return no(401); case !invoice: return no(404); default: return Response.json(invoice);",
            ["id-only-lookup"],
        ),
        ("case invoice.userId !== session?.user.id: break; default: return Response.json(invoice);", []),
        ("case !invoice: return no(404); default: return Response.json(invoice);", ["missing-session"]),
    ],
)
def test_questions_one_after_the_other(cases: str, told: list[str]) -> None:
    assert rules_of(followed({"app/api/invoices/[id]/route.ts": HANDLER % cases})) == told
