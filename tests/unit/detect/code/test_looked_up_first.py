"""A row that is looked up for its secret, before the sender is asked for it; and a person who proves a password."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import detect_code


PRISMA = 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n'
HOOK = """
import { createHmac, timingSafeEqual } from "node:crypto";
import { prisma } from "../../../lib/prisma";
export async function POST(request) {
  const text = await request.text();
  const channel = await prisma.channelConfig.findUnique({ where: { botId: JSON.parse(text).destination } });
  if (!channel) return new Response(null, { status: 401 });
  BEFORE
  const made = createHmac("sha256", channel.secret).update(text).digest();
  if (!timingSafeEqual(made, Buffer.from(request.headers.get("x-signature")))) return new Response(null, { status: 401 });
  await prisma.ticket.create({ data: { tenantId: channel.tenantId, text } });
  return new Response(null, { status: 200 });
}
"""
LOGIN = """
"use server";
import bcrypt from "bcryptjs";
import { prisma } from "../lib/prisma";
export async function enter(email, password) {
  const member = await prisma.member.findFirst({ where: { email } });
  if (!member) throw new Error("no");
  const account = await prisma.account.findFirst({ where: { memberId: member.id } });
  const same = await bcrypt.compare(password, account.password);
  CHECK
  return { name: member.name, phone: member.phone };
}
"""


def told(path: str, text: str) -> set[str]:
    """What is said of reading without a session."""
    found = detect_code(map_of({"lib/prisma.ts": PRISMA, path: text}))
    return {finding.rule for finding in found} & {"missing-session"}


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ("", set()),
        ("await prisma.invoice.create({ data: { tenantId: channel.tenantId, text } });", {"missing-session"}),
    ],
)
def test_nothing_is_done_with_it_before_the_signature(before: str, found: set[str]) -> None:
    """The channel says which key the sender must have; a row that is written for whoever asks is another matter."""
    assert told("app/api/hook/route.ts", HOOK.replace("BEFORE", before)) == found


@pytest.mark.parametrize(("check", "found"), [('if (!same) throw new Error("no");', set()), ("", {"missing-session"})])
def test_whoever_knows_the_password_is_shown_themselves(check: str, found: set[str]) -> None:
    """Nothing of the member left before the password was compared; without that it is anybody's."""
    assert told("app/actions.ts", LOGIN.replace("CHECK", check)) == found
