"""Keys found in a header by a pattern, and secrets that a schema demanded."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


DB = 'import { PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient();'
KEYED = """
    import {{ createHash }} from "node:crypto";
    import {{ db }} from "../../../../lib/db";
    export async function GET(request, {{ params }}) {{
      const found = {found};
      const digest = createHash("sha256").update(found ? found[1].trim() : "").digest("hex");
      const key = await db.apiKey.findUnique({{ where: {{ digest }} }});
      if (!key) return new Response(null, {{ status: 401 }});
      return Response.json(await db.note.findMany({{ where: {{ {where} }} }}));
    }}
"""
BEARER = [
    'request.headers.get("authorization")?.match(/^Bearer (.+)$/)',
    '/^Bearer\\s+(.+)$/i.exec(request.headers.get("authorization") ?? "")',
]


def keyed(found, where):
    handler = KEYED.format(found=found, where=where)
    return rules_of(followed({"lib/db.ts": DB, "app/api/notes/[id]/route.ts": handler}))


@pytest.mark.parametrize("found", BEARER)
def test_a_key_found_by_a_pattern_came_with_the_request(found):
    assert keyed(found, "userId: key.userId") == []


@pytest.mark.parametrize("found", BEARER)
def test_a_key_found_by_a_pattern_owns_no_other_row(found):
    assert keyed(found, "id: params.id") == ["id-only-lookup"]


CRON = """
    import { CRON_SECRET } from "../../../../lib/env";
    import { db } from "../../../../lib/db";
    export async function POST(request) {
      if (request.headers.get("authorization") !== `Bearer ${CRON_SECRET}`) return new Response(null, { status: 401 });
      await db.order.deleteMany({ where: { status: "old" } });
      return new Response();
    }
"""
SETTINGS = """
    import {{ z }} from "zod";
    const parsed = z.object({{ CRON_SECRET: {field} }}).superRefine(() => {{}}).{parse}({given});
    export const {{ CRON_SECRET }} = parsed{data};
"""
GIVEN = ["process.env", "{ CRON_SECRET: process.env.CRON_SECRET }"]


def cron(field, given, parse="safeParse", data=".data"):
    env = SETTINGS.format(field=field, given=given, parse=parse, data=data)
    return rules_of(followed({"lib/db.ts": DB, "lib/env.ts": env, "app/api/cron/sweep/route.ts": CRON}))


@pytest.mark.parametrize("given", GIVEN)
@pytest.mark.parametrize(("parse", "data"), [("safeParse", ".data"), ("parse", "")])
def test_what_a_schema_demands_is_set(given, parse, data):
    assert cron("z.string().min(1)", given, parse, data) == []


@pytest.mark.parametrize("given", GIVEN)
@pytest.mark.parametrize("field", ["z.string().optional()", "z.string().nullish()", "z.string().min(1).optional()"])
def test_what_a_schema_lets_be_missing_may_be_undefined(given, field):
    assert cron(field, given) == ["ineffective-guard"]
