"""What is left of a choice behind a test, who runs the whole application, and what is asked once instead of many times."""

from __future__ import annotations

import pytest

from assistant.detect.code.sample_apps import APP, SUPABASE
from assistant.domain.matrix import Severity
from tests.unit.detect.code.rig import followed, rules_of


SPACES = """
    import { auth } from "@/auth"
    import { db } from "@/lib/db"
    async function requireAuth() {
      const session = await auth()
      if (!session?.user) return Response.json({ error: "Unauthorized" }, { status: 401 })
      return { userId: session.user.id }
    }
    export async function requireSpaceOwner(slug) {
      const asked = await requireAuth()
      if (asked instanceof Response) return asked
      const space = await db.space.findUnique({ where: { slug } })
      if (!space) return Response.json({ error: "Not found" }, { status: 404 })
      COMPARED
      return { userId: asked.userId, space }
    }
"""
CANCEL = """
    import { requireSpaceOwner } from "@/lib/spaces"
    import { db } from "@/lib/db"
    import { stripe } from "@/lib/stripe"
    export async function POST(request) {
      const { slug } = await request.json()
      const asked = await requireSpaceOwner(slug)
      if (asked instanceof Response) return asked
      const { space } = asked
      const row = await db.space.findUnique({ where: { id: space.id }, select: { subscriptionId: true } })
      await stripe.subscriptions.update(row.subscriptionId, { cancel_at_period_end: true })
      return Response.json({ ok: true })
    }
"""


@pytest.mark.parametrize(
    ("compared", "told"),
    [("if (space.ownerId !== asked.userId) return Response.json({ error: 'No' }, { status: 403 })", False), ("", True)],
)
def test_what_is_left_after_the_responses_were_returned_is_the_owners_space(compared, told):
    files = {**APP, "lib/spaces.ts": SPACES.replace("COMPARED", compared), "app/api/billing/cancel/route.ts": CANCEL}
    assert ("id-only-lookup" in rules_of(followed(files))) is told


TENANTS = """
    import { auth } from "@/auth"
    import { db } from "@/lib/db"
    import { cookies } from "next/headers"
    export async function tenant() {
      const session = await auth()
      if (!session) throw new Error("Sign in first")
      const watched = (await cookies()).get("watched")
      if (session.user.platformAdmin && watched?.value) {
        const house = await db.house.findUnique({ where: { id: JSON.parse(watched.value).houseId } })
        if (house) return { houseId: house.id, sort: house.type === "platform" ? "platform" : "clinic", role: JSON.parse(watched.value).role }
      }
      const member = await db.member.findFirst({ where: { userId: session.user.id } })
      if (!member) throw new Error("No house")
      const house = await db.house.findUnique({ where: { id: member.houseId } })
      if (!house) throw new Error("No house")
      return { houseId: house.id, sort: house.type === "platform" ? "platform" : "clinic", role: member.role }
    }
"""


@pytest.mark.parametrize(
    ("check", "told"),
    [
        ('if (mine.sort !== "platform") return new Response(null, { status: 403 })', False),
        ('if (mine.sort !== "clinic") return new Response(null, { status: 403 })', True),
        ('if (mine.role !== "owner" && mine.role !== "admin") return new Response(null, { status: 403 })', True),
        ("", True),
    ],
)
def test_only_a_way_that_each_time_asked_for_the_platform_opens_every_house(check, told):
    """Whoever runs the platform may look into any house, in their own name or in another's; the owner of a house may not."""
    route = f"""
        import {{ tenant }} from "@/lib/tenant"
        import {{ db }} from "@/lib/db"
        export async function GET(request, {{ params }}) {{
          const mine = await tenant()
          {check}
          return Response.json(await db.invoice.findMany({{ where: {{ partnerId: params.id }} }}))
        }}
    """
    files = {**APP, "lib/tenant.ts": TENANTS, "app/api/partners/[id]/route.ts": route}
    assert ("id-only-lookup" in rules_of(followed(files))) is told


def test_the_people_that_a_variable_names_run_the_application():
    files = {
        **SUPABASE,
        "lib/owners.ts": """
            const list = (value) => String(value ?? "").split(",").map((one) => one.trim()).filter(Boolean)
            export function isOwner({ email, env = process.env }) {
              const known = new Set(list(env.PLATFORM_OWNER_EMAILS).map((one) => one.toLowerCase()))
              if (known.size === 0) return false
              return known.has(email.toLowerCase())
            }
        """,
        "app/actions.ts": """
            "use server"
            import { admin } from "@/lib/admin"
            import { client } from "@/lib/server"
            import { isOwner } from "@/lib/owners"
            export async function publish(id) {
              const { data: { user }, error } = await (await client()).auth.getUser()
              if (error || !user || !isOwner({ email: user.email })) return
              await admin.from("gaps").update({ status: "published" }).eq("id", id)
            }
        """,
    }
    assert rules_of(followed(files)) == []
    open_to_all = files["app/actions.ts"].replace("|| !isOwner({ email: user.email })", "")
    assert "id-only-lookup" in rules_of(followed({**files, "app/actions.ts": open_to_all}))


RECORDED = """
    "use server"
    import { admin } from "@/lib/admin"
    export async function recordPaid(event) { await admin.from("payments").update({ status: "paid" }).eq("id", event.id) }
    export async function recordLost(event) { await admin.from("payments").update({ status: "lost" }).eq("id", event.id) }
    export async function recordRefund(event) { await admin.from("payments").update({ status: "refunded" }).eq("id", event.id) }
"""
HOOK = """
    import Stripe from "stripe"
    import { recordLost, recordPaid, recordRefund } from "@/lib/recorded"
    const stripe = new Stripe(process.env.STRIPE_SECRET_KEY)
    export async function POST(request) {
      const event = stripe.webhooks.constructEvent(await request.text(), request.headers.get("stripe-signature"), process.env.STRIPE_WEBHOOK_SECRET)
      await recordPaid(event); await recordLost(event); await recordRefund(event)
      return new Response()
    }
"""
BUTTON = """
    "use client"
    import { recordLost, recordPaid, recordRefund } from "@/lib/recorded"
    export function Button({ id }) { return <button onClick={() => recordPaid({ id })} onDoubleClick={() => recordRefund({ id })} onBlur={() => recordLost({ id })} /> }
"""


def test_actions_that_only_a_webhook_imports_are_one_question_of_their_file():
    files = {**SUPABASE, "lib/recorded.ts": RECORDED, "app/api/hook/route.ts": HOOK}
    (asked,) = [one for one in followed(files).findings if one.rule == "missing-session"]
    assert asked.title.startswith("Worth asking: 3 functions of lib/recorded.ts are server actions")
    assert asked.severity is Severity.MEDIUM
    shown = followed({**files, "app/button.tsx": BUTTON}).findings
    assert [one.severity for one in shown if one.rule == "missing-session"] == [Severity.CRITICAL] * 3


@pytest.mark.parametrize(("table", "severity"), [("survey_answers", Severity.LOW), ("integrations", Severity.MEDIUM)])
def test_the_token_of_a_link_is_asked_about_and_that_of_a_service_is_told(table, severity):
    body = f"""
        import {{ admin }} from "@/lib/admin"
        import {{ client }} from "@/lib/server"
        export async function POST(request) {{
          const {{ data: {{ user }} }} = await (await client()).auth.getUser()
          if (!user) return new Response(null, {{ status: 401 }})
          const {{ data }} = await admin.from("{table}").select("token").eq("user_id", user.id).single()
          return Response.json({{ url: `https://app.example/s/${{data.token}}` }})
        }}
    """
    found = followed({**SUPABASE, "app/api/link/route.ts": body}).findings
    assert [one.severity for one in found if one.rule == "overfetch"] == [severity]


@pytest.mark.parametrize(("option", "told"), [(", {}, { stripeAccount: house.stripeAccountId }", False), ("", True)])
def test_what_is_asked_of_the_callers_own_connected_account_is_theirs(option, told):
    body = f"""
        import {{ auth }} from "@/auth"
        import {{ db }} from "@/lib/db"
        import {{ stripe }} from "@/lib/stripe"
        export async function POST(request) {{
          const session = await auth()
          if (!session) return new Response(null, {{ status: 401 }})
          const {{ paymentId }} = await request.json()
          const house = await db.house.findFirst({{ where: {{ ownerId: session.user.id }} }})
          if (!house) return new Response(null, {{ status: 404 }})
          const payment = await stripe.paymentIntents.retrieve(paymentId{option})
          return Response.json({{ status: payment.status }})
        }}
    """
    assert ("id-only-lookup" in rules_of(followed({**APP, "app/api/state/route.ts": body}))) is told


def test_an_id_that_a_function_below_proved_may_be_written_after_it():
    """The message was looked up in the caller's house and the function left without it; what it notes later is no stranger's."""
    files = {
        **APP,
        "lib/mail.ts": """
            import { db } from "@/lib/db"
            export async function label(messageId, houseId, category) {
              const message = await db.message.findFirst({ where: { id: messageId, houseId } })
              LEFT
              await db.message.update({ where: { id: messageId, houseId }, data: { category } })
              await db.labelNote.create({ data: { houseId, messageId, category } })
              return { updated: 1 }
            }
        """,
        "app/actions.ts": """
            "use server"
            import { auth } from "@/auth"
            import { db } from "@/lib/db"
            import { label } from "@/lib/mail"
            export async function setLabel({ messageId, category }) {
              const session = await auth()
              if (!session) throw new Error("Sign in first")
              const house = await db.house.findFirst({ where: { ownerId: session.user.id } })
              if (!house) throw new Error("No house")
              return label(messageId, house.id, category)
            }
        """,
    }
    held = {**files, "lib/mail.ts": files["lib/mail.ts"].replace("LEFT", "if (!message) return { updated: 0 }")}
    assert "foreign-reference-unchecked" not in rules_of(followed(held))


def test_a_tour_that_was_seen_lets_nobody_in_and_a_plan_does():
    page = """
        import { client } from "@/lib/server"
        import { admin } from "@/lib/admin"
        export async function GET() {
          const { data: { user } } = await (await client()).auth.getUser()
          if (!user) return new Response(null, { status: 401 })
          if (!user.user_metadata.FIELD) return new Response(null, { status: 403 })
          return Response.json((await admin.from("reports").select("*")).data)
        }
    """
    for field, severity in (("tour_seen", Severity.LOW), ("plan", Severity.HIGH)):
        found = followed({**SUPABASE, "app/api/reports/route.ts": page.replace("FIELD", field)}).findings
        assert {one.severity for one in found if one.rule == "ineffective-guard"} <= {severity, Severity.MEDIUM}


BILLS = """
    import { db } from "@/lib/db"
    import { stripe } from "@/lib/stripe"
    export async function POST(request) {
      const body = await request.json()
      const bill = await db.bill.findUnique({ where: { id: body.billId } })
      if (!bill) return new Response(null, { status: 404 })
      const made = await stripe.checkout.sessions.create({ mode: "payment",
        line_items: [{ quantity: 1, price_data: { currency: "eur", product_data: { name: "Bill" }, unit_amount: AMOUNT } }], metadata: { billId: body.billId } })
      return Response.json({ url: made.url })
    }
"""
PAID = """
    import { db } from "@/lib/db"
    import { stripe } from "@/lib/stripe"
    export async function POST(request) {
      const event = stripe.webhooks.constructEvent(await request.text(), request.headers.get("stripe-signature"), process.env.STRIPE_WEBHOOK_SECRET)
      await db.bill.update({ where: { id: event.data.object.metadata.billId }, data: { status: "PAID" } })
      return new Response()
    }
"""


@pytest.mark.parametrize(("amount", "told"), [("bill.amount", False), ("100", True)])
def test_somebody_elses_bill_that_is_paid_in_full_harms_nobody(amount, told):
    files = {**APP, "app/api/pay/route.ts": BILLS.replace("AMOUNT", amount), "app/api/hook/route.ts": PAID}
    assert ("payment-metadata-from-request" in rules_of(followed(files))) is told


PAYLOAD = """
    import { createVerify } from "node:crypto"
    import { db } from "@/lib/db"
    function signed(body, signature, key) {
      try {
        const verify = createVerify("SHA256")
        verify.update(Buffer.from(body))
        return verify.verify(Buffer.from(key, "base64").toString("utf-8"), Buffer.from(signature, "base64"))
      } catch { return false }
    }
    export async function POST(request) {
      const raw = await request.text()
      const key = KEY
      let held = key ? signed(raw, request.headers.get("x-sign") ?? "", key) : false
      if (!held && key) { const fresh = KEY; held = fresh ? signed(raw, request.headers.get("x-sign") ?? "", fresh) : false }
      if (!held) return new Response(null, { status: 403 })
      const body = JSON.parse(raw)
      await db.payment.update({ where: { id: body.reference }, data: { status: body.status } })
      return new Response()
    }
"""


@pytest.mark.parametrize(
    ("key", "told"), [("process.env.BANK_PUBLIC_PEM", False), ('request.headers.get("x-key")', True)]
)
def test_a_bank_that_signs_with_its_own_key_is_known_and_one_that_brings_the_key_is_not(key, told):
    found = rules_of(followed({**APP, "app/api/hook/route.ts": PAYLOAD.replace("KEY", key)}))
    assert bool({"missing-session", "webhook-unsigned"} & set(found)) is told


def test_a_setting_of_the_session_is_no_row_and_free_hours_are_for_visitors():
    body = """
        import { db } from "@/lib/db"
        export async function GET(request) {
          const houseId = new URL(request.url).searchParams.get("houseId")
          await db.$executeRaw`SELECT set_config('app.house', ${houseId}, true)`
          const taken = await db.appointment.findMany({ where: { houseId, day: "2026-01-05" }, select: { id: true, startAt: true, endAt: true NAME } })
          return Response.json(taken)
        }
    """
    assert rules_of(followed({**APP, "app/api/hours/route.ts": body.replace("NAME", "")})) == []
    assert rules_of(followed({**APP, "app/api/hours/route.ts": body.replace("NAME", ", clientName: true")})) == [
        "missing-session"
    ]


@pytest.mark.parametrize(("columns", "told"), [("name String", False), ("passwordHash String", True)])
def test_the_schema_says_whether_a_whole_row_holds_a_secret(columns, told):
    files = {
        **APP,
        "prisma/schema.prisma": f"model User {{\n  id String @id\n  email String\n  {columns}\n  notes Note[]\n}}\nmodel Note {{\n  id String @id\n}}\n",
        "app/api/me/route.ts": """
            import { auth } from "@/auth"
            import { db } from "@/lib/db"
            export async function GET() {
              const session = await auth()
              if (!session) return new Response(null, { status: 401 })
              return Response.json(await db.user.findUnique({ where: { id: session.user.id } }))
            }
        """,
    }
    found = [one for one in followed(files).findings if one.rule == "overfetch"]
    assert [one.columns for one in found] == ([("passwordHash",)] if told else [])


def test_one_variable_that_may_be_unset_is_one_finding():
    handler = """
        import { db } from "@/lib/db"
        export async function GET(request) {
          if (request.headers.get("authorization") !== `Bearer ${process.env.CRON_SECRET}`) return new Response(null, { status: 401 })
          await db.invoice.deleteMany({ where: { paid: false } })
          return new Response()
        }
    """
    files = {**APP, **{f"app/api/cron/{one}/route.ts": handler for one in ("hourly", "daily", "weekly")}}
    (habit,) = [one for one in followed(files).findings if one.rule == "ineffective-guard"]
    assert "does not guard 3 handlers" in habit.title
