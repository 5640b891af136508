"""Roles and permissions that are loaded and never asked are no guard, whatever the function that loads them is called; asked, they are."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import APP
from tests.unit.detect.code.rig import followed, rules_of


OWN = """
    import { auth } from "@/auth";
    import { db } from "@/lib/db";
    export async function GET() {
      const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
      return Response.json(await db.invoice.findMany({ where: { userId: session.user.id } }));
    }
"""
LOADS = """
    import { auth } from "@/auth";
    import { db } from "@/lib/db";
    export async function NAME() {
      const session = await auth();
      if (!session?.user) throw new Error("sign in");
      const row = await db.user.findUnique({ where: { id: session.user.id } });
      CHECK
      return row;
    }
"""
ROUTE = """
    import { auth } from "@/auth";
    import { db } from "@/lib/db";
    import * as access from "@/lib/access";
    export async function DELETE(request, { params }) {
      const session = await auth();
      if (!session?.user?.id) return new Response(null, { status: 401 });
      const { id } = await params;
      BEFORE
      await db.invoice.delete({ where: { id } });
      return Response.json({ ok: true });
    }
"""


def told(before, *, name="load", check=""):
    files = {
        "lib/access.ts": LOADS.replace("NAME", name).replace("CHECK", check),
        "app/api/invoices/route.ts": OWN,
        "app/api/invoices/[id]/route.ts": ROUTE.replace("BEFORE", before),
    }
    return rules_of(followed({**APP, **files}))


@pytest.mark.parametrize("name", ["getAdminPermissions", "getStaffSettings", "isAdmin", "loadSupportPlan"])
def test_what_a_function_is_called_is_no_question(name):
    assert "id-only-lookup" in told(f"const perms = await access.{name}();", name=name)


@pytest.mark.parametrize("name", ["getAdmin", "getAdminUser", "getStaffSession", "requireAdmin"])
def test_a_function_that_gives_the_administrator_or_throws_is_one(name):
    check = 'if (row.role !== "admin") throw new Error("no");'
    assert told(f"const admin = await access.{name}();", name=name, check=check) == []


ME = "const me = await db.user.findUnique({ where: { id: session.user.id } });"


@pytest.mark.parametrize("asked", ["me?.role", "me && me.permissions", "me?.permissions?.length", "me?.userType"])
def test_that_somebody_has_a_role_says_not_which(asked):
    assert "id-only-lookup" in told(f"{ME} if (!({asked})) return new Response(null, {{ status: 403 }});")


@pytest.mark.parametrize("asked", ['me?.role === "admin"', "me?.isAdmin", 'me && ["admin", "staff"].includes(me.role)'])
def test_which_role_it_is_was_asked(asked):
    assert told(f"{ME} if (!({asked})) return new Response(null, {{ status: 403 }});") == []
