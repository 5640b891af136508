"""A town's people were deleted by anybody: the check stood in every function, and nobody awaited it."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import detect_code
from assistant.domain.code import Weakness

from .handler import AUTH, PRISMA, TSCONFIG, entry_of


ROUTE = """
import { removePerson } from "@/lib/people";
export async function DELETE(request, { params }) {
  await removePerson((await params).id);
  return Response.json({});
}
"""
PEOPLE = """
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";
async function mayEdit(id) {
  const session = await auth();
  if (!session) return false;
  const mine = await prisma.person.findFirst({ where: { id, town: { members: { some: { userId: session.user.id } } } } });
  return mine !== null;
}
export async function assertMayEdit(id) {
  if (!(await mayEdit(id))) throw new Error("Not authorized");
  return true;
}
export async function removePerson(id) {
  CHECK
  await prisma.person.delete({ where: { id } });
}
"""


def removal(check):
    files = {"lib/prisma.ts": PRISMA, "auth.ts": AUTH, "tsconfig.json": TSCONFIG, "app/api/people/[id]/route.ts": ROUTE}
    code = map_of(files | {"lib/people.ts": PEOPLE.replace("CHECK", check)})
    (entry,) = code.entries
    return entry, [one.rule for one in detect_code(code)]


def test_an_awaited_check_holds():
    entry, told = removal("await assertMayEdit(id);")
    assert entry.queries[-1].tie is not None
    assert told == []


@pytest.mark.parametrize(
    "check", ["assertMayEdit(id);", "void assertMayEdit(id);", "assertMayEdit(id).catch(console.error);"]
)
def test_a_check_that_nobody_awaits_holds_nobody(check):
    entry, told = removal(check)
    assert entry.queries[-1].verb == "delete"
    assert entry.queries[-1].tie is None
    assert told


def test_it_is_told_as_the_check_that_was_meant():
    entry, told = removal("assertMayEdit(id);")
    assert Weakness.NOT_AWAITED in {guard.weakness for guard in entry.guards}
    assert told == ["ineffective-guard"]


def test_a_note_that_is_written_on_the_side_is_no_check():
    """``track(id);`` asks for the session itself, writes its row and may be late: nothing was meant to be held up."""
    entry, _ = removal(
        'await assertMayEdit(id);\n  (async () => { const s = await auth(); if (!s) throw new Error("no"); await prisma.event.create({ data: { userId: s.user.id } }); })();'
    )
    assert Weakness.NOT_AWAITED not in {guard.weakness for guard in entry.guards}


def test_a_callback_may_add_to_the_object_that_it_stands_in():
    entry = entry_of(
        """
        import { streamText } from "ai";
        export async function POST(request: Request) {
          const session = await auth();
          if (!session?.user) return new Response(null, { status: 401 });
          const options: any = { onFinish: async () => { options.ended = 1; options.onError = async () => 1; } };
          streamText(options);
          return NextResponse.json(await prisma.chat.findMany({ where: { userId: session.user.id } }));
        }
        """
    )
    assert [query.table for query in entry.queries] == ["chat"]
