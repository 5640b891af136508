"""An id that may be left out and is looked up where it was sent; ids of a list of which only the caller's own are kept."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


HEAD = """
import { createClient } from "@supabase/supabase-js";
import { auth } from "@clerk/nextjs/server";
const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
export async function GET() {
  const { userId } = await auth();
  if (!userId) return new Response(null, { status: 401 });
  const { data } = await admin.from("vehicles").select("*").eq("owner_id", userId);
  return Response.json(data);
}
export async function PUT(request) {
  const { userId } = await auth();
  if (!userId) return new Response(null, { status: 401 });
  const { vehicleId, ids, other } = await request.json();
  %s
  return Response.json(answer);
}
"""
LOOK = """
if (%s) {
  const { data: own } = await admin.from("vehicles").select("id").eq("id", vehicleId).eq("owner_id", userId).maybeSingle();
  if (!own) return Response.json({ error: "unknown" }, { status: 400 });
}
const answer = %s ? await admin.from("vehicles").select("plate, seats").eq("id", %s).single() : null;
"""
KEEP = """
const { data: own } = await admin.from("vehicles").select("id").in("id", ids).eq("owner_id", userId);
%s
const answer = await admin.from("tour_stops").insert(kept.map((one) => ({ tour_id: crypto.randomUUID(), vehicle_id: one })));
"""


def told(body: str) -> list[str]:
    """The rules that speak."""
    return rules_of(followed({"app/api/vehicles/route.ts": HEAD % body}))


@pytest.mark.parametrize("sent", ["vehicleId", "vehicleId !== undefined", "vehicleId != null"])
def test_what_was_looked_up_where_it_was_sent_is_known_where_it_is_asked_for_again(sent: str) -> None:
    """The branch without an id knew nothing, and made the other one forget."""
    assert told(LOOK % (sent, 'vehicleId && vehicleId !== "none"', "vehicleId")) == []


@pytest.mark.parametrize(
    ("again", "used", "rule"),
    [("other", "other", "id-only-lookup"), ("vehicleId", "other", "parent-authorised-child-by-id")],
)
def test_another_id_is_not(again: str, used: str, rule: str) -> None:
    """Only the very id that was looked up is known."""
    assert told(LOOK % ("vehicleId", again, used)) == [rule]


@pytest.mark.parametrize("also", ['other === "one"', "other"])
def test_looked_up_only_where_something_else_was_sent_too(also: str) -> None:
    """``if (scope === "one" && id) look it up``: whoever sends another scope was asked nothing."""
    assert told(LOOK % (f"{also} && vehicleId", "vehicleId", "vehicleId")) == ["id-only-lookup"]


@pytest.mark.parametrize(
    "kept",
    [
        "const mine = new Set((own ?? []).map((one) => one.id)); const kept = ids.filter((id) => mine.has(id));",
        "const mine = own.map((one) => one.id); const kept = ids.filter((id) => mine.includes(id));",
        "const kept = ids.filter((id) => own.some((one) => one.id === id));",
        'const mine = new Set(own.map((one) => one.id)); const kept = ids.filter((id) => typeof id === "string" && mine.has(id));',
    ],
)
def test_of_a_list_only_the_callers_own_are_kept(kept: str) -> None:
    """What is left are ids of rows that were found under the caller's name."""
    assert told(KEEP % kept) == []


@pytest.mark.parametrize(
    "kept",
    [
        "const kept = ids;",
        "const mine = new Set((own ?? []).map((one) => one.id)); const kept = ids.filter((id) => !mine.has(id));",
        "const kept = ids.filter((id) => own.some((one) => one.id !== id));",
    ],
)
def test_kept_whatever_was_found(kept: str) -> None:
    """The look-up stands there and decides nothing."""
    assert told(KEEP % kept) == ["foreign-reference-unchecked"]
