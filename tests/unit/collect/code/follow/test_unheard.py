"""A function that answers yes or no guards nothing by itself: somebody has to listen."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.domain.code import GuardKind, Weakness


ROUTE = """
import {{ PrismaClient }} from "@prisma/client";
import {{ auth }} from "@clerk/nextjs/server";
const prisma = new PrismaClient();
async function isMember(teamId, userId) {{
  const member = await prisma.teamMember.findUnique({{ where: {{ userId_teamId: {{ userId, teamId }} }} }});
  if (!member) return false;
  return true;
}}
export async function DELETE(request) {{
  const {{ userId }} = await auth();
  if (!userId) return new Response(null, {{ status: 401 }});
  const {{ teamId }} = await request.json();
  {body}
  return new Response(null, {{ status: 204 }});
}}
"""
CLEAR = "await prisma.note.deleteMany({ where: { teamId } });"
REFUSE = "return new Response(null, { status: 403 });"


def _entry(body: str):
    return map_of({"app/api/notes/route.ts": ROUTE.format(body=body)}).entries[0]


@pytest.mark.parametrize(
    "body",
    [
        f"await isMember(teamId, userId); {CLEAR}",
        f'if (!(await isMember(teamId, userId))) console.warn("a stranger"); {CLEAR}',
        f"if (!isMember(teamId, userId)) {REFUSE} {CLEAR}",
    ],
    ids=["ignored", "only logged", "not awaited"],
)
def test_nobody_listened(body):
    """The notes of a team were deleted by anybody; that the question was asked was believed to be enough."""
    entry = _entry(body)
    assert entry.queries[-1].tie is None
    assert [guard for guard in entry.guards if guard.kind is GuardKind.MEMBERSHIP and guard.weakness is None] == []


@pytest.mark.parametrize(
    "body",
    [
        f"if (!(await isMember(teamId, userId))) {REFUSE} {CLEAR}",
        f"if (await isMember(teamId, userId)) {{ {CLEAR} }}",
        f"const allowed = await isMember(teamId, userId); if (!allowed) {REFUSE} {CLEAR}",
    ],
)
def test_somebody_listened(body):
    entry = _entry(body)
    assert entry.queries[-1].tie is not None
    assert [guard for guard in entry.guards if guard.kind is GuardKind.MEMBERSHIP and guard.weakness is None] != []


def test_whether_a_write_succeeded_is_no_check_that_came_too_late():
    body = f"""if (!(await isMember(teamId, userId))) {REFUSE}
    const done = await prisma.note.update({{ where: {{ teamId }}, data: {{ seen: true }} }});
    if (!done) {REFUSE}"""
    assert [guard for guard in _entry(body).guards if guard.weakness is Weakness.AFTER_WRITE] == []
