"""``body.chatId ?? mine.id``: whoever sends an id is believed, and only who sends none is held to their own row."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


ROUTE = """
import { createClient } from "@supabase/supabase-js";
import { auth } from "@clerk/nextjs/server";
const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
export async function GET() {
  const { userId } = await auth();
  if (!userId) return new Response(null, { status: 401 });
  const { data } = await admin.from("chats").select("id, title").eq("user_id", userId);
  return Response.json(data);
}
export async function POST(request) {
  const { userId } = await auth();
  if (!userId) return new Response(null, { status: 401 });
  const body = await request.json();
  const { data: last } = await admin.from("chats").select("id").eq("user_id", userId).limit(1).single();
  %s
  const { data } = await admin.from("chats").select("title, summary").eq("id", chatId).single();
  return Response.json(data);
}
"""
LOOK = 'const { data: own } = await admin.from("chats").select("id").eq("id", body.chatId).eq("user_id", userId).single(); if (!own) return new Response(null, { status: 404 });'


def told(chosen: str) -> list[str]:
    """The rules that speak."""
    return rules_of(followed({"app/api/chats/route.ts": ROUTE % chosen}))


@pytest.mark.parametrize(
    "chosen",
    [
        "const chatId = body.chatId ?? last.id;",
        "const chatId = body.chatId || last.id;",
        "const chatId = body.chatId ? body.chatId : last.id;",
        "let chatId = body.chatId; if (!chatId) chatId = last.id;",
        'let chatId = body.chatId || ""; if (!chatId) { chatId = last.id; }',
        'let chatId = body.chatId || ""; if (!chatId) { const { data: made } = await admin.from("chats").insert({ user_id: userId }).select("id").single(); chatId = made.id; }',
    ],
)
def test_an_id_that_was_sent_is_believed(chosen: str) -> None:
    """The row of one's own beside it bound the query for everybody."""
    assert told(chosen) == ["id-only-lookup"]


@pytest.mark.parametrize(
    "chosen",
    [
        "const chatId = last.id;",
        f"if (body.chatId) {{ {LOOK} }} const chatId = body.chatId ?? last.id;",
        f'let chatId = body.chatId || ""; if (chatId) {{ {LOOK} }} if (!chatId) {{ chatId = last.id; }}',
        "const chatId = body.chatId ?? last.id; if (chatId !== last.id) return new Response(null, { status: 403 });",
    ],
)
def test_an_id_that_was_looked_up_or_compared_is_not_anybodys(chosen: str) -> None:
    """What was sent was asked about, or there was nothing to be believed."""
    assert told(chosen) == []
