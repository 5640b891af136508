"""Roles are weighed by a table of ranks: that is asking which role it is, whichever way round it is written."""

from __future__ import annotations

import pytest

from assistant.domain.code import GuardKind
from tests.unit.detect.code.apps import APP
from tests.unit.detect.code.rig import followed, rules_of


ROUTE = """
    import { auth } from "@/auth";
    import { db } from "@/lib/db";
    const RANK = { member: 0, admin: 1, owner: 2 };
    const ORDER = ["member", "admin", "owner"];
    const LEVELS = new Map([["member", 0], ["admin", 1], ["owner", 2]]);
    const has = (mine, wanted) => RANK[mine] >= RANK[wanted];
    async function need(teamId, userId, wanted) {
      const me = await db.membership.findFirst({ where: { teamId, userId } });
      if (!me) throw new Error("not yours");
      CHECK
    }
    export async function DELETE(request, { params }) {
      const session = await auth();
      if (!session?.user?.id) return new Response(null, { status: 401 });
      const { id } = await params;
      await need(id, session.user.id, "admin");
      await db.team.delete({ where: { id } });
      return Response.json({ ok: true });
    }
"""


ELSEWHERE = ROUTE.replace("team.delete({ where: { id } })", 'team.update({ where: { id }, data: { name: "" } })')


def read(check):
    other = ELSEWHERE.replace("CHECK", 'if (me.role !== "owner") throw new Error("no");').replace("DELETE", "PATCH")
    files = {"app/api/teams/[id]/route.ts": ROUTE.replace("CHECK", check), "app/api/teams/[id]/name/route.ts": other}
    return followed({**APP, **files})


def kinds(found):
    entries = (entry for entry in found.context.map.entries if not entry.id.startswith("PATCH"))
    return {guard.kind for entry in entries for guard in entry.guards if guard.weakness is None}


@pytest.mark.parametrize(
    "check",
    [
        'if (RANK[me.role] < RANK[wanted]) throw new Error("no");',
        'if (RANK[wanted] > RANK[me.role]) throw new Error("no");',
        'if (!(RANK[me.role] >= RANK.admin)) throw new Error("no");',
        'if (ORDER.indexOf(me.role) < ORDER.indexOf(wanted)) throw new Error("no");',
        'if ((LEVELS.get(me.role) ?? 0) < (LEVELS.get(wanted) ?? 9)) throw new Error("no");',
        'if (wanted && !has(me.role, wanted)) throw new Error("no");',
    ],
)
def test_a_rank_that_is_too_low_is_refused(check):
    found = read(check)
    assert GuardKind.ROLE in kinds(found)
    assert "weak-privilege" not in rules_of(found)


@pytest.mark.parametrize(
    "check",
    [
        "",
        "if (me.role) console.log('a member');",
        'if (me.permissions.length < 1) throw new Error("no");',
        "const rank = RANK[me.role];",
    ],
)
def test_a_rank_that_nobody_compares_says_nothing(check):
    found = read(check)
    assert GuardKind.ROLE not in kinds(found)
    assert "weak-privilege" in rules_of(found)


PRICE = """
    import Stripe from "stripe";
    import { auth } from "@/auth";
    import { db } from "@/lib/db";
    const stripe = new Stripe(process.env.STRIPE_SECRET_KEY!);
    export async function POST(request) {
      const session = await auth();
      if (!session?.user?.id) return new Response(null, { status: 401 });
      const me = await db.user.findUnique({ where: { id: session.user.id } });
      const plan = await stripe.subscriptions.retrieve(me.subscriptionId);
      const metered = plan.items.data.find((item) => item.price.id === process.env.METERED_PRICE_ID);
      if (!metered) return new Response(null, { status: 400 });
      return Response.json({ id: metered.id });
    }
"""


def test_the_price_of_a_plan_is_no_role():
    assert GuardKind.ROLE not in kinds(followed({**APP, "app/api/usage/route.ts": PRICE}))


@pytest.mark.parametrize(
    "asked", ["session.user.email === process.env.OWNER_EMAIL", "session.user.id === process.env.OWNER_ID"]
)
def test_whoever_a_variable_names_is_somebody(asked):
    code = PRICE.replace("if (!metered)", f"if (!({asked}))")
    assert GuardKind.ROLE in kinds(followed({**APP, "app/api/usage/route.ts": code}))
