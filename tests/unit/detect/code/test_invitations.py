"""Whoever was signed in invited themselves into any company: an action that is called invite was taken for a page for everybody."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


ACTIONS = """
"use server";
import {{ auth }} from "@clerk/nextjs/server";
import {{ PrismaClient }} from "@prisma/client";
const prisma = new PrismaClient();
export async function {name}(orgId, email, token) {{
  const {{ userId }} = await auth();
  if (!userId) throw new Error("Sign in first");
  {check}
  await prisma.{added};
}}
"""
INVITED = 'invitation.create({ data: { orgId, email, role: "member" } })'
MEMBER = 'if (!(await prisma.membership.findFirst({ where: { orgId, userId } }))) throw new Error("Not yours");'
FOUND = "const found = await prisma.invitation.findUniqueOrThrow({ where: { token } });"


def _told(name: str, check: str, added: str) -> set[str]:
    found = followed({"app/actions/people.ts": ACTIONS.format(name=name, check=check, added=added)}).findings
    return {one.rule for one in found if one.rule == "foreign-reference-unchecked"}


@pytest.mark.parametrize("name", ["inviteMember", "sendInvitation"])
def test_an_invitation_into_any_company(name):
    assert _told(name, "", INVITED)


def test_a_member_who_is_added_by_email():
    assert _told("inviteMember", "", INVITED.replace("invitation", "membership"))


@pytest.mark.parametrize(
    ("name", "check", "added"),
    [
        ("inviteMember", MEMBER, INVITED),
        ("acceptInvitation", FOUND, "membership.create({ data: { orgId: found.orgId, userId, role: found.role } })"),
    ],
)
def test_who_belongs_there(name, check, added):
    assert not _told(name, check, added)
