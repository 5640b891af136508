"""A reference is looked up and compared where it was sent at all; what is written is that one, or nothing."""

from __future__ import annotations

import pytest

from assistant.domain.matrix import Severity
from tests.unit.detect.code.apps import APP, of_route
from tests.unit.detect.code.rig import followed, rules_of


HELPER = """
    import { db } from "@/lib/db";
    export async function ensureOperator(id, companyId) {
      const operator = await db.operator.findUnique({ where: { id }, select: { companyId: true, branch: { select: { companyId: true } } } });
      if (!operator) throw new Error("unknown");
      const owner = operator.branch?.companyId ?? operator.companyId;
      CHECK
    }
"""
TOUR = """
    import { auth } from "@/auth";
    import { db } from "@/lib/db";
    import { ensureOperator } from "@/lib/operators";
    export async function GET() {
      const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
      return Response.json(await db.operator.findMany({ where: { companyId: session.user.companyId } }));
    }
    export async function POST(request) {
      const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
      const body = await request.json();
      let operatorId;
      if (body.operatorId !== undefined) {
        if (body.operatorId === null) operatorId = null;
        else {
          await ensureOperator(body.operatorId, session.user.companyId);
          operatorId = body.operatorId;
        }
      }
      await db.tour.create({ data: { companyId: session.user.companyId, operatorId } });
      return new Response(null, { status: 201 });
    }
"""


@pytest.mark.parametrize(
    ("check", "told"),
    [('if (owner !== companyId) throw new Error("not yours");', False), ("return owner;", True)],
)
def test_a_helper_compares_it_on_the_way_on_which_it_was_sent(check, told):
    report = followed({**APP, "lib/operators.ts": HELPER.replace("CHECK", check), "app/api/tours/route.ts": TOUR})
    assert ("foreign-reference-unchecked" in rules_of(report)) is told


STALE = """
    await db.upload.deleteMany({{ where: {{ status: "pending", createdAt: {{ lt: new Date(Date.now() - 86400000) }} }} }});
    {after}
"""
OWN = "return Response.json(await db.upload.findMany({ where: { userId: session.user.id } }));"


def test_stale_uploads_go_before_the_next_one_is_counted():
    assert of_route(STALE.format(after=OWN), verb="POST") == []
    alone = {
        "app/api/uploads/route.ts": f"""
        import {{ auth }} from "@/auth";
        import {{ db }} from "@/lib/db";
        export async function GET() {{
          const session = await auth();
          if (!session?.user) return new Response(null, {{ status: 401 }});
          {OWN}
        }}
    """
    }
    assert "unscoped-write" in of_route(STALE.format(after="return new Response(null);"), verb="POST", files=alone)


SENT = """
    const { url, secret } = await request.json();
    return Response.json(await db.endpoint.create({ data: { userId: session.user.id, url, secret }, select: { url: true, secret: true } }));
"""
KEPT = "return Response.json(await db.endpoint.findMany({ where: { userId: session.user.id }, select: { url: true, secret: true } }));"


def test_what_the_caller_has_just_sent_is_no_secret_to_them():
    assert of_route(SENT, verb="POST") == []
    assert of_route(KEPT) == ["overfetch"]


SELLER = """
    import {{ db }} from "@/lib/db";
    export async function GET() {{
      return Response.json(await db.service.findMany({{
        where: {{ isActive: true }},
        select: {{ id: true, title: true, seller: {{ select: {{ {column}: true }} }} }},
      }}));
    }}
    export async function POST(request) {{
      const session = await (await import("@/auth")).auth();
      if (!session?.user) return new Response(null, {{ status: 401 }});
      return Response.json(await db.service.findMany({{ where: {{ userId: session.user.id }} }}));
    }}
"""


@pytest.mark.parametrize(("column", "told"), [("fullName", False), ("email", True)])
def test_the_name_of_whoever_offers_it_is_part_of_the_window(column, told):
    report = followed({**APP, "app/api/offers/route.ts": SELLER.format(column=column)})
    assert ("missing-session" in rules_of(report, least=Severity.LOW)) is told
