"""Whoever is among the members of what the request names belongs to it: the members are loaded, and one of them is the caller."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


ROUTE = """
    import { auth } from "@clerk/nextjs/server";
    import { createClient } from "@supabase/supabase-js";
    const admin = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);
    async function circleOf(id) {
      const { data, error } = await admin.from("circles").select("*").eq("id", id).single();
      if (error) throw error;
      return data;
    }
    async function membersOf(id) {
      const { data, error } = await admin.from("TABLE").select("*").FOUND.eq("status", "active");
      if (error) throw error;
      return data || [];
    }
    export async function GET(request, { params }) {
      const { userId } = await auth();
      if (!userId) return new Response(null, { status: 401 });
      const { id } = await params;
      const sent = new URL(request.url).searchParams;
      const circle = await circleOf(id);
      const members = await membersOf(id);
      const isMember = members.some((one) => MINE);
      const isCreator = circle.created_by === userId;
      if (ASKED) return new Response(null, { status: 403 });
      const { data } = await admin.from("circle_members").select("user_id, weight").eq("circle_id", WHICH);
      return Response.json(data);
    }
"""


def told(
    *,
    table: str = "circle_members",
    found: str = 'eq("circle_id", id)',
    mine: str = "one.user_id === userId",
    asked: str = "!isMember && !isCreator",
    which: str = "id",
) -> list[str]:
    text = ROUTE.replace("TABLE", table).replace("FOUND", found).replace("MINE", mine)
    text = text.replace("ASKED", asked).replace("WHICH", which)
    return rules_of(followed({"app/api/circles/[id]/board/route.ts": text}))


@pytest.mark.parametrize("asked", ["!isMember", "!isMember && !isCreator", "!(isCreator || isMember)"])
def test_one_of_the_members_is_the_caller(asked: str) -> None:
    assert told(asked=asked) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"mine": "one.user_id !== userId"},
        {"found": 'in("circle_id", sent.getAll("id"))'},
        {"table": "circle_comments"},
        {"which": 'sent.get("other")'},
        {"asked": "!members"},
        {"mine": 'one.user_id === sent.get("me")'},
    ],
)
def test_who_is_not(changed: dict[str, str]) -> None:
    """A stranger among them, members of one of several, whoever commented, another circle, a list that is always there, whoever the request says."""
    assert told(**changed) != []
