"""A check that is made of others and asked by one function: any of them lets in, and each says something of the row."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


RULES = """
export function anyOf(check, ...checks) {
  return {
    async ask(context) {
      const every = [check, ...checks];
      const answers = await Promise.all(every.map((one) => context.ask(one, context)));
      return answers.some((answer) => answer);
    },
  };
}
export function isCrew(crewId) { return { ask(context) { return context.person.crews.has(crewId); } }; }
export function isCrewOfAny(crews) {
  const [first, ...others] = crews;
  return anyOf(isCrew(first), ...others.map(isCrew));
}
export function isSelf(personId) { return { ask(context) { return personId === context.person.id; } }; }
export function always() { return { ask() { return true; } }; }
export async function demand(check, person) {
  async function ask(one, context) { return await one.ask(context); }
  const decision = await ask(check, { ask, person });
  if (!decision) throw new Error("not yours");
}
"""
ROUTE = """
import { PrismaClient } from "@prisma/client";
import { getServerSession } from "next-auth";
import { always, anyOf, demand, isCrew, isCrewOfAny, isSelf } from "../../../lib/rules";
const prisma = new PrismaClient();
export async function PATCH(request) {
  const session = await getServerSession();
  if (!session?.user) return new Response(null, { status: 401 });
  const { guestId, meal } = await request.json();
  const guest = await prisma.guest.findUnique({ where: { id: guestId }, include: { crews: true } });
  const crews = guest?.crews.map((one) => one.slug) ?? [];
  await demand(CHECK, session.user);
  await prisma.guest.update({ where: { id: guestId }, data: { meal } });
  return Response.json({});
}
export async function GET() {
  const session = await getServerSession();
  if (!session?.user) return new Response(null, { status: 401 });
  return Response.json(await prisma.guest.findMany({ where: { userId: session.user.id } }));
}
"""


def told(check: str) -> set[str]:
    files = {"lib/rules.ts": RULES, "app/api/guests/route.ts": ROUTE.replace("CHECK", check)}
    return {one.rule for one in followed(files).findings if one.rule == "id-only-lookup"}


@pytest.mark.parametrize(
    "check",
    [
        "isSelf(guest.userId)",
        "isCrewOfAny(crews)",
        "anyOf(isCrew(guest.crewId), isSelf(guest.userId))",
        "anyOf(isCrewOfAny(crews), isSelf(guest.userId))",
    ],
)
def test_whoever_passes_one_of_them_may_have_the_row(check):
    assert told(check) == set()


@pytest.mark.parametrize(
    "check",
    [
        "always()",
        "anyOf(isSelf(guest.userId), always())",
        "anyOf(anyOf(isCrewOfAny(crews), always()), isSelf(guest.userId))",
    ],
)
def test_one_that_lets_everybody_in_asks_nobody(check):
    assert told(check) == {"id-only-lookup"}
