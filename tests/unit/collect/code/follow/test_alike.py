"""Two rows that were compared with each other: what is found out later of one of them is known of the other."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.domain.code import Query


FILES = {
    "lib/prisma.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n',
    "auth.ts": 'import NextAuth from "next-auth";\nexport const { handlers, auth } = NextAuth({});\n',
    "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
}
HANDLER = """
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";
const load = async (id) => {
  const found = await prisma.card.findUnique({ where: { id } });
  return found ? { id: found.id, title: found.title, workspaceId: found.workspaceId } : null;
};
export async function DELETE(req: Request, { params }) {
  const session = await auth();
  if (!session?.user) return new Response("no", { status: 401 });
  const card = await load(params.cardId);
  if (!card) return new Response("no", { status: 404 });
  const comment = await prisma.comment.findUnique({ where: { publicId: params.commentId } });
  if (!comment CHECK) return new Response("no", { status: 404 });
  const member = await prisma.member.findFirst({ where: { userId: session.user.id, workspaceId: card.workspaceId } });
  if (!member) return new Response("no", { status: 403 });
  await prisma.comment.delete({ where: { id: comment.id } });
  return Response.json({});
}
"""


def deletion(check: str) -> Query:
    """The last query of a handler that proves the card after it looked at the comment."""
    made = map_of({**FILES, "app/api/[cardId]/[commentId]/route.ts": HANDLER.replace("CHECK", check)})
    return made.entries[0].queries[-1]


@pytest.mark.parametrize("check", ["|| comment.cardId !== card.id", "|| card.id !== comment.cardId"])
def test_an_id_in_common_ties_both(check: str) -> None:
    """The card turns out to be the caller's, and so does the comment on it."""
    assert deletion(check).tie is not None


@pytest.mark.parametrize("check", ["", "|| comment.text === card.title", "|| comment.status !== card.status"])
def test_other_columns_do_not(check: str) -> None:
    """Two rows with the same title need not be of one owner."""
    assert deletion(check).tie is None
