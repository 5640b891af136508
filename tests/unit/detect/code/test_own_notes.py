"""What a wrapper notes for itself is not what its handler lets a stranger do."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import detect_code


NOTES = """
import { PrismaClient } from "@prisma/client";
const prisma = new PrismaClient();
export async function refused(rule, said) {
  await prisma.invoice.create({ data: { rule, said, at: new Date() } });
}
"""
ROUTE = """
import { refused } from "../../../lib/refusals";
export async function POST(request) {
  const body = await request.json();
  await refused("TOO_MANY", %s);
  return Response.json({ ok: true });
}
"""


@pytest.mark.parametrize(("said", "found"), [('"slow down"', set()), ("body.text", {"missing-session"})])
def test_a_row_nobody_chose_a_word_of(said: str, found: set[str]) -> None:
    """Constants and the time are the application's own note; a word of the request makes it a door."""
    findings = detect_code(map_of({"lib/refusals.ts": NOTES, "app/api/items/route.ts": ROUTE % said}))
    assert {finding.rule for finding in findings} & {"missing-session"} == found


ENTRY = """
import { auth } from "../../../../auth";
import { prisma } from "../../../../lib/prisma";
import { noted } from "../../../../lib/noted";
export async function POST(request, { params }) {
  const session = await auth();
  if (!session?.user) return new Response(null, { status: 401 });
  const form = await request.json();
  if (!form.answer) {
    WRITE
    return new Response(null, { status: 400 });
  }
  const user = await prisma.user.findUnique({ where: { email: session.user.email } });
  if (!user || user.tenantId !== params.tenantId) return new Response(null, { status: 403 });
  return Response.json(await prisma.invoice.findMany({ where: { tenantId: params.tenantId } }));
}
"""
NOTED = """
import { prisma } from "./prisma";
export async function noted(tenantId, event) {
  await prisma.authAuditLog.create({ data: { tenantId, event } });
}
"""


@pytest.mark.parametrize(
    ("write", "count"),
    [
        ('await noted(params.tenantId, "refused");', 0),
        ("await prisma.invoice.deleteMany({ where: { tenantId: params.tenantId } });", 1),
    ],
)
def test_a_refusal_is_noted_before_the_next_question(write: str, count: int) -> None:
    """The line of the audit names the tenant that was asked for, and the comparison is one, whichever side is said first."""
    files = {
        "auth.ts": 'import NextAuth from "next-auth";\nexport const { handlers, auth } = NextAuth({});\n',
        "lib/prisma.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n',
        "lib/noted.ts": NOTED,
        "app/api/tenants/[tenantId]/route.ts": ENTRY.replace("WRITE", write),
    }
    found = [one for one in detect_code(map_of(files)) if one.rule == "ineffective-guard"]
    assert len(found) == count


BELOW = """
import { getServerSession } from "next-auth";
import { prisma } from "../../../../lib/prisma";
import { ensured } from "../../../../lib/ensured";
export async function GET(request) {
  const session = await getServerSession();
  if (!session) return new Response(null, { status: 401 });
  await ensured(request.nextUrl.searchParams.get("slug"));
  return Response.json(await prisma.task.count({ where: { assigneeId: session.user.id } }));
}
"""
ENSURED = """
import { prisma } from "./prisma";
export async function ensured(slug) {
  return prisma.tenant.upsert({ where: { slug: SLUG }, update: {}, create: { slug: SLUG, name: "Main" } });
}
"""


@pytest.mark.parametrize(("slug", "count"), [('"main"', 0), ("slug", 1)])
def test_a_row_that_the_application_finds_to_be_there_is_its_own(slug: str, count: int) -> None:
    """Every page below ``/admin`` "adds tenants as an administrator": the one that the code names is made where it is missing."""
    files = {
        "lib/prisma.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n',
        "lib/ensured.ts": ENSURED.replace("SLUG", slug),
        "app/api/admin/badges/route.ts": BELOW,
    }
    found = [one for one in detect_code(map_of(files)) if one.rule in {"weak-privilege", "id-only-lookup"}]
    assert len(found) == count
