"""Tokens in answers: one that the caller has just made is theirs to see, and no other."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


ROUTE = """
    import { randomBytes } from "crypto";
    import { auth } from "@clerk/nextjs/server";
    import { PrismaClient } from "@prisma/client";
    const prisma = new PrismaClient();
    export async function POST(request, { params }) {
      const { userId } = await auth();
      ASKED
      const { id } = await params;
      const project = await prisma.project.findUnique({ where: { id }, select: { ownerId: true } });
      if (project?.ownerId !== userId) return new Response(null, { status: 403 });
      const token = randomBytes(32).toString("hex");
      const made = await prisma.TABLE.METHOD;
      return Response.json(made);
    }
"""
ASKED = "if (!userId) return new Response(null, { status: 401 });"
CREATE = "create({ data: { projectId: id, token }, select: { id: true, token: true } })"


def told(table: str = "clientAccessToken", method: str = CREATE, asked: str = ASKED) -> list[str]:
    text = ROUTE.replace("TABLE", table).replace("METHOD", method).replace("ASKED", asked)
    return rules_of(followed({"app/api/projects/[id]/share/route.ts": text}))


def test_a_link_that_was_just_made() -> None:
    assert told() == []


@pytest.mark.parametrize(
    ("table", "method"),
    [
        ("passwordResetToken", CREATE),
        ("clientAccessToken", "findFirst({ where: { projectId: id }, select: { id: true, token: true } })"),
        (
            "clientAccessToken",
            "update({ where: { projectId: id }, data: { used: true }, select: { id: true, token: true } })",
        ),
    ],
)
def test_one_that_was_there_before(table: str, method: str) -> None:
    """What resets a password, and what somebody else may have made."""
    assert "overfetch" in told(table, method)
