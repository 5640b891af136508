"""Clients that a module makes once and keeps in a map, and sessions that an application keeps by itself.

An application of four hundred procedures was shown with nothing to protect, because its client came out of a map; then it was told that
anybody deletes its sessions, because the session of a cookie was taken for a row that somebody names.
"""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import detect_code


REMEMBER = """
export function remember(name, make) {
  const kept = globalThis;
  if (!kept.__made) kept.__made = new Map();
  if (!kept.__made.has(name)) kept.__made.set(name, make());
  return kept.__made.get(name);
}
"""
CLIENTS = """
import { PrismaClient } from "@prisma/client";
import { readReplicas } from "@prisma/extension-read-replicas";
import { remember } from "./remember";
const plain = remember("plain", () => new PrismaClient());
const replicated = remember("replicated", () => {
  if (!process.env.REPLICAS) return plain;
  return plain.$extends(readReplicas({ url: process.env.REPLICAS }));
});
export { NAME as prisma };
"""
ROUTE = """
import { prisma } from "../../../lib/prisma";
export async function GET(request) {
  const id = new URL(request.url).searchParams.get("id");
  return Response.json(await prisma.invoice.findUnique({ where: { id } }));
}
"""


@pytest.mark.parametrize("name", ["plain", "replicated"])
def test_a_client_that_is_kept_in_a_map_is_the_client(name):
    files = {
        "lib/remember.ts": REMEMBER,
        "lib/prisma.ts": CLIENTS.replace("NAME", name),
        "app/api/invoice/route.ts": ROUTE,
    }
    (query,) = map_of(files).entries[0].queries
    assert (query.table, query.verb, query.client) == ("invoice", "select", "pool")
    assert [finding.rule for finding in detect_code(map_of(files)) if finding.severity in {"critical", "high"}] == [
        "missing-session"
    ]


SERVER = """
import { Hono } from "hono";
import { getSignedCookie } from "hono/cookie";
import { PrismaClient } from "@prisma/client";
const prisma = new PrismaClient();
const app = new Hono();
app.get("/invoices", async (c) => {
  const id = await getSignedCookie(c, process.env.SECRET, "session");
  const session = await prisma.TABLE.findUnique({ where: { id: WHERE }, include: { user: true } });
  if (!session) return c.json({}, 401);
  if (session.expiresAt < new Date()) {
    await prisma.TABLE.delete({ where: { id: WHERE } });
    return c.json({}, 401);
  }
  return c.json(await prisma.invoice.findMany({ where: { userId: session.user.id } }));
});
export default app;
"""


@pytest.mark.parametrize(
    ("table", "where", "quiet"),
    [("session", "id", True), ("session", 'c.req.query("id")', False), ("order", "id", False)],
)
def test_the_session_of_a_cookie_is_the_callers_own(table, where, quiet):
    text = SERVER.replace("TABLE", table).replace("WHERE", where)
    found = detect_code(map_of({"server.ts": text, "package.json": '{"dependencies": {"hono": "4"}}'}))
    assert (not [one for one in found if one.severity in {"critical", "high"}]) is quiet
