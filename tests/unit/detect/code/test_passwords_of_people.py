"""Whole rows in answers: the password of somebody is told by its own name, and when one must be changed is none."""

from __future__ import annotations

from tests.unit.detect.code.rig import followed


SCHEMA = """
    model User {
      id String @id
      name String
      COLUMN
      bookings Booking[]
    }
    model Booking {
      id String @id
      userId String
      slotId String
      slot Slot @relation(fields: [slotId], references: [id])
    }
    model Slot {
      id String @id
      ownerId String
      owner User @relation(fields: [ownerId], references: [id])
      bookings Booking[]
    }
"""
ROUTE = """
    import { auth } from "@clerk/nextjs/server";
    import { PrismaClient } from "@prisma/client";
    const prisma = new PrismaClient();
    export async function GET() {
      const { userId } = await auth();
      if (!userId) return new Response(null, { status: 401 });
      const rows = await prisma.booking.findMany({ where: { userId }, include: { slot: { include: { owner: OWNER } } } });
      return Response.json(rows);

    }
"""


def told(column: str, owner: str = "true") -> list[str]:
    files = {
        "prisma/schema.prisma": SCHEMA.replace("COLUMN", column),
        "app/api/bookings/route.ts": ROUTE.replace("OWNER", owner),
    }
    return [one.title for one in followed(files).findings if one.rule == "overfetch"]


def test_the_password_of_whoever_is_booked() -> None:
    found = told("password String?\n      passwordMigrationDeadline DateTime?")
    assert len(found) == 1
    assert "slot.owner.password of" in found[0]


def test_when_it_must_be_changed() -> None:
    assert told("passwordMigrationDeadline DateTime?") == []
    assert told("password String?", "{ select: { name: true } }") == []
