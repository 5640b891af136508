"""Somebody likes a post and its author has one more: told as rows of anybody that anybody changes, in five handlers of one application."""

from __future__ import annotations

from tests.unit.detect.code.rig import followed


FILES = {
    "lib/auth.ts": 'import { getServerSession } from "next-auth";\nexport async function auth() { return getServerSession(); }',
    "lib/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();',
    "app/api/other/route.ts": """
        import { auth } from "../../../lib/auth";
        import { prisma } from "../../../lib/db";
        export async function GET() {
          const session = await auth();
          if (!session) return new Response(null, { status: 401 });
          return Response.json(await prisma.post.findMany({ where: { userId: session.user.id } }));
        }
    """,
}
ROUTE = """
    import { auth } from "../../../../lib/auth";
    import { prisma } from "../../../../lib/db";
    export async function POST(request, { params }) {
      const session = await auth();
      if (!session) return new Response(null, { status: 401 });
      const { id } = await params;
      const body = await request.json();
      const post = await prisma.post.findUnique({ where: { id }, select: { userId: true } });
      await prisma.account.update({ where: { WHERE }, data: { DATA } });
      return Response.json({ ok: true });
    }
"""


def _told(where: str, data: str) -> set[str]:
    route = ROUTE.replace("WHERE", where).replace("DATA", data)
    return {
        one.title for one in followed({**FILES, "app/api/likes/[id]/route.ts": route}).findings if "change" in one.title
    }


def test_one_more_for_the_author_is_no_finding():
    assert _told("userId: post.userId", "stars: { increment: 1 }") == set()


def test_a_sum_that_was_sent_or_a_row_that_was_named_is():
    assert _told("userId: post.userId", "stars: { increment: body.stars }")
    assert _told("userId: body.userId", "stars: { increment: 1 }")
    assert _told("userId: post.userId", 'status: "closed"')
