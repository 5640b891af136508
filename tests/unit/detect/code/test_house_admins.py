"""An administrator of one tenant who acts on rows of any: told where the same role is held to its tenant elsewhere."""

from __future__ import annotations

import textwrap

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import detect_code


FILES = {
    "lib/prisma.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n',
    "auth.ts": 'import NextAuth from "next-auth";\nexport const { handlers, auth } = NextAuth({});\n',
}
ACTIONS = """
    "use server";
    import { auth } from "../auth";
    import { prisma } from "../lib/prisma";
    export async function listInvoices() {
      const session = await auth();
      if (!session?.user) throw new Error("no");
      return prisma.invoice.findMany({ where: { organizationId: session.user.organizationId } });
    }
    export async function closeInvoices() {
      const session = await auth();
      if (session?.user?.role !== "ELSEWHERE") throw new Error("no");
      await prisma.invoice.updateMany({ where: { organizationId: session.user.organizationId }, data: { closed: true } });
    }
    export async function removeInvoice(id) {
      const session = await auth();
      if (session?.user?.role !== "HERE") throw new Error("no");
      await prisma.invoice.delete({ where: { id } });
    }
"""


def told(elsewhere: str, here: str, actions: str = ACTIONS) -> set[str]:
    """The rules that speak of removing an invoice."""
    text = textwrap.dedent(actions).replace("ELSEWHERE", elsewhere).replace("HERE", here)
    found = detect_code(map_of({**FILES, "app/actions.ts": text}))
    return {finding.rule for finding in found if "removeInvoice" in str(finding.entry)} - {"missing-validation"}


@pytest.mark.parametrize("role", ["ADMIN", "ADMINS", "administrator", "Administrators"])
def test_the_same_role_is_held_to_its_tenant_elsewhere(role: str) -> None:
    """Whoever may close the invoices of their organisation may not remove those of every other."""
    assert told(role, role) == {"id-only-lookup"}


@pytest.mark.parametrize(
    ("elsewhere", "here"), [("MANAGER", "ADMIN"), ("SUPERADMIN", "SUPERADMIN"), ("STAFF", "STAFF")]
)
def test_whoever_runs_the_application_sees_every_tenant(elsewhere: str, here: str) -> None:
    """Nothing shows that this role belongs to a tenant, or its name says that it does not."""
    assert told(elsewhere, here) == set()


def test_rows_that_no_tenant_owns() -> None:
    """The table is found by no tenant anywhere: an administrator may well be one of the application."""
    assert told("ADMIN", "ADMIN", ACTIONS.replace("prisma.invoice.delete", "prisma.country.delete")) == set()


SHARED = """
    "use server";
    import { auth } from "../auth";
    import { prisma } from "../lib/prisma";
    export async function listInvoices() {
      const session = await auth();
      const role = session?.user?.role;
      if (role !== "ADMIN" && !["OWNER", "CLERK"].includes(role)) throw new Error("no");
      const house = role === "ADMIN" ? {} : { organizationId: session.user.organizationId };
      return prisma.invoice.findMany({ where: { ...house, paid: false } });
    }
    export async function removeInvoice(id) {
      const session = await auth();
      const role = session?.user?.role;
      if (role !== "ADMIN"HERE) throw new Error("no");
      await prisma.invoice.delete({ where: { id } });
    }
"""


@pytest.mark.parametrize(
    ("others", "found"), [("", set()), (' && !["OWNER", "CLERK"].includes(role)', {"id-only-lookup"})]
)
def test_headquarters_beside_the_people_of_a_house(others: str, found: set[str]) -> None:
    """Where headquarters and clerks come in by the same door, its condition may be the clerks': what headquarters alone may do is theirs, what clerks may do is not."""
    assert told("", others, SHARED) == found
