"""A secret that is compared in a function of its own, which first asks whether it is set."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.domain.code import GuardKind, Weakness


CRON = """
import { PrismaClient } from "@prisma/client";
const prisma = new PrismaClient();
function verify(request) {
  const header = request.headers.get("authorization");
  const secret = process.env.CRON_SECRET;
  UNSET
  return header === "Bearer " + secret;
}
export async function GET(request) {
  if (!verify(request)) return new Response("no", { status: 401 });
  await prisma.subscription.updateMany({ data: { status: "expired" } });
  return Response.json({ ok: true });
}
"""


def _secrets(unset: str):
    entry = map_of({"app/api/cron/route.ts": CRON.replace("UNSET", unset)}).entries[0]
    return [guard.weakness for guard in entry.guards if guard.kind is GuardKind.SECRET]


@pytest.mark.parametrize("answer", ["false", 'process.env.NODE_ENV === "development"'])
def test_closed_when_the_secret_is_not_set(answer):
    """Production answers nobody until the variable is there, and then it is compared."""
    assert _secrets(f"if (!secret) return {answer};") == [None]


def test_open_when_the_secret_is_not_set():
    """A missing variable opens the door for everybody: that is no guard."""
    assert None not in _secrets("if (!secret) return true;")


def test_nobody_asks_whether_it_is_set():
    """``Bearer undefined`` opens it."""
    assert _secrets("") == [Weakness.UNSET_SECRET]
