"""Where nobody has a tenant everybody works in one house: permissions, colleagues and settings are the house's; a cookie may say which house was chosen."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import APP
from tests.unit.detect.code.rig import followed


RIGHTS = """
    import { auth } from "@/auth";
    import { redirect } from "next/navigation";
    import { db } from "@/lib/db";
    async function can(userId, permission) {
      const grants = await db.grant.findMany({ where: { userId }, select: { permission: true } });
      return grants.some((one) => one.permission === permission);
    }
    export async function requirePermission(permission) {
      const session = await auth();
      if (!session?.user?.id) redirect("/login");
      const person = await db.person.findUnique({ where: { userId: session.user.id } });
      if (!person) redirect("/no-access");
      const certificate = await db.certificate.findFirst({ where: { personId: person.id, expiresAt: { gt: new Date() } } });
      if (!certificate) redirect("/certificate");
      if (!(await can(session.user.id, permission))) redirect("/no-access");
      return session.user;
    }
"""
SHIFT = """
    "use server";
    import { db } from "@/lib/db";
    import { requirePermission } from "@/lib/rights";
    export async function cancel(id, personId) {
      const me = await requirePermission("PERMISSION");
      await db.shift.update({ where: { id }, data: { cancelled: true } });
      await db.panelist.create({ data: { personId, addedById: me.id } });
    }
    export async function mine() {
      const me = await requirePermission("shifts.view");
      return db.shift.findMany({ where: { OWNER: me.id } });
    }
"""
FORM = 'import { cancel, mine } from "./actions"; export default function Page() { mine(); return <form action={cancel} />; }'


def told(permission, owner="userId"):
    action = SHIFT.replace("PERMISSION", permission).replace("OWNER", owner)
    files = {**APP, "lib/rights.ts": RIGHTS, "app/shifts/actions.ts": action, "app/shifts/page.tsx": FORM}
    return {one.rule for one in followed(files).findings if one.entry.endswith("#cancel")}


@pytest.mark.parametrize("permission", ["shifts.manage_all", "shifts:manage", "manage_shifts"])
def test_who_may_manage_shifts_may_manage_those_of_others(permission):
    assert not told(permission) & {"id-only-lookup", "foreign-reference-unchecked"}


@pytest.mark.parametrize("permission", ["shifts.edit", "member"])
def test_who_may_only_look_may_not(permission):
    assert "id-only-lookup" in told(permission)


def test_where_there_are_tenants_a_permission_is_one_of_a_tenants_people():
    assert "id-only-lookup" in told("shifts.manage_all", owner="organizationId")


CHOSEN = """
    import { createClient } from "@supabase/supabase-js";
    const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
    export async function POST(request) {
      const { data: { user } } = await admin.auth.getUser(request.headers.get("authorization"));
      if (!user) return new Response(null, { status: 401 });
      const orgId = request.cookies.get("COOKIE")?.value || request.headers.get("x-organization-id");
      if (!orgId) return new Response(null, { status: 400 });
      const { data: mine, error } = await admin.from("memberships").select("role").eq("user_id", user.id)CHECK.single();
      if (error || !mine) return new Response(null, { status: 403 });
      await admin.from("plans").insert({ organization_id: orgId, user_id: user.id, title: "x" });
      return new Response();
    }
    export async function GET(request) {
      const { data: { user } } = await admin.auth.getUser(request.headers.get("authorization"));
      const { data } = await admin.from("organizations").select("id").eq("owner_id", user.id);
      return Response.json(data);
    }
"""


@pytest.mark.parametrize(
    ("cookie", "check", "found"),
    [
        ("currentOrgId", '.eq("organization_id", orgId)', False),
        ("active_workspace", '.eq("organization_id", orgId)', False),
        ("currentOrgId", "", True),
    ],
)
def test_the_house_that_a_browser_keeps_is_proven_like_any_other(cookie, check, found):
    route = CHOSEN.replace("COOKIE", cookie).replace("CHECK", check)
    rules = {one.rule for one in followed({**APP, "app/api/plans/route.ts": route}).findings}
    assert ("foreign-reference-unchecked" in rules) is found


OUTBOX = """
    "use server";
    import { db } from "@/lib/db";
    import { requireUser } from "@/lib/session";
    export async function tell(orderId) {
      await requireUser();
      const order = await db.order.findUnique({ where: { id: orderId }, select: { userId: true } });
      const waiting = await db.message.findMany({ where: { userId: order.userId, pushedAt: null } });
      await db.message.updateMany({ where: { id: { in: IDS } }, data: { COLUMN: new Date() } });
    }
    export async function mine() {
      const me = await requireUser();
      return db.message.findMany({ where: { userId: me.id } });
    }
"""


@pytest.mark.parametrize(
    ("ids", "column", "found"),
    [
        ("waiting.map((one) => one.id)", "pushSentAt", False),
        ("waiting.map((one) => one.id)", "readAt", True),
        ("[orderId]", "sentAt", True),
    ],
)
def test_when_something_was_sent_is_noted_of_whatever_was_waiting(ids, column, found):
    action = OUTBOX.replace("IDS", ids).replace("COLUMN", column)
    page = 'import { tell, mine } from "./actions"; export default function Page() { mine(); return <form action={tell} />; }'
    told = followed({**APP, "app/tell/actions.ts": action, "app/tell/page.tsx": page}).findings
    titles = [one.title for one in told if one.entry.endswith("#tell") and "message" in one.title]
    assert any("change" in title for title in titles) is found


OWN = """
    import { createClient } from "@supabase/supabase-js";
    import { createServerClient } from "@supabase/ssr";
    const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
    const mine = createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY, { cookies: {} });
    export async function GET() {
      const { data: { user } } = await mine.auth.getUser();
      if (!user) return new Response(null, { status: 401 });
      const { data } = await admin.from("profiles").select("COLUMNS").eq("id", user.id).single();
      return Response.json(data);
    }
"""


@pytest.mark.parametrize(("columns", "found"), [("name, gyms(name, color)", False), ("name, color", True)])
def test_rows_of_another_table_that_come_along_may_need_the_service_role(columns, found):
    files = {**APP, "app/api/me/route.ts": OWN.replace("COLUMNS", columns)}
    assert ("service-role-on-user-path" in {one.rule for one in followed(files).findings}) is found
