"""Ways of being let in that stand in a table: every campaign was called open, because the check was picked by an enumeration's member."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


ROWS = 'import { PrismaClient } from "@prisma/client"; export const prisma = new PrismaClient();'
WAYS = """
    import {{ prisma }} from "./rows";
    export enum Way {{ Cookie = "COOKIE", Key = "API_KEY" }}
    export const waysIn = (keys) => {{
      const byCookie = async (req) => Boolean(req.session?.user?.id);
      const byKey = async (req) => {{
        const user = await {by_key};
        if (user) {{ req.session.user = {{ ...req.session.user, id: user.id }}; return true; }}
        return false;
      }};
      const known = {{ [Way.Cookie]: byCookie, [Way.Key]: byKey }};
      return (accepted) => async (req, _res, next) => {{
        for (const way of accepted) {{
          const passed = await known[way](req);
          if (passed) return next();
        }}
        throw new Error("unauthenticated");
      }};
    }};
"""
APP = """
    import express, {{ Router }} from "express";
    import {{ prisma }} from "./rows";
    import {{ waysIn, Way }} from "./ways";
    const app = express();
    const campaigns = Router();
    campaigns.delete("/:id", async (req, res) => {{ res.json(await prisma.campaign.delete({{ where: {where} }})); }});
    app.use("/campaigns", waysIn((app as any).keyService)([Way.Cookie, Way.Key]), campaigns);
"""


def told(by_key: str, where: str = "{ id: req.params.id }"):
    files = {"src/rows.ts": ROWS, "src/ways.ts": WAYS.format(by_key=by_key), "src/app.ts": APP.format(where=where)}
    return rules_of(followed(files))


@pytest.mark.parametrize(
    "by_key",
    [
        "prisma.user.findFirst({ where: { apiKey: req.headers.authorization } })",
        "keys.ownerOfApiKey(req.headers.authorization)",
    ],
)
def test_each_way_of_a_table_is_followed(by_key):
    assert told(by_key) == ["id-only-lookup"]
    assert told(by_key, "{ id: req.params.id, userId: req.session.user.id }") == []


def test_a_way_that_knows_no_credential_lets_anybody_in():
    assert told("keys.ownerOf(req.query.name)") == ["missing-session"]
