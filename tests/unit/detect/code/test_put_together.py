"""Statements whose conditions are gathered in a list and joined: what they ask is read, and what they leave out is told."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


FILES = {
    "lib/prisma.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n',
    "auth.ts": 'import NextAuth from "next-auth";\nexport const { handlers, auth } = NextAuth({});\n',
    "app/api/patients/route.ts": """
        import { auth } from "../../../auth";
        import { prisma } from "../../../lib/prisma";
        export async function GET() {
          const session = await auth();
          if (!session?.user) return new Response(null, { status: 401 });
          return Response.json(await prisma.patient.findMany({ where: { clinicId: session.user.clinicId } }));
        }
    """,
}
TEMPLATES = """
    import { Prisma } from "@prisma/client";
    import { auth } from "../../../auth";
    import { prisma } from "../../../lib/prisma";
    export async function GET(req) {
      const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
      const clinic = new URL(req.url).searchParams.get("clinic");
      const q = new URL(req.url).searchParams.get("q");
      const where = [FIRST Prisma.sql`(p."name" ILIKE ${q} OR p."phone" LIKE ${q})`];
      MORE
      const rows = await prisma.$queryRaw(Prisma.sql`SELECT p."id", p."name" FROM "Patient" p WHERE ${Prisma.join(where, "SIGN")} LIMIT 6`);
      return Response.json({ rows });
    }
"""
OWN = 'Prisma.sql`p."clinicId" = ${session.user.clinicId}`,'
TEXTS = """
    import { auth } from "../../../auth";
    import { prisma } from "../../../lib/prisma";
    export async function GET(req) {
      const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
      const q = new URL(req.url).searchParams.get("q");
      const active = new URL(req.url).searchParams.get("active");
      const params = [GIVEN, q];
      let n = 3;
      const conditions = [`p."clinicId" = $1`, `(p."name" ILIKE '%' || $2 || '%' OR p."phone" LIKE $2)`];
      if (active !== null) {
        conditions.push(`p."isActive" = $${n}`);
        params.push(active === "true");
        n++;
      }
      const where = conditions.join("SIGN");
      const limit = Number(new URL(req.url).searchParams.get("limit"));
      const text = `SELECT p."id", p."name" FROM "Patient" p LEFT JOIN "User" u ON u."id" = p."userId" WHERE ${where} LIMIT ${limit}`;
      const rows = await prisma.$queryRawUnsafe(text, ...params);
      return Response.json({ rows });
    }
"""


def told(text: str) -> list[str]:
    """Rules that speak of the search."""
    report = followed({**FILES, "app/api/search/route.ts": text})
    return [one.rule for one in report.findings if one.rule in rules_of(report) and "search" in str(one.entry)]


def templates(first: str, more: str = "", sign: str = " AND ") -> str:
    return TEMPLATES.replace("FIRST", first).replace("MORE", more).replace("SIGN", sign)


def texts(given: str, sign: str = " AND ") -> str:
    return TEXTS.replace("GIVEN", given).replace("SIGN", sign)


def test_templates_that_are_joined() -> None:
    assert told(templates(OWN)) == []


@pytest.mark.parametrize(
    "text",
    [
        templates(""),
        templates("", 'if (clinic) where.push(Prisma.sql`p."clinicId" = ${session.user.clinicId}`);'),
    ],
)
def test_templates_that_ask_for_nobody(text: str) -> None:
    """The clinic is left out, or is asked for when the sender wants it."""
    assert told(text) == ["unscoped-read"]


def test_texts_that_are_joined_with_their_parameters() -> None:
    assert told(texts("session.user.clinicId")) == []


def test_texts_with_a_parameter_of_the_request() -> None:
    """The same text, run with a clinic that the request names."""
    assert told(texts('new URL(req.url).searchParams.get("clinic")')) != []
    assert told(texts("session.user.clinicId", " OR ")) == ["unscoped-read"]
