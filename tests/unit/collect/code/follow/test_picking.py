"""A webhook's secret was told at three routes that leave it out, because lodash left it out."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import detect_code

from .handler import AUTH, PRISMA, TSCONFIG


ROUTE = """
import { NextResponse } from "next/server";
IMPORT
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";
export async function GET() {
  const session = await auth();
  if (!session) return new Response(null, { status: 401 });
  const hook = await prisma.webhook.findFirst({ where: { userId: session.user.id, signingSecret: { not: null } } });
  return NextResponse.json(ANSWER);
}
"""


def told(given, answer):
    route = ROUTE.replace("IMPORT", given).replace("ANSWER", answer)
    code = map_of({"lib/prisma.ts": PRISMA, "auth.ts": AUTH, "tsconfig.json": TSCONFIG, "app/api/hook/route.ts": route})
    return [one.rule for one in detect_code(code)]


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ('import { omit } from "lodash-es";', 'omit(hook, ["signingSecret"])'),
        ('import omit from "lodash/omit";', 'omit(hook, "signingSecret", "salt")'),
        ('import _ from "lodash";', '_.omit(hook, ["signingSecret"])'),
        ('import * as R from "ramda";', 'R.omit(["signingSecret"], hook)'),
        ('import { pick } from "es-toolkit";', '{ hook: pick(hook, ["id", "url"]) }'),
    ],
)
def test_what_a_library_left_out_is_not_answered(given, answer):
    assert "overfetch" not in told(given, answer)


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ("", "hook"),
        ('import { omit } from "lodash-es";', 'omit(hook, ["url"])'),
        ('import { omit } from "lodash-es";', "omit(hook, process.env.HIDDEN)"),
        ('import { pick } from "lodash";', 'pick(hook, ["id", "signingSecret"])'),
        ('import { omit } from "./mine";', 'omit(hook, ["signingSecret"])'),
    ],
)
def test_what_it_did_not_leave_out_is(given, answer):
    assert "overfetch" in told(given, answer)
