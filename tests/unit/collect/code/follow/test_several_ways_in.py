"""Helpers with several ways in: shared by its owner, an administrator of the variable, a member."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.domain.code import Query


FILES = {
    "lib/prisma.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n',
    "auth.ts": 'import NextAuth from "next-auth";\nexport const { handlers, auth } = NextAuth({});\n',
    "lib/env.ts": 'export const env = { ADMINS: process.env.ADMINS?.split(",") };\n',
    "lib/settings.ts": """
import { z } from "zod";
export const settingsSchema = z.object({ share: z.object({ isPublic: z.boolean() }).optional(), theme: z.string() });
""",
}
ROUTE = """
import { auth } from "../../../../auth";
import { prisma } from "../../../../lib/prisma";
import { refused } from "../../../../lib/refused";
export async function GET(req, { params }) {
  const session = await auth();
  if (!session?.user) return new Response("no", { status: 401 });
  const bot = await prisma.bot.findFirst({ where: { id: params.id }, include: { members: true } });
  if (!bot || (await refused(bot, session.user))) return new Response("no", { status: 404 });
  return Response.json(await prisma.log.findMany({ where: { botId: params.id } }));
}
"""
HELPER = """
import {{ env }} from "./env";
import {{ settingsSchema }} from "./settings";
export const refused = async (bot, user) => {{
  {ways}
  return bot.suspended || !bot.members.some((member) => member.userId === user.id);
}};
"""
PARSED = "const settings = bot.settings ? settingsSchema.parse(bot.settings) : undefined;"


def listing(ways: str) -> Query:
    """The query behind the helper."""
    files = {**FILES, "lib/refused.ts": HELPER.format(ways=ways), "app/api/bots/[id]/route.ts": ROUTE}
    return map_of(files).entries[0].queries[-1]


@pytest.mark.parametrize(
    "ways",
    [
        "",
        "if ((env.ADMINS ?? []).some((email) => email === user.email)) return false;",
        f"{PARSED} if (settings?.share?.isPublic === true) return false;",
        f"{PARSED} if (settings?.share?.isPublic === true) return false; if (env.ADMINS?.includes(user.email)) return false;",
    ],
)
def test_each_way_is_a_reason(ways: str) -> None:
    """Whichever way the caller took, the bot may be seen by them."""
    assert listing(ways).tie is not None


@pytest.mark.parametrize(
    "ways",
    [
        "if (bot.views === 3) return false;",
        f'{PARSED} if (settings?.theme === "dark") return false;',
        "if ((env.ADMINS ?? []).some((email) => email === bot.title)) return false;",
    ],
)
def test_a_way_without_a_reason_spoils_the_helper(ways: str) -> None:
    """A theme or a title lets nobody in."""
    assert listing(ways).tie is None


CHECKED = """
import { auth } from "../../../auth";
import { prisma } from "../../../lib/prisma";
const refused = async (bot, user) => !bot.members.some((member) => member.userId === user.id);
export async function POST(req) {
  const session = await auth();
  const { ids } = await req.json();
  const bots = await prisma.bot.findMany({ where: { id: { in: ids } }, include: { members: true } });
  const checks = await Promise.all(bots.map(async (bot) => ({ bot, no: ASKED })));
  return Response.json(checks.KEPT.map(({ bot }) => ({ ...bot, groups: [] })));
}
"""


@pytest.mark.parametrize(
    ("asked", "kept", "bound"),
    [
        ("await refused(bot, session.user)", "filter(({ no }) => !no)", True),
        ("await refused(bot, session.user)", "filter((one) => !one.no)", True),
        ("await refused(bot, session.user)", "filter(({ bot }) => bot.title)", False),
        ("await refused(bot, session.user)", "slice(0, 3)", False),
        ("bot.archived", "filter(({ no }) => !no)", False),
    ],
)
def test_answers_that_were_collected_first(asked: str, kept: str, bound: bool) -> None:
    """An async predicate cannot filter: its answers are put beside the rows, and the rows filtered by them."""
    route = CHECKED.replace("ASKED", asked).replace("KEPT", kept)
    query = map_of({**FILES, "app/api/bots/route.ts": route}).entries[0].queries[0]
    assert (query.tie is not None) is bound
