"""A table that is called like a catalogue by its last word, and whose rows hang on a conversation: no plan that is on offer."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


SCHEMA = """
model User {
  id    String         @id
  rooms Conversation[]
}

model Conversation {
  id      String       @id
  userId  String
  people  User[]
  outings OutingPlan[]
}

model Brochure {
  id    String       @id
  plans OutingPlan[]
}

model OutingPlan {
  id        String @id
  UNDER
  creatorId String
  title     String
}
"""
ROUTE = """
import { PrismaClient } from "@prisma/client";
import { getServerSession } from "next-auth";
const prisma = new PrismaClient();
export async function GET(request) {
  const session = await getServerSession();
  if (!session?.user) return new Response(null, { status: 401 });
  const underId = new URL(request.url).searchParams.get("under");
  return Response.json(await prisma.outingPlan.findFirst({ where: WHERE }));
}
export async function POST() {
  const session = await getServerSession();
  if (!session?.user) return new Response(null, { status: 401 });
  return Response.json(await prisma.conversation.findMany({ where: { people: { some: { id: session.user.id } }, userId: session.user.id } }));
}
"""
ROOM = "conversationId String\n  conversation Conversation @relation(fields: [conversationId], references: [id])"
SHOP = "brochureId String\n  brochure Brochure @relation(fields: [brochureId], references: [id])"


@pytest.mark.parametrize(
    ("under", "where", "expected"),
    [
        (ROOM, "{ conversationId: underId }", {"id-only-lookup"}),
        (
            ROOM,
            "{ conversationId: underId, conversation: { people: { some: { id: session.user.id } } } }",
            set(),
        ),
        (SHOP, "{ brochureId: underId }", set()),
    ],
)
def test_a_plan_that_hangs_on_a_conversation_is_of_those_in_it(under, where, expected):
    files = {
        "prisma/schema.prisma": SCHEMA.replace("UNDER", under),
        "app/api/outings/route.ts": ROUTE.replace("WHERE", where),
    }
    assert {one.rule for one in followed(files).findings if one.rule == "id-only-lookup"} == expected
