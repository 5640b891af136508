"""Reasons to refuse that a choice inside a choice collects, roles that are asked for twice, columns that are never empty."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.domain.code import Entry, Weakness
from tests.unit.collect.code.follow.handler import entry_of


REASON = """
export async function POST(req, {{ params }}) {{
  const session = await auth();
  if (!session?.user) return new Response("no", {{ status: 401 }});
  const mine = session.user.tenantId;
  const agent = await prisma.user.findUnique({{ where: {{ id: params.id }} }});
  const reason = !agent ? "unknown" : agent.kind !== "agent" ? "no agent" : {last};
  if (reason) throw new Error("not possible");
  await prisma.ticket.updateMany({{ where: {{ tenantId: mine }}, data: {{ agentId: agent.id }} }});
  return Response.json(agent);
}}
"""


@pytest.mark.parametrize(
    ("last", "bound"), [('agent.tenantId !== mine ? "elsewhere" : null', True), ('agent.away ? "away" : null', False)]
)
def test_no_reason_is_left(last: str, bound: bool) -> None:
    """Whoever is left after all reasons is of the caller's tenant, when that was one of them."""
    assert (entry_of(REASON.format(last=last)).queries[0].tie is not None) is bound


AGAIN = """
async function profileOf(id) {
  const row = await prisma.profile.findUnique({ where: { userId: id } });
  if (!row) return null;
  return row;
}
export async function DELETE(req, { params }) {
  const session = await auth();
  const profile = session?.user ? await profileOf(session.user.id) : null;
  if (!profile) return new Response("no", { status: 401 });
  if (!profile.mayEnter && profile.role !== "super_admin") return new Response("no", { status: 403 });
  const chosen = profile.role === "super_admin" || profile.role === "owner";
  if (!chosen) return new Response("no", { status: 403 });
  await prisma.group.delete({ where: { id: params.id } });
  return new Response(null, { status: 204 });
}
"""


def test_a_role_that_was_heard_of_before() -> None:
    """The door let administrators in without a ticket; that they are asked for again, beside owners, is a role all the same."""
    guards = [guard for guard in entry_of(AGAIN).guards if "owner" in guard.says]
    assert guards
    assert not [guard for guard in guards if guard.weakness is Weakness.ONE_BRANCH]


SCHEMA = """
import { pgTable, uuid, text } from "drizzle-orm/pg-core";
export const profiles = pgTable("profiles", { userId: uuid("user_id").notNull(), tenantId: uuid("tenant_id")EMPTY });
export const lessons = pgTable("lessons", { id: uuid("id").primaryKey(), tenantId: uuid("tenant_id").notNull(), title: text("title") });
"""
PAGE = """
import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { auth } from "../../../../auth";
import { lessons, profiles } from "../../../../db/schema";
const db = drizzle(process.env.DATABASE_URL);
export async function GET(req, { params }) {
  const session = await auth();
  if (!session?.user) return new Response("no", { status: 401 });
  const [profile] = await db.select().from(profiles).where(eq(profiles.userId, session.user.id));
  CHECK
  const [lesson] = await db.select().from(lessons).where(eq(lessons.id, params.id));
  if (profile?.tenantId && lesson.tenantId !== profile.tenantId) return new Response("no", { status: 403 });
  return Response.json(lesson);
}
"""
FOUND = 'if (!profile) return new Response("no", { status: 403 });'


def lesson(empty: str, check: str) -> Entry:
    """The handler of the lesson."""
    files = {
        "auth.ts": 'import NextAuth from "next-auth";\nexport const { handlers, auth } = NextAuth({});\n',
        "db/schema.ts": SCHEMA.replace("EMPTY", empty),
        "app/api/lessons/[id]/route.ts": PAGE.replace("CHECK", check),
    }
    (entry,) = [one for one in map_of(files).entries if one.path]
    return entry


@pytest.mark.parametrize(
    ("empty", "check", "bound"), [(".notNull()", FOUND, True), ("", FOUND, False), (".notNull()", "", False)]
)
def test_a_tenant_that_nobody_is_without(empty: str, check: str, bound: bool) -> None:
    """The table says that every profile has a tenant, so the question whether there is one lets nobody past; unless there is no profile."""
    entry = lesson(empty, check)
    assert entry.queries[-1].tie is not None
    weak = [guard for guard in entry.guards if guard.weakness is Weakness.WITHOUT_TENANT]
    assert not weak if bound else len(weak) == 1


def test_whole_rows_of_a_table_that_the_code_defines() -> None:
    """Its columns are known by name."""
    assert lesson("", FOUND).queries[-1].columns == ("id", "tenantId", "title")


HOUSE = """
async function staff() {
  const session = await auth();
  if (!session?.user) throw new Error("no");
  const role = session.user.role;
  if (role !== "ADMIN" && !["OWNER", "CLERK"].includes(role)) throw new Error("no");
  return session.user;
}
function mine(user, storeId) {
  if (user.DOOR) return;
  if (user.storeId !== storeId) throw new Error("no");
}
export async function POST(req, { params }) {
  const user = await staff();
  const sale = await prisma.sale.findUnique({ where: { id: params.id } });
  mine(user, sale.storeId);
  await prisma.sale.update({ where: { id: params.id }, data: { closed: true } });
  return new Response(null, { status: 204 });
}
"""


@pytest.mark.parametrize(("door", "bound"), [('role === "ADMIN"', True), ("nightShift", False)])
def test_an_assertion_that_headquarters_need_not_pass(door: str, bound: bool) -> None:
    """Headquarters came in by the same door as everybody, and are asked for again by the assertion; whoever works at night is not headquarters."""
    assert (entry_of(HOUSE.replace("DOOR", door)).queries[1].tie is not None) is bound
