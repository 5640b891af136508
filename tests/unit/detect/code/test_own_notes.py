"""What a wrapper notes for itself is not what its handler lets a stranger do."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import detect_code


NOTES = """
import { PrismaClient } from "@prisma/client";
const prisma = new PrismaClient();
export async function refused(rule, said) {
  await prisma.invoice.create({ data: { rule, said, at: new Date() } });
}
"""
ROUTE = """
import { refused } from "../../../lib/refusals";
export async function POST(request) {
  const body = await request.json();
  await refused("TOO_MANY", %s);
  return Response.json({ ok: true });
}
"""


@pytest.mark.parametrize(("said", "found"), [('"slow down"', set()), ("body.text", {"missing-session"})])
def test_a_row_nobody_chose_a_word_of(said: str, found: set[str]) -> None:
    """Constants and the time are the application's own note; a word of the request makes it a door."""
    findings = detect_code(map_of({"lib/refusals.ts": NOTES, "app/api/items/route.ts": ROUTE % said}))
    assert {finding.rule for finding in findings} & {"missing-session"} == found
