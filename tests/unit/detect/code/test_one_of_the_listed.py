"""One of the listed rows was the caller's, and so all of them were deleted."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_action


DELETE = "await db.invoice.deleteMany({ where: { id: { in: input.ids } } });"
MINE = "const rows = await db.invoice.findMany({ where: { id: { in: input.ids }, userId: user.id } });"
ALL = "const rows = await db.invoice.findMany({ where: { id: { in: input.ids } } });"
COUNT = "const n = await db.invoice.count({ where: { id: { in: input.ids }, userId: user.id } });"
OWNED = {
    "app/api/mine/route.ts": """
        import { db } from "@/lib/db";
        import { auth } from "@/auth";
        export async function GET() {
          const session = await auth();
          if (!session?.user) return new Response(null, { status: 401 });
          return Response.json(await db.invoice.findMany({ where: { userId: session.user.id } }));
        }
    """
}


def heard(body):
    return of_action(f"{body} {DELETE}", files=OWNED)


@pytest.mark.parametrize(
    "body",
    [
        f"{MINE} if (rows.length === 0) throw new Error('none');",
        f"{MINE} if (!rows.length) throw new Error('none');",
        f"{COUNT} if (n === 0) throw new Error('none');",
        "const one = await db.invoice.findFirst({ where: { id: { in: input.ids }, userId: user.id } }); if (!one) throw new Error('none');",
        f"{ALL} if (!rows.some((row) => row.userId === user.id)) throw new Error('none');",
    ],
)
def test_one_row_speaks_for_itself(body):
    assert "id-only-lookup" in heard(body)


@pytest.mark.parametrize(
    "body",
    [
        f"{MINE} if (rows.length !== input.ids.length) throw new Error('not all');",
        f"{MINE} if (rows.length < input.ids.length) throw new Error('not all');",
        f"{MINE} if (rows.length !== new Set(input.ids).size) throw new Error('not all');",
        f"{COUNT} if (n !== input.ids.length) throw new Error('not all');",
        f"{ALL} if (rows.some((row) => row.userId !== user.id)) throw new Error('a stranger');",
        f"{ALL} if (!rows.every((row) => row.userId === user.id)) throw new Error('a stranger');",
        f"{MINE} const own = new Set(rows.map((row) => row.id)); if (!input.ids.every((id) => own.has(id))) throw new Error('not all');",
    ],
)
def test_all_of_them_do(body):
    assert heard(body) == []
