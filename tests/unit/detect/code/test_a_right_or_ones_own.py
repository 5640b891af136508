"""Who may remove a remark: whoever has the right in the board's workspace, or who wrote it.

The right says nothing of a remark below another board, and whoever is no member there was refused, not let by. Both were read otherwise in a
function that asserts and says nothing, and a remark of anybody could be removed by naming a board of one's own.
"""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


ROUTE = """
    import { PrismaClient } from "@prisma/client";
    import { auth } from "@/auth";
    const prisma = new PrismaClient();
    async function has(userId, workspaceId, right) {
      const member = await prisma.member.findFirst({ where: { userId, workspaceId } });
      if (!member) return false;
      const rights = await prisma.roleRight.findMany({ where: { roleId: member.roleId } });
      return rights.map((one) => one.name).includes(right);
    }
    async function mayRemove(userId, workspaceId, right, writtenBy) {
      if (await has(userId, workspaceId, right)) return;
      if (writtenBy && writtenBy === userId) return;
      throw new Error("no");
    }
    export async function DELETE(request, { params }) {
      const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
      const board = await prisma.board.findFirst({ where: { slug: params.board } });
      if (!board) return new Response(null, { status: 404 });
      const remark = await prisma.remark.findFirst({ where: { slug: params.remark } });
      if (MISSING) return new Response(null, { status: 404 });
      ASKED
      await prisma.remark.update({ where: { id: remark.id }, data: { removedAt: new Date() } });
      return Response.json({});
    }
"""
AUTH = 'import NextAuth from "next-auth";\nexport const { handlers, auth } = NextAuth({});\n'
EITHER = 'await mayRemove(session.user.id, board.workspaceId, "remark:remove", remark.writtenBy);'


def found(missing: str, asked: str = EITHER) -> list[str]:
    """Rules that speak of the handler."""
    route = ROUTE.replace("MISSING", missing).replace("ASKED", asked)
    return rules_of(followed({"auth.ts": AUTH, "app/api/boards/[board]/remarks/[remark]/route.ts": route}))


@pytest.mark.parametrize(
    ("missing", "asked"),
    [
        ("!remark || remark.boardId !== board.id", EITHER),
        ("!remark", 'if (remark.writtenBy !== session.user.id) throw new Error("no");'),
        ("!remark || remark.writtenBy !== session.user.id", EITHER),
    ],
)
def test_the_remark_is_of_that_board_or_ones_own(missing: str, asked: str) -> None:
    assert found(missing, asked) == []


def test_it_is_of_any_board() -> None:
    assert found("!remark") == ["id-only-lookup"]
