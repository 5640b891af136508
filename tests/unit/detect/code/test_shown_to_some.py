"""Who may see a note: everybody while its owner shows it, the owner, whoever it was given to, an administrator.

One helper answers that in five ways, and the first of them knows nothing of whoever asks: a column called `isShare` was no way in, and every
handler behind the helper was told as open to anyone on the internet.
"""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


HELPER = """
    import { PrismaClient } from "@prisma/client";
    import { auth } from "@/auth";
    const prisma = new PrismaClient();
    async function maySee(noteId, me) {
      const note = await prisma.note.findFirst({ where: { id: noteId } });
      if (!note) return false;
      const shown = COLUMN && note.sharePassword === "" && (note.shownUntil === null || note.shownUntil > new Date());
      if (shown) return true;
      if (!me) return false;
      if (me.role === "superadmin") return true;
      if (note.accountId === me.id) return true;
      const given = await prisma.noteShare.findFirst({ where: { noteId, accountId: me.id } });
      return !!given;
    }
    export async function POST(request, { params }) {
      const session = await auth();
      const { text } = await request.json();
      ASKED
      const note = await prisma.note.findFirst({ where: { id: params.id }, select: { accountId: true } });
      await prisma.notification.create({ data: { accountId: note.accountId, content: text } });
      return Response.json({});
    }
"""
AUTH = 'import NextAuth from "next-auth";\nexport const { handlers, auth } = NextAuth({});\n'
ASKED = 'const ok = await maySee(params.id, session?.user); if (!ok) throw new Error("no");'


def found(column: str, asked: str = ASKED) -> list[str]:
    """Rules that speak of the handler."""
    route = HELPER.replace("COLUMN", column).replace("ASKED", asked)
    return rules_of(followed({"auth.ts": AUTH, "app/api/notes/[id]/remarks/route.ts": route}))


@pytest.mark.parametrize("column", ["note.isShare", "note.is_share", "note.isPublic", "note.isShareable"])
def test_a_row_that_its_owner_shows_is_one_of_the_ways(column: str) -> None:
    assert found(column) == []


@pytest.mark.parametrize(
    ("column", "asked"),
    [
        ("note.isShare", ""),
        ("note.isShare", "await maySee(params.id, session?.user);"),
        ("note.isLong", ASKED),
        ("note.shareOfOwner", ASKED),
    ],
)
def test_nobody_looks_at_the_answer_or_the_column_says_another_thing(column: str, asked: str) -> None:
    assert "missing-session" in found(column, asked)
