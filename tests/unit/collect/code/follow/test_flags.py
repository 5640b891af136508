"""A flag that is raised on a branch says later what was found out there; a client that is chosen by it is used knowing that."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.domain.code import ClientKind
from tests.unit.collect.code.follow.handler import entry_of, last


def _removed(deciding: str):
    return last(
        entry_of(f"""
export async function DELETE(request, {{ params }}) {{
  const session = await auth();
  if (!session) return new Response(null, {{ status: 401 }});
  const chat = await prisma.chat.findUnique({{ where: {{ id: params.id }} }});
  {deciding}
  if (!allowed) return new Response(null, {{ status: 403 }});
  await prisma.chat.delete({{ where: {{ id: params.id }} }});
  return new Response(null);
}}""")
    )


@pytest.mark.parametrize(
    "deciding",
    [
        "let allowed = false; if (chat.userId === session.user.id) allowed = true;",
        "let allowed = true; if (chat.userId !== session.user.id) allowed = false;",
        """let allowed = false;
  if (chat.userId === session.user.id) allowed = true;
  if (!allowed) {
    const seat = await prisma.seat.findFirst({ where: { chatId: params.id, userId: session.user.id } });
    if (seat) allowed = true;
  }""",
        "let allowed = true; for (const one of [chat]) { if (one.userId !== session.user.id) allowed = false; }",
    ],
    ids=["raised", "lowered", "raised in one of two ways", "lowered in a loop"],
)
def test_a_flag_that_only_the_owner_raises_ties_the_row(deciding):
    """Every chat was told as open to whoever is signed in, because the check and the refusal stood apart."""
    assert _removed(deciding).tie is not None


@pytest.mark.parametrize(
    "deciding",
    [
        'let allowed = request.headers.has("x-internal"); if (chat.userId === session.user.id) allowed = true;',
        'let allowed = false; if (request.headers.get("x-internal")) allowed = true;',
        'let allowed = false; if (chat.userId === session.user.id) allowed = true; if (request.headers.get("x-internal")) allowed = true;',
    ],
    ids=["asked before", "raised by a header", "raised by either"],
)
def test_a_flag_that_something_else_raises_too_does_not(deciding):
    assert _removed(deciding).tie is None


VIEW_AS = """
import { createClient } from "@supabase/supabase-js";
import { createServerClient } from "@supabase/ssr";
import { cookies } from "next/headers";
export async function GET(request) {
  const mine = createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY, { cookies: await cookies() });
  const { data: { user } } = await mine.auth.getUser();
  if (!user) return new Response(null, { status: 401 });
  const { data: profile } = await mine.from("profiles").select("role").eq("id", user.id).single();
  let wanted = user.id;
  let asAnother = false;
  const other = new URL(request.url).searchParams.get("viewAs");
  if (other) {
    if (profile?.role === "admin") {
      wanted = other;
      asAnother = true;
    }
  }
  const client = asAnother ? createClient(process.env.NEXT_PUBLIC_SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY) : mine;
  const { data } = await client.from("preferences").select("*").eq("user_id", wanted);
  return Response.json(data);
}
"""


def test_a_client_past_the_rules_that_only_administrators_get_is_used_knowing_that():
    """Administrators look at an account as its owner; everybody else reads their own under the rules of the database."""
    queries = map_of({"app/api/preferences/route.ts": VIEW_AS}).entries[0].queries
    past = [query for query in queries if query.table == "preferences" and query.client is ClientKind.SERVICE]
    own = [query for query in queries if query.table == "preferences" and query.client is not ClientKind.SERVICE]
    assert past
    assert all(any(fact.startswith("role") for fact in query.known) for query in past)
    assert own
    assert not any(fact.startswith("role") for query in own for fact in query.known)


def test_a_condition_that_is_left_out_inside_another_branch_is_left_out_for_all_others_too():
    """Whoever sent no filter saw every chat: only inside the filter's branch was somebody an administrator."""
    listing = (
        VIEW_AS[: VIEW_AS.index("  let wanted")]
        + """
  let query = createClient(process.env.NEXT_PUBLIC_SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY).from("chats").select("*");
  if (request.headers.get("x-filter")) {
    if (profile?.role !== "admin") query = query.eq("user_id", user.id);
  }
  const { data } = await query;
  return Response.json(data);
}
"""
    )
    queries = map_of({"app/api/chats/route.ts": listing}).entries[0].queries
    everybodys = [query for query in queries if query.table == "chats" and query.tie is None]
    assert everybodys
    assert not any(fact == "role admin" for query in everybodys for fact in query.known)
