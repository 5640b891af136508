"""A page counted the customers whose subscription is active, and that was taken for somebody who is asked who they are."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import APP
from tests.unit.detect.code.rig import followed, rules_of


ROUTE = """
    import { db } from "@/lib/db";
    export async function GET() {
      const people = await db.user.findMany();
      let paying = 0;
      for (const one of people) {
        if (CHECK) continue;
        paying++;
      }
      return Response.json({ paying, people });
    }
"""


@pytest.mark.parametrize(
    "check",
    [
        'one.subscription_status !== "active"',
        'one.subscriptionStatus !== "active" || !one.subscription_end',
        'one.accountStatus !== "enabled"',
        "!one.isActive || !one.name",
    ],
)
def test_how_an_account_stands_is_no_session(check):
    assert "missing-session" in rules_of(followed({**APP, "app/api/people/route.ts": ROUTE.replace("CHECK", check)}))
