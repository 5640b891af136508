"""Permissions that a session carries under a longer name: one that the code asks for is a role, that there are any is none."""

from __future__ import annotations

import pytest

from assistant.domain.code import GuardKind
from tests.unit.collect.code.follow.handler import entry_of


ASKED = """
function may(session, resource, operation) {
  const about = session.givenPermissionSets.filter((one) => one.resource === resource);
  if (about.some((one) => one.operation === "negate")) return false;
  if (about.some((one) => one.operation === operation || one.operation === "manage")) return true;
  return false;
}
export async function PATCH(req, { params }) {
  const session = await auth();
  if (!session?.user) return new Response("no", { status: 401 });
  if (TEST) return new Response("no", { status: 403 });
  await prisma.note.update({ where: { id: params.id }, data: { done: true } });
  return new Response(null, { status: 204 });
}
"""


@pytest.mark.parametrize(
    ("test", "asked"),
    [
        ('!may(session, "note", "update")', True),
        ('!session.user.effectivePermissions.some((one) => one.key === "note.update")', True),
        ("!session.givenPermissionSets", False),
        ('session.nightShift === "note"', False),
    ],
)
def test_the_one_that_is_asked_for(test: str, asked: bool) -> None:
    entry = entry_of(ASKED.replace("TEST", test))
    assert any(guard.kind is GuardKind.ROLE and guard.weakness is None for guard in entry.guards) is asked
