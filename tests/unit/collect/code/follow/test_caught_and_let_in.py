"""A check threw its refusal into its own ``catch``, which answered yes: every stranger was let in, and the check was believed."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


ROUTE = """
import {{ PrismaClient }} from "@prisma/client";
import {{ auth }} from "@clerk/nextjs/server";
const prisma = new PrismaClient();
async function belongs(userId, orgId) {{
  try {{
    const mine = await prisma.membership.findFirst({{ where: {{ orgId, userId }} }});
    {refuses}
  }} catch (error) {{
    {caught}
  }}
}}
export async function GET(request) {{
  const {{ userId }} = await auth();
  if (!userId) return new Response(null, {{ status: 401 }});
  const orgId = request.nextUrl.searchParams.get("orgId");
  if (!(await belongs(userId, orgId))) return new Response(null, {{ status: 403 }});
  return Response.json(await prisma.invoice.findMany({{ where: {{ orgId }} }}));
}}
"""
THROWN = 'if (!mine) throw new Error("not a member"); return true;'


def _told(refuses: str, caught: str) -> set[str]:
    return {
        one.rule
        for one in followed({"app/api/invoices/route.ts": ROUTE.format(refuses=refuses, caught=caught)}).findings
    }


@pytest.mark.parametrize("refuses", [THROWN, "return mine !== null;"])
@pytest.mark.parametrize("caught", ["return true;", "console.error(error); return true;"])
def test_a_refusal_that_is_caught_and_answered_yes(refuses, caught):
    assert _told(refuses, caught) & {"id-only-lookup", "ineffective-guard"}


@pytest.mark.parametrize("refuses", [THROWN, "return mine !== null;"])
@pytest.mark.parametrize("caught", ["return false;", "throw error;", "console.error(error); return null;"])
def test_a_refusal_that_is_caught_and_answered_no(refuses, caught):
    assert _told(refuses, caught) == set()
