"""Doors with several ways in: a call from inside beside people, oneself beside a team's owner; and columns that move a row to another parent."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_action, of_route


INSIDE = """
import { jwtVerify } from "jose";
export async function verifyInternalToken(token) {
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(process.env.INTERNAL_SECRET), { issuer: "inside" });
    return payload.type === "internal" ? { valid: true, userId: payload.userId } : { valid: false };
  } catch { return { valid: false }; }
}
"""
HYBRID = """
import { auth } from "@/auth";
import { verifyInternalToken } from "@/lib/inside";
export async function checkHybridAuth(request) {
  const header = request.headers.get("authorization");
  if (header?.startsWith("Bearer ")) {
    const verification = await verifyInternalToken(header.split(" ")[1]);
    if (verification.valid && verification.userId) return { success: true, userId: verification.userId };
  }
  const session = await auth();
  if (session?.user?.id) return { success: true, userId: session.user.id };
  return { success: false };
}
"""
CALLED = "const who = await NAME(request); if (!who.success || !who.userId) return new Response(null, { status: 401 }); const { id } = await request.json(); await db.agent.delete({ where: { id } }); return Response.json({ ok: true });"


def test_a_call_from_inside_is_one_of_two_ways():
    """Everybody who was signed in counted as the application itself: the first way asks ``verifyInternalToken``."""
    found = of_route(
        CALLED.replace("NAME", "checkHybridAuth"),
        verb="DELETE",
        session="",
        head='import { checkHybridAuth } from "@/lib/hybrid";',
        lib_hybrid=HYBRID,
        lib_inside=INSIDE,
    )
    assert found == ["id-only-lookup"]


def test_where_it_is_the_only_one_it_counts():
    alone = INSIDE.replace(
        "{ valid: true, userId: payload.userId }", "{ success: true, userId: payload.userId }"
    ).replace("{ valid: false }", "{ success: false }")
    found = of_route(
        CALLED.replace("NAME(request)", 'verifyInternalToken(request.headers.get("authorization"))'),
        verb="DELETE",
        session="",
        head='import { verifyInternalToken } from "@/lib/inside";',
        lib_inside=alone,
    )
    assert found == []


CAN = """
import { db } from "@/lib/db";
export async function canUpdate(user, teamId, userId) {
  if (!user) return false;
  if (user.isAdmin) return true;
  if (userId === user.id) return true;
  const member = await db.teamMember.findFirst({ where: { teamId, userId: user.id } });
  return member && member.role === "owner";
}
"""


def _of_team(where):
    return of_route(
        "const { teamId, userId, note } = await request.json(); if (!(await canUpdate(session.user, teamId, userId))) return new Response(null, { status: 403 });"
        f"await db.teamMember.updateMany({{ where: {{ {where} }}, data: {{ note }} }}); return Response.json({{ ok: true }});",
        verb="POST",
        head='import { canUpdate } from "@/lib/can";',
        lib_can=CAN,
    )


def test_oneself_or_anybody_of_ones_team():
    """Each way proved another of the two ids, and the row is found by both."""
    assert _of_team("teamId, userId") == []


@pytest.mark.parametrize(("where", "told"), [("teamId", "id-only-lookup"), ("userId", "identity-from-request")])
def test_by_one_of_them_alone_the_other_way_reaches_strangers(where, told):
    assert _of_team(where) == [told]


def _of_link(written):
    return of_action(
        'const link = await admin.from("links").select("*").eq("id", linkId).eq("user_id", user.id).single(); if (!link.data) throw new Error("no");'
        f'await admin.from("link_rights").update({written}).eq("link_id", linkId);',
        given="linkId, updates",
        head='import { createClient } from "@supabase/supabase-js"; const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);',
    )


@pytest.mark.parametrize("written", ["updates", "{ ...updates, seen: true }"])
def test_an_update_moves_the_row_to_another_parent(written):
    assert _of_link(written) == ["mass-assignment"]


@pytest.mark.parametrize("written", ["{ mood: updates.mood }", "{ ...updates, link_id: linkId }"])
def test_named_columns_do_not(written):
    assert _of_link(written) == []


RIGHTS = """
    import { auth } from "@/auth";
    const HELD = { owner: ["sites", "mail"], staff: ["mail"] };
    export async function current() { const session = await auth(); return session?.user ?? null; }
    export function may(user, key) {
      if (!user) return false;
      if (user.role === "owner") return true;
      return new Set(HELD[user.role] || []).has(key);
    }
    export async function demand(key) { const user = await current(); return may(user, key) ? user : null; }
"""
REMOVED = "if (!who) return new Response(null, { status: 403 }); const { id } = await request.json(); await db.agent.delete({ where: { id } }); return Response.json({ ok: true });"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ('(await demand("mail")) || (await demand("sites"))', []),
        ('(await demand("mail")) ?? (await demand("sites"))', []),
        ('(await demand("mail")) || (await current())', ["weak-privilege"]),
        ("await current()", ["weak-privilege"]),
    ],
)
def test_either_of_two_rights_is_one(asked, told):
    """Ten handlers asked for one of two rights and were told to ask nobody for a role."""
    found = of_route(
        f"const who = {asked}; {REMOVED}",
        path="app/api/admin/agents/route.ts",
        verb="DELETE",
        session="",
        head='import { current, demand } from "@/lib/rights";',
        lib_rights=RIGHTS,
        lib_mine='import { db } from "@/lib/db"; export const mine = (userId) => db.agent.findMany({ where: { userId } });',
    )
    assert found == told
