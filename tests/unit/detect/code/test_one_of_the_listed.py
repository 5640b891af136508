"""One of the listed rows was the caller's, and so all of them were deleted."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_action


DELETE = "await db.invoice.deleteMany({ where: { id: { in: input.ids } } });"
MINE = "const rows = await db.invoice.findMany({ where: { id: { in: input.ids }, userId: user.id } });"
ALL = "const rows = await db.invoice.findMany({ where: { id: { in: input.ids } } });"
COUNT = "const n = await db.invoice.count({ where: { id: { in: input.ids }, userId: user.id } });"
IDS = "const mine = rows.map((row) => row.id);"
BY_ID = "const byId = new Map(rows.map((row) => [row.id, row]));"
PAID = "await db.payment.createMany({ data: input.ids.map((invoiceId) => ({ invoiceId, userId: user.id })) });"
EACH = (
    "const found = await Promise.all(input.ids.map((id) => db.invoice.findFirst({ where: { id, userId: user.id } })));"
)
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


LODASH = 'import { difference, intersection } from "lodash";'


def stored(body):
    return of_action(f"{body} {PAID}", head=LODASH, files=OWNED)


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
        f"{EACH} if (!found.some(Boolean)) throw new Error('none');",
        f"{EACH} if (found.filter(Boolean).length === 0) throw new Error('none');",
    ],
)
def test_one_row_speaks_for_itself(body):
    assert "id-only-lookup" in heard(body)


@pytest.mark.parametrize(
    "body",
    [
        f"{MINE} if (rows.length === 0) throw new Error('none');",
        f"{MINE} {BY_ID} if (byId.size === 0) throw new Error('none');",
        f"{MINE} {IDS} if (!input.ids.some((id) => mine.includes(id))) throw new Error('none');",
        f"{MINE} {IDS} if (!input.ids.find((id) => mine.includes(id))) throw new Error('none');",
        f"{MINE} {IDS} if (!intersection(input.ids, mine).length) throw new Error('none');",
        f"{MINE} {IDS} const ok = input.ids.filter((id) => mine.includes(id)); if (ok.length === 0) throw new Error('none');",
    ],
)
def test_what_is_linked_is_not_all_theirs_because_one_is(body):
    assert "foreign-reference-unchecked" in stored(body)


@pytest.mark.parametrize(
    "body",
    [
        f"{MINE} const ids = [...new Set(input.ids)]; if (rows.length !== ids.length) throw new Error('not all');",
        f"{MINE} {BY_ID} for (const id of input.ids) if (!byId.get(id)) throw new Error('not all');",
        f"{MINE} const byId = Object.fromEntries(rows.map((row) => [row.id, row])); for (const id of input.ids) if (!byId[id]) throw new Error('not all');",
        f"{MINE} {IDS} if (difference(input.ids, mine).length) throw new Error('not all');",
        f"{MINE} {IDS} const missing = input.ids.filter((id) => !mine.includes(id)); if (missing.length > 0) throw new Error('not all');",
    ],
)
def test_what_is_linked_was_looked_for_one_by_one(body):
    assert stored(body) == []


@pytest.mark.parametrize("kept", ["input.ids.filter((id) => mine.includes(id))", "intersection(input.ids, mine)"])
def test_what_is_left_of_the_listed_ids_is_theirs(kept):
    written = PAID.replace("input.ids", "own")
    assert of_action(f"{MINE} {IDS} const own = {kept}; {written}", head=LODASH, files=OWNED) == []


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
        f"{EACH} if (!found.every(Boolean)) throw new Error('not all');",
        f"{EACH} if (found.includes(null)) throw new Error('not all');",
        f"{EACH} if (found.filter(Boolean).length !== input.ids.length) throw new Error('not all');",
    ],
)
def test_all_of_them_do(body):
    assert heard(body) == []
