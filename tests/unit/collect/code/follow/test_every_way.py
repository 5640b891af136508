"""An assertion with two ways in, each about another row: the comment of somebody else was changed by a member of any workspace."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


FILES = {
    "lib/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();',
    "lib/access.ts": """
import { auth } from "@clerk/nextjs/server";
import { prisma } from "./db";
export async function signedIn() {
  const { userId } = await auth();
  if (!userId) throw new Error("sign in");
  return userId;
}
export const isMember = (workspaceId, userId) => prisma.member.findFirst({ where: { workspaceId, userId } });
export async function mayEdit(userId, workspaceId, writerId) {
  if (await isMember(workspaceId, userId)) return;
  if (writerId === userId) return;
  throw new Error("no");
}
""",
    "tsconfig.json": '{"compilerOptions":{"paths":{"@/*":["./*"]}}}',
}


def rules(asked: str, where: str = "{ id }") -> set[str]:
    action = f"""
"use server";
import {{ prisma }} from "@/lib/db";
import {{ isMember, mayEdit, signedIn }} from "@/lib/access";
export async function change(id: string, workspaceId: string) {{
  const userId = await signedIn();
  const note = await prisma.note.findUnique({{ where: {{ id }} }});
  {asked}
  await prisma.note.update({{ where: {where}, data: {{ pinned: true }} }});
}}
"""
    return {one.rule for one in followed({**FILES, "app/actions.ts": action}).findings} - {"missing-validation"}


EITHER = "const member = await isMember({of}, userId); if (!member && note?.writerId !== userId) throw new Error('no');"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        pytest.param(EITHER.format(of="workspaceId"), True, id="a member of the workspace that the request names"),
        pytest.param(EITHER.format(of="note.workspaceId"), False, id="a member of the note's own workspace"),
        pytest.param("await mayEdit(userId, workspaceId, note.writerId);", True, id="asserted of the named one"),
        pytest.param("await mayEdit(userId, note.workspaceId, note.writerId);", False, id="asserted of its own"),
    ],
)
def test_a_way_that_looks_at_another_row_does_not_vouch_for_this_one(asked, told):
    assert bool(rules(asked) & {"id-only-lookup", "parent-authorised-child-by-id"}) is told
