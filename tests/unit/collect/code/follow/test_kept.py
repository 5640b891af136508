"""Two customers asked for their invoices within a minute, and the second was shown the first one's: a ``Map`` at the top of a module had them."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


APP = {
    "auth.ts": 'import NextAuth from "next-auth"\nexport const { auth } = NextAuth({ providers: [] })\n',
    "lib/db.ts": 'import { PrismaClient } from "@prisma/client"\nexport const db = new PrismaClient()\n',
}
ROUTE = """
import {{ auth }} from "../../auth"
import {{ db }} from "../../lib/db"
{above}
export async function GET() {{
  const session = await auth()
  if (!session?.user) return new Response("Unauthorized", {{ status: 401 }})
  {body}
}}
"""
LOAD = "await db.invoice.findMany({ where: { userId: session.user.id } })"
MAP = "if (kept.has(KEY)) return Response.json(kept.get(KEY))\n  const rows = LOAD\n  kept.set(KEY, rows)\n  return Response.json(rows)"
OBJECT = "if (kept[KEY]) return Response.json(kept[KEY])\n  const rows = LOAD\n  kept[KEY] = rows\n  return Response.json(rows)"
VARIABLE = "if (!kept) kept = LOAD\n  return Response.json(kept)"


def said(above, body, key=""):
    files = {**APP, "app/api/route.ts": ROUTE.format(above=above, body=body.replace("KEY", key).replace("LOAD", LOAD))}
    return [finding.rule for finding in followed(files).findings]


@pytest.mark.parametrize(
    ("above", "body"),
    [
        ("const kept = new Map()", MAP),
        ("const kept = {}", OBJECT),
        ("let kept = null", VARIABLE),
        ("let kept", VARIABLE),
    ],
)
def test_what_a_module_keeps_under_a_fixed_key_is_everybodys(above, body):
    assert said(above, body, '"recent"') == ["cache-key-without-tenant"]


@pytest.mark.parametrize(("above", "body"), [("const kept = new Map()", MAP), ("const kept = {}", OBJECT)])
def test_under_the_callers_id_it_is_theirs(above, body):
    assert said(above, body, "session.user.id") == []
    assert said(above, body, "`invoices:${session.user.id}`") == []


def test_a_map_that_the_handler_makes_is_gone_with_the_request():
    body = "const kept = new Map()\n  const rows = LOAD\n  for (const row of rows) kept.set(row.id, row)\n  return Response.json([...kept.values()])"
    assert said("", body) == []


def test_a_variable_that_says_whose_rows_it_holds_is_compared():
    body = "if (kept?.userId !== session.user.id) kept = { userId: session.user.id, rows: LOAD }\n  return Response.json(kept.rows)"
    assert said("let kept = null", body) == []


CACHED = """
import {{ auth }} from "../auth"
import {{ db }} from "./db"
export async function invoices({given}) {{
  "{directive}"
  {inside}
  return db.invoice.findMany({{ where: {{ userId: {owner} }} }})
}}
"""


def cached(given, owner, *, directive="use cache", inside=""):
    body = "return Response.json(await invoices(ARGUMENT))".replace("ARGUMENT", "session.user.id" if given else "")
    files = {
        **APP,
        "lib/load.ts": CACHED.format(given=given, directive=directive, inside=inside, owner=owner),
        "app/api/route.ts": ROUTE.format(above='import { invoices } from "../../lib/load"', body=body),
    }
    return [finding.rule for finding in followed(files).findings]


def test_a_function_that_is_cached_and_asks_inside_who_is_calling_keeps_the_first_answer():
    asks = "const session = await auth()"
    assert cached("", "session.user.id", inside=asks) == ["cache-key-without-tenant"]
    assert cached("", "session.user.id", inside=asks, directive="use cache: remote") == ["cache-key-without-tenant"]


def test_its_arguments_are_its_key_and_a_private_one_is_kept_for_one_visitor():
    assert cached("userId", "userId") == []
    assert cached("", "session.user.id", inside="const session = await auth()", directive="use cache: private") == []
