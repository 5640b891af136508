"""Roles that people gave themselves or their guests, teams that any member could end; and the checks that were no matter of doubt."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import APP, of_action
from tests.unit.detect.code.rig import followed


RANKS = {
    "app/admin/actions.ts": """
        "use server";
        import { db } from "@/lib/db";
        import { requireUser } from "@/lib/session";
        export async function ban(id) {
          const user = await requireUser();
          if (user.role !== "ADMIN") throw new Error("no");
          await db.user.update({ where: { id }, data: { banned: true } });
        }
    """,
    "lib/rights.ts": """
        import { db } from "./db";
        export async function requireAdmin(orgId, userId) {
          const member = await db.member.findFirst({ where: { orgId, userId, role: { in: ["ADMIN", "OWNER"] } } });
          if (!member) throw new Error("no");
        }
    """,
}
MEMBER = "const member = await db.member.findUnique({ where: { orgId_userId: { orgId, userId: user.id } } }); if (!member) throw new Error('no');"
GIVEN = "orgId, userId, role, input"


def heard(body):
    return of_action(body, given=GIVEN, head='import { requireAdmin } from "@/lib/rights";', files=RANKS)


@pytest.mark.parametrize(
    "body",
    [
        "await db.user.update({ where: { id: user.id }, data: { role: input.role } });",
        'const data = z.object({ name: z.string(), role: z.enum(["USER", "ADMIN"]) }).parse(input); await db.user.update({ where: { id: user.id }, data });',
        f"{MEMBER} await db.member.update({{ where: {{ orgId_userId: {{ orgId, userId: user.id }} }}, data: {{ role }} }});",
        f"{MEMBER} await db.invitation.create({{ data: {{ orgId, email: input.email, role }} }});",
        f"{MEMBER} await db.org.delete({{ where: {{ id: orgId }} }});",
    ],
)
def test_a_member_made_themselves_an_administrator(body):
    assert "weak-privilege" in heard(body)


@pytest.mark.parametrize(
    "body",
    [
        'await db.user.update({ where: { id: user.id }, data: { role: "MEMBER", name: input.name } });',
        "await db.profile.update({ where: { userId: user.id }, data: { jobRole: input.jobRole } });",
        f"{MEMBER} if (member.role !== 'OWNER') throw new Error('no'); await db.org.delete({{ where: {{ id: orgId }} }});",
        f"{MEMBER} await db.member.delete({{ where: {{ orgId_userId: {{ orgId, userId: user.id }} }} }});",
        f"{MEMBER} if (userId !== user.id && member.role !== 'ADMIN') throw new Error('no'); await db.member.delete({{ where: {{ orgId_userId: {{ orgId, userId }} }} }});",
        "await requireAdmin(orgId, user.id); await db.member.update({ where: { orgId_userId: { orgId, userId } }, data: { role } });",
    ],
)
def test_one_who_was_asked_for_their_role_did_not(body):
    assert heard(body) == []


def test_what_clerk_is_asked_is_a_role():
    clerk = {
        "app/api/admin/people/route.ts": """
            import { auth } from "@clerk/nextjs/server";
            import { db } from "@/lib/db";
            export async function DELETE(request) {
              const { has } = await auth.protect();
              if (!has({ role: "org:admin" })) return new Response(null, { status: 403 });
              await db.user.delete({ where: { id: (await request.json()).id } });
              return Response.json({});
            }
        """
    }
    assert of_action("return user.name;", files=clerk) == []


def test_how_many_owners_there_are_is_no_role_of_the_caller():
    counted = 'const owners = await db.member.count({ where: { orgId, role: "OWNER" } }); if (owners < 2) throw new Error("the last one");'
    raised = "await db.member.update({ where: { orgId_userId: { orgId, userId } }, data: { role } });"
    assert "weak-privilege" in heard(f"{MEMBER} {counted} {raised}")
    everybody = 'const asked = await db.member.findFirst({ where: { orgId, userId: user.id, role: { in: ["OWNER", "MEMBER"] } } }); if (!asked) throw new Error("no");'
    assert "weak-privilege" in heard(f"{everybody} {raised}")


def test_a_role_of_the_one_who_asks_is_not_told_as_anybodys():
    route = """
        import { auth } from "@/auth";
        import { db } from "@/lib/db";
        export async function PATCH(request) {
          const session = await auth();
          if (!session?.user) return new Response(null, { status: 401 });
          const { userId, role } = await request.json();
          %s
          return Response.json(await db.user.update({ where: { id: userId }, data: { role } }));
        }
    """

    def told(check):
        report = followed({**APP, **RANKS, "app/api/people/route.ts": route % check})
        return [one.title for one in report.findings if one.rule == "weak-privilege"]

    assert told("") == ["Whoever is signed in can change anybody's role through PATCH /api/people."]
    own = "if (userId !== session.user.id) return new Response(null, { status: 403 });"
    assert told(own) == ["Whoever is signed in can give themselves any role through PATCH /api/people."]


def test_a_tenant_who_rents_a_flat_is_no_team_that_anybody_could_end():
    """Landlords keep their tenants by house; in another application the tenant is the house."""
    ends = "await db.tenant.delete({ where: { id: input.id } });"
    kept = "const found = await db.tenant.findFirst({ where: { id: input.id, orgId } }); if (!found) throw new Error('no');"
    assert "weak-privilege" not in heard(f"{MEMBER} {kept} {ends}")
    house = MEMBER.replace("orgId", "tenantId")
    assert "weak-privilege" in of_action(
        f"{house} await db.tenant.delete({{ where: {{ id: tenantId }} }});",
        given="tenantId",
        head='import { requireAdmin } from "@/lib/rights";',
        files=RANKS,
    )
