"""A helper that keeps its answers under the caller's key: what it kept says what the query said."""

from __future__ import annotations

import pytest

from tests.unit.collect.code.follow.handler import HEAD, entry_of, last


KEPT = """
import { Redis } from "ioredis";
class Kept {
  constructor() {
    this.near = new Map();
    this.far = process.env.REDIS_URL ? new Redis(process.env.REDIS_URL) : null;
  }
  async get(key) {
    if (this.far) {
      const value = await this.far.get(key);
      return value ? JSON.parse(value) : null;
    }
    return this.near.get(key) ?? null;
  }
  async set(key, value) {
    if (this.far) await this.far.set(key, JSON.stringify(value));
    else this.near.set(key, value);
  }
}
export const kept = new Kept();
"""
HELPER = """
import { kept } from "@/lib/kept";
async function isMember(project, user) {
  const key = KEY;
  try {
    const before = await kept.get(key);
    if (before !== null && before !== undefined) return before;
  } catch (error) {
    console.error(error);
  }
  const rows = await prisma.member.findMany({ where: { projectId: project, userId: user } });
  const found = rows.length > 0;
  FILL
  return found;
}
"""


def _removed(key: str, fill: str):
    helper = HELPER.replace("KEY", key).replace("FILL", fill)
    return last(
        entry_of(
            """
export async function DELETE(request, { params }) {
  const session = await auth();
  if (!session?.user) return new Response(null, { status: 401 });
  if (!(await isMember(params.id, session.user.id))) return new Response(null, { status: 403 });
  await prisma.project.delete({ where: { id: params.id } });
  return new Response(null);
}
""",
            path="app/api/projects/[id]/route.ts",
            head=HEAD + helper,
            lib__kept=KEPT,
        )
    )


def test_a_membership_that_was_kept_is_the_membership_that_was_found():
    """Every handler that asked was told as open, because the answer came from the cache on most days."""
    assert _removed("`member:${project}:${user}`", "await kept.set(key, found);").tie is not None


@pytest.mark.parametrize(
    ("key", "fill"),
    [
        ("`member:${project}`", "await kept.set(key, found);"),
        ("`member:${project}:${user}`", ""),
        ("`member:${project}:${user}`", 'await kept.set("other", found);'),
    ],
    ids=["everybody's key", "never filled", "filled under another key"],
)
def test_what_somebody_else_may_have_put_there_proves_nothing(key, fill):
    assert _removed(key, fill).tie is None
