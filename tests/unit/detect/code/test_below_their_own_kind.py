"""A row below another row of its own table: an account of another house as the parent of mine."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


ROUTE = """
import { createClient } from "@supabase/supabase-js";
import { auth } from "@clerk/nextjs/server";
const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
async function house() {
  const { userId } = await auth();
  if (!userId) throw new Error("who?");
  const { data } = await admin.from("members").select("tenant_id").eq("user_id", userId).single();
  return data.tenant_id;
}
export async function POST(request) {
  const tenantId = await house();
  const { name, parentId } = await request.json();
  %s
  await admin.from("cost_centers").insert(%s);
  return Response.json({});
}
"""
LOOK = 'const { data: own } = await admin.from("cost_centers").select("id").eq("id", parentId).eq("tenant_id", tenantId).single(); if (!own) return new Response(null, { status: 400 });'


@pytest.mark.parametrize(
    ("look", "row", "told"),
    [
        ("", "{ name, tenant_id: tenantId, parent_id: parentId }", ["foreign-reference-unchecked"]),
        (LOOK, "{ name, tenant_id: tenantId, parent_id: parentId }", []),
        ("", "{ name, parent_id: parentId }", []),
        ("", "{ name, tenant_id: tenantId, parent_id: null }", []),
    ],
)
def test_the_parent_is_of_the_same_house(look: str, row: str, told: list[str]) -> None:
    """Where no tenant is written, answers to what somebody else wrote are everyday."""
    assert rules_of(followed({"app/api/centers/route.ts": ROUTE % (look, row)})) == told
