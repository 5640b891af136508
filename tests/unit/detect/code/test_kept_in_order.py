"""Housekeeping on the way to something else was told as a leak: a look whether an address is blocked, a device that no longer answers."""

from __future__ import annotations

import pytest

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
