"""Two secret columns of one answer changed places from run to run: what is said must not depend on how strings are hashed."""

from __future__ import annotations

import os
import subprocess
import sys


ROUTE = """
import { PrismaClient } from "@prisma/client";
import { getServerSession } from "next-auth";
const prisma = new PrismaClient();
export async function GET() {
  const session = await getServerSession();
  if (!session) return new Response(null, { status: 401 });
  const mine = await prisma.link.findMany({ where: { userId: session.user.id } });
  return Response.json(mine);
}
export async function POST() {
  const session = await getServerSession();
  if (!session) return new Response(null, { status: 401 });
  const one = await prisma.link.findFirst({ where: { userId: session.user.id } });
  await fetch("https://api.example.com/renew", { method: "POST", body: JSON.stringify({ a: one.accessToken, b: one.refreshToken, c: one.clientSecret, d: one.apiKey }) });
  return new Response(null);
}
"""
LOOK = """
import sys
from tests.unit.detect.code.rig import followed
for one in followed({"app/api/links/route.ts": sys.stdin.read()}).findings:
    print(one.rule, one.title, one.detail)
"""


def test_the_order_of_what_is_named_stays():
    said = set()
    for seed in ("1", "2", "3", "4"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-c", LOOK], input=ROUTE, env=environment, capture_output=True, text=True, check=True)  # fmt: skip
        said.add(done.stdout)
    assert len(said) == 1
    assert "accessToken" in said.pop()
