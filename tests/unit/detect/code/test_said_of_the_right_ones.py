"""A habit is told of those who have it: whose error the database's is, which ids two answers tell apart, whose columns are secret, what is charged."""

from __future__ import annotations

import pytest

from assistant.detect.code.words import holds_secrets
from tests.unit.detect.code.apps import APP, SESSION
from tests.unit.detect.code.rig import followed


def heard(rule, files):
    return [one for one in followed({**APP, **files}).findings if one.rule == rule]


def route(body, head=""):
    return f"""
        import {{ auth }} from "@/auth";
        import {{ db }} from "@/lib/db";
        import {{ stripe }} from "@/lib/stripe";
        {head}
        export async function POST(request, {{ params }}) {{
          {SESSION}
          {body}
        }}
    """


CAUGHT = """
    const mine = await db.invoice.findFirst({ where: { userId: session.user.id } });
    try { %s } catch (error) { return Response.json({ error: error.message }, { status: 500 }); }
    return Response.json({ ok: true });
"""


@pytest.mark.parametrize(
    ("tried", "told"),
    [
        ("await db.invoice.update({ where: { id: mine.id }, data: { sent: true } });", True),
        ("readCertificate(mine.certificate);", False),
        ("await stripe.invoices.send(mine.number);", False),
        ("await stripe.invoices.send(mine.number); await db.invoice.count({ where: { userId: mine.userId } });", True),
    ],
)
def test_only_where_a_row_was_reached_the_database_may_have_said_it(tried, told):
    files = {"app/api/send/route.ts": route(CAUGHT % tried, 'import { readCertificate } from "@/lib/pem";')}
    files["lib/pem.ts"] = "export function readCertificate(text) { return JSON.parse(text); }"
    assert bool(heard("error-tells-internals", files)) is told


FOUND = """
    const row = await db.invoice.findFirst({ where: { WHERE } });
    if (!row) return new Response(null, { status: 404 });
    if (row.userId !== session.user.id) return new Response(null, { status: 403 });
    return Response.json(row);
"""


@pytest.mark.parametrize(
    ("where", "told"), [("id: params.id", True), ("id: params.id, companyId: session.user.companyId", False)]
)
def test_two_answers_tell_nothing_where_the_row_was_looked_for_among_ones_own(where, told):
    found = heard("error-tells-internals", {"app/api/bills/[id]/route.ts": route(FOUND.replace("WHERE", where))})
    assert bool(found) is told


TABLES = """
    import { drizzle } from "drizzle-orm/node-postgres";
    import { pgTable, text, json } from "drizzle-orm/pg-core";
    export const users = pgTable("users", { id: text("id").primaryKey(), name: text("name"), orgId: text("org_id") COLUMN });
    export const apiKeys = pgTable("api_keys", { id: text("id").primaryKey(), orgId: text("org_id"), key: text("key") });
    export const store = drizzle(process.env.DATABASE_URL, { schema: { users, apiKeys } });
"""
READS = """
    import { eq } from "drizzle-orm";
    import { auth } from "@/auth";
    import { createClerkClient } from "@clerk/backend";
    import { store, users, apiKeys } from "@/lib/store";
    const clerk = createClerkClient({ secretKey: process.env.CLERK_SECRET_KEY });
    export async function GET() {
      const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
      return Response.json(await store.query.TABLE.findMany({ where: eq(TABLE.orgId, session.user.orgId) }));
    }
    export async function POST(request) {
      const { email } = await request.json();
      const made = await clerk.users.createUser({ emailAddress: [email], password: crypto.randomUUID(), skipPasswordChecks: true });
      return Response.json({ id: made.id });
    }
"""


@pytest.mark.parametrize(
    ("table", "column", "told"),
    [
        ("users", "", set()),
        ("users", ', passwordHash: text("password_hash")', {"GET /api/list answers passwordHash of users."}),
    ],
)
def test_the_columns_of_a_table_are_those_of_its_schema_and_not_a_providers(table, column, told):
    files = {"lib/store.ts": TABLES.replace("COLUMN", column), "app/api/list/route.ts": READS.replace("TABLE", table)}
    assert {one.title for one in heard("overfetch", files)} == told


@pytest.mark.parametrize(
    ("table", "columns", "told"),
    [("api_keys", ("id", "key"), True), ("users", ("id", "key"), False), ("users", ("passwordHash",), True)],
)
def test_the_key_of_a_table_of_keys_is_a_secret(table, columns, told):
    assert holds_secrets(table, columns) is told


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            "await stripe.products.create({ name, default_price_data: { unit_amount: amount, currency: 'usd' } });",
            False,
        ),
        ("await stripe.prices.create({ product: name, unit_amount: amount, currency: 'usd' });", False),
        (
            "const price = await stripe.prices.create({ product: name, unit_amount: amount }); await stripe.checkout.sessions.create({ line_items: [{ price: price.id }] });",
            True,
        ),
        ("await stripe.paymentIntents.create({ amount, currency: 'usd' });", True),
    ],
)
def test_who_puts_something_up_for_sale_says_what_it_costs(call, told):
    body = f"const {{ name, amount }} = await request.json(); {call} return Response.json({{ ok: true }});"
    assert bool(heard("price-from-request", {"app/api/sell/route.ts": route(body)})) is told


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("{ stripeCustomerId: event.data.object.customer }", False),
        ('"paid by", event.data.object.customer', False),
        ('"paid by", event.data.object.customer_details.email', True),
    ],
)
def test_the_id_of_a_customer_is_no_personal_data(said, told):
    hook = f"""
        import {{ stripe }} from "@/lib/stripe";
        export async function POST(request) {{
          const event = stripe.webhooks.constructEvent(await request.text(), request.headers.get("stripe-signature"), process.env.STRIPE_WEBHOOK_SECRET);
          console.log({said});
          return new Response();
        }}
    """
    assert bool(heard("personal-data-logged", {"app/api/webhooks/stripe/route.ts": hook})) is told


SERVICE = """
    import { db } from "@/lib/db";
    export async function moveInvoice(userId, invoiceId, data) {
      return db.invoice.update({ where: { id: invoiceId }, data });
    }
"""


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ("export const nothing = 1;", False),
        ('import { moveInvoice } from "@/lib/invoices"; export const jobs = { move: moveInvoice };', True),
    ],
)
def test_a_function_that_nobody_names_is_no_way_in(other, told):
    files = {"lib/invoices.ts": SERVICE, "lib/jobs.ts": other}
    assert any(one.entry.startswith("service ") for one in followed({**APP, **files}).findings) is told
