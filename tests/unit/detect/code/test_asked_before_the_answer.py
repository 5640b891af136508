"""The row was read beside the session, and answered to whoever has one: that is not "anyone on the internet"."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


HANDLER = """
    import { PrismaClient } from "@prisma/client";
    import { getServerSession } from "next-auth";
    const db = new PrismaClient();
    const no = new Response(null, { status: 401 });
    export async function GET(request, { params }) {
      const where = { id: params.id };
      %s
    }
"""
READ = "const invoice = await db.invoice.findUnique({ where });"
ASKED = "const session = await getServerSession();"
BESIDE = "const [session, invoice] = await Promise.all([getServerSession(), db.invoice.findUnique({ where })]);"
SHOWN = "return Response.json(invoice);"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (f"{READ} {ASKED} if (!session) return no; {SHOWN}", "id-only-lookup"),
        (f"{READ} {ASKED} if (session) {{ {SHOWN} }} return no;", "id-only-lookup"),
        (
            f"{BESIDE} if (!session) return no; {SHOWN}",
            "id-only-lookup",
        ),
        (f"{READ} if (request.headers.get('x')) {SHOWN} {ASKED} if (!session) return no; {SHOWN}", "missing-session"),
        (f"{READ} {ASKED} if (!session) console.log('nobody'); {SHOWN}", "missing-session"),
        (
            f"const invoice = await db.invoice.delete({{ where }}); {ASKED} if (!session) return no; {SHOWN}",
            "missing-session",
        ),
    ],
    ids=["then asked", "only if", "beside each other", "answered on a branch", "nobody stops", "a write"],
)
def test_what_is_read_first_is_told_of_whoever_it_is_answered_to(body: str, told: str) -> None:
    assert rules_of(followed({"app/api/invoices/[id]/route.ts": HANDLER % body})) == [told]


def test_the_owner_alone_is_answered_what_was_read_first() -> None:
    body = f"{READ} {ASKED} if (session?.user.id === invoice.userId) {{ {SHOWN} }} return no;"
    assert rules_of(followed({"app/api/invoices/[id]/route.ts": HANDLER % body})) == []
