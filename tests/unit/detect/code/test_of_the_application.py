"""Handlers for everybody: what the application keeps of itself, what it has just added, and what a guest looks up by number and address."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


PRISMA = 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n'
SCHEMA = """
    model User {
      id String @id
      orders Order[]
    }
    model PlatformSettings {
      id String @id
      feePct Float
      minPct Float
      SECRET
    }
    model EmailLog {
      id String @id
      to String
      sent Boolean
      userId String
    }
    model Order {
      id String @id
      orderNumber String
      buyerEmail String
      address String
      userId String
      user User @relation(fields: [userId], references: [id])
    }
"""


def told(page: str, schema: str = SCHEMA, path: str = "app/api/thing/route.ts") -> list[str]:
    lib = "".join(f'import {{ prisma }} from "{"../" * path.count("/")}lib/prisma";\n')
    files = {"lib/prisma.ts": PRISMA, "prisma/schema.prisma": schema.replace("SECRET", ""), path: lib + page}
    seen = 'import {{ prisma }} from "../lib/prisma";\nimport {{ auth }} from "@clerk/nextjs/server";\nexport default async function Page() {{ const {{ userId }} = await auth(); if (!userId) return null; return {0}; }}'
    files["app/mine/page.tsx"] = seen.format(
        "JSON.stringify([await prisma.order.findMany({ where: { userId } }), await prisma.emailLog.findMany({ where: { userId } })])"
    ).replace("../lib", "../../lib")
    return rules_of(followed(files))


SETTINGS = """
    export async function GET() {
      const settings = await prisma.platformSettings.findUnique({ where: WHERE });
      return Response.json({ min: settings.minPct });
    }
"""
LOOKUP = """
    import { Ratelimit } from "@upstash/ratelimit";
    const limiter = new Ratelimit({ redis, limiter: Ratelimit.slidingWindow(5, "1 m") });
    export async function POST(request) {
      const { email, number } = await request.json();
      LIMIT
      const order = await prisma.order.findFirst({ where: WHERE });
      return Response.json({ order });
    }
"""
LIMIT = """const { success } = await limiter.limit(email);
      if (!success) return new Response(null, { status: 429 });"""
CLAIM = """
    export async function POST(request) {
      const { email, id } = await request.json();
      const note = await prisma.emailLog.create({ data: { to: email, sent: false } });
      const answer = await fetch("https://mail.example", { method: "POST", body: email });
      if (!answer.ok) await prisma.emailLog.delete({ where: { id: WHICH } });
      else await prisma.emailLog.update({ where: { id: WHICH }, data: { sent: true } });
      return new Response(null, { status: 204 });
    }
"""


SIGN_UP = """
    export async function POST(request) {
      const body = await request.json();
      const tenant = await prisma.tenant.create({ data: { name: body.name } });
      const user = await prisma.user.create({ data: { tenantId: tenant.id, email: body.email, SECOND } });
      return Response.json({ id: user.id });
    }
"""
GUEST = """
    export async function POST(request) {
      const body = await request.json();
      const customer = await prisma.customer.upsert({
        where: { phone: body.phone }, create: { phone: body.phone, userId: "house" }, update: UPDATE,
      });
      await prisma.THING.create({ data: { customerId: customer.id, rating: body.rating, userId: "house" } });
      return new Response(null, { status: 204 });
    }
"""
OWNED = (
    SCHEMA
    + """
    model Tenant {
      id String @id
      ownerId String
    }
    model Customer {
      id String @id
      userId String
    }
    model Invoice {
      id String @id
      userId String
    }
    model Review {
      id String @id
      userId String
    }
"""
)


def test_whoever_signs_up_brings_a_password() -> None:
    """The house is made with its first account; without an account it is somebody's house that anybody makes."""
    text = SIGN_UP
    assert told(text.replace("SECOND", "passwordHash: body.password"), OWNED) == []
    alone = text.replace("prisma.user.create", "prisma.invoice.create").replace("SECOND", "userId: body.userId")
    assert "missing-session" in told(alone, OWNED)


def test_a_guest_reviews() -> None:
    """The customer is added for the review; one who is changed, and one who is sent a bill, was there before."""
    assert told(GUEST.replace("UPDATE", "{}").replace("THING", "review"), OWNED) == []
    assert told(GUEST.replace("UPDATE", "{}").replace("THING", "invoice"), OWNED) == ["missing-session"]
    assert told(GUEST.replace("UPDATE", "{ name: body.name }").replace("THING", "review"), OWNED) == ["missing-session"]


def test_settings_of_the_application() -> None:
    """One row that the code names itself; with a password in it, and one that the request names, it is another matter."""
    text = SETTINGS.replace("WHERE", '{ id: "singleton" }')
    assert told(text) == []
    secret = SCHEMA.replace("SECRET", "smtpPassword String")
    assert told(text.replace("{ min: settings.minPct }", "settings"), secret) != []
    assert told(text.replace('"singleton"', 'request.headers.get("x-id")').replace("GET()", "GET(request)")) != []


def test_a_row_that_is_removed_again() -> None:
    """The note of a mail that was not sent; a note that the request names is somebody else's."""
    assert told(CLAIM.replace("WHICH", "note.id")) == []
    assert told(CLAIM.replace("WHICH", "id")) == ["missing-session"]


@pytest.mark.parametrize("where", ["{ buyerEmail: email, orderNumber: number }"])
def test_a_guest_knows_number_and_address(where: str) -> None:
    assert told(LOOKUP.replace("WHERE", where).replace("LIMIT", LIMIT, 1)) == []


@pytest.mark.parametrize("where", ["{ buyerEmail: email }", "{ orderNumber: number }", "{ id: number }"])
def test_one_of_both_is_not_enough(where: str) -> None:
    """However many may be tried in a minute."""
    assert told(LOOKUP.replace("WHERE", where).replace("LIMIT", LIMIT, 1)) == ["missing-session"]


def test_numbers_that_may_be_tried_as_often_as_somebody_likes() -> None:
    text = LOOKUP.replace("WHERE", "{ buyerEmail: email, orderNumber: number }").replace("LIMIT\n", "\n", 1)
    assert told(text) == ["missing-session"]


FIRST = """
    import { auth } from "@clerk/nextjs/server";
    const ONLY_ONE = 1;
    export async function GET() {
      const first = await prisma.order.findUnique({ where: WHERE });
      if (!first?.paid) return new Response(null, { status: 402 });
      const { userId } = await auth();
      if (!userId) return new Response(null, { status: 401 });
      return Response.json(SHOWN);
    }
"""
OWN = "await prisma.order.findMany({ where: { userId, orderNumber: first.orderNumber } })"


def test_the_row_that_the_code_names_and_nobody_is_shown():
    one = FIRST.replace("WHERE", "{ id: ONLY_ONE }")
    assert told(one.replace("SHOWN", OWN)) == []
    assert "missing-session" in told(
        one.replace("SHOWN", "first").replace("const { userId } = await auth();", "const userId = 1;")
    )
    of_request = FIRST.replace("WHERE", '{ id: request.headers.get("x-order") }').replace("GET()", "GET(request)")
    assert "missing-session" in told(of_request.replace("SHOWN", OWN))
