"""Who can do it: anyone, whoever signs in, whoever is on a list that somebody may have forgotten; and what nobody can guess or repeat."""

from __future__ import annotations

import pytest

from assistant.domain.code import ClientKind, GuardKind
from assistant.domain.matrix import Severity
from tests.unit.detect.code.apps import APP, SESSION, of_route
from tests.unit.detect.code.rig import a_guard, a_query, an_entry, asked, followed, look, rules_of, sets, where


def test_row_level_security_that_wants_a_session_is_said_of_whoever_signs_in():
    query = a_query("chats", "update", where("id", asked("path.id")), client=ClientKind.USER)
    (found,) = (
        one
        for one in look(an_entry(queries=[query]), leaking=("public.chats",)).findings
        if one.rule == "missing-session"
    )
    assert found.title.startswith("Whoever signs in can change rows of chats through")
    pooled = a_query("chats", "update", where("id", asked("path.id")), client=ClientKind.POOL)
    (found,) = (one for one in look(an_entry(queries=[pooled])).findings if one.rule == "missing-session")
    assert found.title.startswith("Anyone on the internet can change rows of chats through")


LISTED = """
    import { auth } from "@/auth";
    export async function requireOffice() {
      const session = await auth();
      if (!session?.user) return { ok: false };
      const list = (process.env.OFFICE_EMAILS ?? "").split(",").map((one) => one.trim()).filter(Boolean);
      if (CHECK) return { ok: false };
      return { ok: true, user: session.user };
    }
"""
TAGS = """
    import { db } from "@/lib/db";
    import { requireOffice } from "@/lib/office";
    export async function POST(request) {
      const office = await requireOffice();
      if (!office.ok) return new Response(null, { status: 403 });
      const { id, tag } = await request.json();
      await db.customer.update({ where: { id }, data: { tag } });
      return new Response(null, { status: 204 });
    }
"""


@pytest.mark.parametrize(
    ("check", "told"),
    [
        ("list.length > 0 && !list.includes(session.user.email)", ["ineffective-guard"]),
        ("!list.includes(session.user.email)", []),
        ("false", ["id-only-lookup"]),
    ],
)
def test_a_list_that_nobody_set_is_one_mistake(check, told):
    report = followed({**APP, "lib/office.ts": LISTED.replace("CHECK", check), "app/api/tags/route.ts": TAGS})
    assert rules_of(report) == told
    if "length" in check:
        assert "it is skipped when the list is empty" in next(iter(report.findings)).title


GRANT = """
    import { auth } from "@/auth";
    import { db } from "@/lib/db";
    const RIGHTS = { admin: ["referrals:manage"], clerk: [] };
    export async function NAME(right) {
      const session = await auth();
      if (!session?.user) throw new Error("sign in");
      const person = await db.employee.findUnique({ where: { email: session.user.email } });
      if (!person || !RIGHTS[person.role].includes(right)) throw new Error("not yours");
      return person;
    }
"""
PAYOUT = """
    import { db } from "@/lib/db";
    import { NAME } from "@/lib/rights";
    export async function POST(request) {
      await NAME("referrals:manage");
      const { id, companyId } = await request.json();
      await db.payout.create({ data: { companyId, sum: 1 } });
      await db.payout.update({ where: { id }, data: { decided: true } });
      return new Response(null, { status: 204 });
    }
"""


@pytest.mark.parametrize(("name", "told"), [("requireBackofficeRight", False), ("requireRight", True)])
def test_people_of_the_back_office_decide_for_everybody(name, told):
    files = {"lib/rights.ts": GRANT.replace("NAME", name), "app/api/payouts/route.ts": PAYOUT.replace("NAME", name)}
    assert ("id-only-lookup" in rules_of(followed(APP | files))) is told


BASKET = """
    const {{ productId }} = await request.json();
    await db.{table}.create({{ data: {{ userId: session.user.id, productId }} }});
    return new Response(null, {{ status: 201 }});
"""
SELLER = {
    "app/api/products/route.ts": f"""
        import {{ auth }} from "@/auth";
        import {{ db }} from "@/lib/db";
        export async function GET() {{
          {SESSION}
          return Response.json(await db.product.findMany({{ where: {{ userId: session.user.id }} }}));
        }}
    """
}


@pytest.mark.parametrize(("table", "told"), [("cartItem", False), ("wishlist", False), ("shipment", True)])
def test_what_the_shop_shows_may_go_into_a_basket(table, told):
    said = of_route(BASKET.format(table=table), verb="POST", files=SELLER)
    assert ("foreign-reference-unchecked" in said) is told


NOTE = """
    const {{ projectId }} = await request.json();
    await db.{table}.create({{ data: {{ userId: session.user.id, projectId, action: "renamed" }} }});
    return new Response(null, {{ status: 201 }});
"""
MINE = {name: text.replace("product", "project") for name, text in SELLER.items()}


@pytest.mark.parametrize(("table", "told"), [("renameLog", False), ("trackingChangeEvent", False), ("task", True)])
def test_a_line_of_a_log_says_what_was_asked_for(table, told):
    said = of_route(NOTE.format(table=table), verb="POST", files=MINE)
    assert ("foreign-reference-unchecked" in said) is told


@pytest.mark.parametrize(("column", "told"), [("externalRef", False), ("customerId", True)])
def test_an_event_whose_reference_is_looked_for_is_added_once(column, told):
    known = ("secret", "signed")
    seen = a_query("receipt", "select", where(column, asked("body.id")), known=known)
    added = a_query("receipt", "insert", written=(sets("amount", asked("body.amount")),), known=known)
    signed = a_guard(GuardKind.SIGNATURE, says="verify()")
    entry = an_entry("/api/webhooks/pay", "POST", guards=[signed], queries=[seen, added], webhook=True)
    assert ("webhook-replayed" in rules_of(look(entry), least=Severity.INFO)) is told


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("await db.backup.findMany();", False),
        ("await db.code.findMany({ where: { code: (await request.json()).code } });", True),
    ],
)
def test_where_nothing_is_said_nothing_is_guessed(given, told):
    said = of_route(
        given + " return new Response(null);", verb="POST", path="app/api/codes/verify/route.ts", least=Severity.INFO
    )
    assert ("rate-limit-absent" in said) is told
