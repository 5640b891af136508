"""A row of the house that a header names, and whether the caller is a member there: one condition, in either order.

The comparison was read before the membership behind it was known, and was told as one with whatever somebody sends.
"""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


ROUTE = """
    import { PrismaClient } from "@prisma/client";
    import { auth } from "@/auth";
    const prisma = new PrismaClient();
    export async function GET(request, { params }) {
      const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
      const house = request.headers.get("x-house-id");
      const member = await prisma.member.findFirst({ where: { userId: session.user.id, houseId: house } });
      const lease = await prisma.lease.findUnique({ where: { id: params.id } });
      if (ASKED) return new Response(null, { status: 403 });
      return Response.json(lease);
    }
"""
AUTH = 'import NextAuth from "next-auth";\nexport const { handlers, auth } = NextAuth({});\n'


def found(asked: str) -> list[str]:
    """Rules that speak of the handler."""
    return rules_of(followed({"auth.ts": AUTH, "app/api/leases/[id]/route.ts": ROUTE.replace("ASKED", asked)}))


@pytest.mark.parametrize(
    "asked",
    [
        "lease.houseId !== house || !member",
        "!member || lease.houseId !== house",
        "lease.houseId !== house || member?.role === undefined",
        "!lease || lease.houseId !== house || member === null",
    ],
)
def test_both_are_asked(asked: str) -> None:
    assert found(asked) == []


@pytest.mark.parametrize(
    "asked",
    ["lease.houseId !== house", "lease.houseId !== house || !house", "lease.houseId !== house && !member", "!member"],
)
def test_one_of_them_is_missing(asked: str) -> None:
    assert found(asked) == ["id-only-lookup"] or "ineffective-guard" in found(asked)
