"""A logger of the application's own that formats every line by hand: following it at every line used up what an entry may cost, and the write at its end was never seen."""

from __future__ import annotations

from assistant.domain.code import ActKind

from .handler import entry_of


LOGGER = """
export function createLogger(scope) {
  const text = (level, message, fields) => [level, scope, message, JSON.stringify(fields)].join(" ");
  return {
    warn: (message, fields) => console.warn(text("warn", message, fields)),
    error: (message, fields) => console.error(text("error", message, fields)),
  };
}
"""
AUDIT = """
import { prisma } from "@/lib/prisma";
export const audit = {
  log: async (action, chatId) => { await prisma.auditLine.create({ data: { action, chatId } }); },
};
"""
HANDLER = """
import { createLogger } from "@/lib/logger";
import { audit } from "@/lib/audit";
const logger = createLogger("chats");
export async function POST(request, { params }) {
  const session = await auth();
  logger.warn("asked for", { chatId: params.id });
  logger.warn("asked by", { email: session.user.email });
  await audit.log("open", params.id);
  await audit.log("read", params.id);
  return NextResponse.json({});
}
"""


def found():
    return entry_of(HANDLER, lib__logger=LOGGER, lib__audit=AUDIT)


def test_every_line_is_noted_with_what_it_says():
    lines = [act for act in found().acts if act.kind is ActKind.LOG]
    assert len(lines) == 2
    assert any("email" in origin.path for part in lines[1].parts for origin in part.origins)


def test_a_log_that_is_kept_in_the_database_is_followed_each_time():
    assert [query.verb for query in found().queries] == ["insert", "insert"]
