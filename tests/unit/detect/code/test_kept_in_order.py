"""Housekeeping on the way to something else was told as a leak: a look whether an address is blocked, a device that no longer answers."""

from __future__ import annotations

import pytest

from assistant.domain.matrix import Severity
from tests.unit.detect.code.apps import of_action, of_route


REFUSED = """
    import { db } from "@/lib/db";
    export async function refused(request) {
      const ip = request.headers.get("x-real-ip");
      const row = await db.blockedIp.findFirst({ where: { ip, active: true } });
      return row ? new Response(null, { status: 403 }) : null;
    }
"""
ASKED = "const no = await refused(request); if (no) return no; return Response.json({});"


@pytest.mark.parametrize(
    ("body", "told"),
    [(ASKED, []), ("await db.blockedIp.deleteMany({}); return Response.json({});", ["missing-session"])],
)
def test_a_look_at_who_is_kept_out(body, told):
    head = 'import { refused } from "@/lib/refused";'
    assert of_route(body, session="", head=head, lib_refused=REFUSED) == told


PUSH = """
    import webpush from "web-push";
    import { db } from "@/lib/db";
    export async function tell(ids) {
      const devices = await db.pushSubscription.findMany({ where: { userId: { in: ids } } });
      for (const one of devices) {
        try { await webpush.sendNotification({ endpoint: one.endpoint }, "Hello"); }
        catch { await db.pushSubscription.delete({ where: { id: one.id } }); }
      }
    }
"""


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("await tell(input.ids);", []),
        ("return db.pushSubscription.findMany({ where: { userId: input.userId } });", ["identity-from-request"]),
        ("await db.pushSubscription.delete({ where: { id } });", ["id-only-lookup"]),
    ],
)
def test_a_device_that_no_longer_answers(body, told):
    assert of_action(body, head='import { tell } from "@/lib/tell";', lib_tell=PUSH) == told


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("return Response.json(await db.siteSettings.findFirst());", []),
        (
            "await db.siteSettings.update({ where: { id: 1 }, data: { title: 'Mine' } }); return Response.json({});",
            ["missing-session"],
        ),
    ],
)
def test_what_a_site_says_of_itself_is_for_its_visitors(body, told):
    assert of_route(body, session="") == told


TEMPLATE = 'const id = new URL(request.url).searchParams.get("id"); const found = await db.template.findUnique({ where: { id } }); if (!found) return new Response(null, { status: 404 });'
MINE = {
    "app/api/mine/route.ts": """
    import { auth } from "@/auth";
    import { db } from "@/lib/db";
    export async function GET() {
      const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
      return Response.json(await db.template.findMany({ where: { userId: session.user.id } }));
    }
"""
}


@pytest.mark.parametrize(
    ("asked", "told"), [("!found.isGlobal", []), ("!found.isSystem", []), ("!found.isUrgent", ["id-only-lookup"])]
)
def test_what_is_there_for_all_or_ones_own(asked, told):
    body = f"{TEMPLATE} if ({asked} && found.userId !== session.user.id) return new Response(null, {{ status: 403 }}); return Response.json(found);"
    assert of_route(body, files=MINE) == told


@pytest.mark.parametrize(("by", "told"), [("token", []), ("id", ["overfetch"])])
def test_the_token_that_found_the_row_is_known_to_whoever_sent_it(by, told):
    body = f"const found = await db.providerInvitation.findFirst({{ where: {{ {by}: input.{by} }}, select: {{ token: true, userId: true }} }}); if (found?.userId !== user.id) return null; return found;"
    assert of_action(body) == told


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("!!process.env.STRIPE_SECRET_KEY", []),
        ("process.env.STRIPE_SECRET_KEY", ["personal-data-logged"]),
    ],
)
def test_whether_a_secret_is_there_is_no_secret(said, told):
    assert of_route(f'console.log("key", {said}); return Response.json({{}});') == told


SIGNED = """
    const text = await request.text();
    const event = stripe.webhooks.constructEvent(text, request.headers.get("stripe-signature"), process.env.STRIPE_WEBHOOK_SECRET);
    await db.tenant.update({ where: { id: event.data.object.metadata.tenantId }, data: { plan: "pro" } });
    await db.TABLE.create({ data: { tenantId: event.data.object.metadata.tenantId } });
    return Response.json({});
"""


@pytest.mark.parametrize(("table", "told"), [("settingsAuditLog", []), ("creditEntry", ["webhook-replayed"])])
def test_a_note_that_is_written_twice_harms_nobody(table, told):
    found = of_route(
        SIGNED.replace("TABLE", table),
        path="app/api/webhooks/stripe/route.ts",
        verb="POST",
        session="",
        least=Severity.LOW,
    )
    assert [one for one in found if one == "webhook-replayed"] == told
