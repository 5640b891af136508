"""An extension that scopes some models hands the others on as they came: what is written is still seen column by column."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import APP
from tests.unit.detect.code.rig import followed


SCOPE = """
    const READS = new Set(["findMany", "updateMany"]);
    const ADDS = new Set(["create", "createMany"]);
    const OURS = new Set(["lesson"]);
    export const isOurs = (model) => OURS.has(model.charAt(0).toLowerCase() + model.slice(1));
    function stamped(data, schoolId) {
      const row = data && typeof data === "object" ? { ...data } : {};
      if (row.schoolId === undefined) row.schoolId = schoolId;
      return row;
    }
    export function scoped(operation, args, schoolId) {
      const own = { ...(args ?? {}) };
      if (READS.has(operation)) { own.where = own.where ? { AND: [own.where, { schoolId }] } : { schoolId }; return own; }
      if (ADDS.has(operation)) { own.data = Array.isArray(own.data) ? own.data.map((one) => stamped(one, schoolId)) : stamped(own.data, schoolId); return own; }
      return own;
    }
"""
CLIENT = """
    import { PrismaClient } from "@prisma/client";
    import { isOurs, scoped } from "@/lib/scope";
    const scope = { query: { $allModels: { async $allOperations({ model, operation, args, query }) {
      if (!isOurs(model)) return query(args);
      return query(scoped(operation, args, "one"));
    } } } };
    export const db = new PrismaClient().$extends(scope);
"""
ROUTE = """
    import { auth } from "@/auth";
    import { db } from "@/lib/db";
    export async function POST(request) {
      const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
      const body = await request.json();
      await CALL;
      return new Response();
    }
"""


@pytest.mark.parametrize(
    ("call", "rules"),
    [
        ("db.account.update({ where: { id: session.user.id }, data: { language: body.language } })", set()),
        ("db.note.create({ data: { userId: session.user.id, text: body.text } })", set()),
        ("db.account.update({ where: { id: session.user.id }, data: { ...body } })", {"mass-assignment"}),
        ("db.note.create({ data: { userId: session.user.id, ...body } })", {"mass-assignment"}),
        ("db.note.update({ where: { id: body.id }, data: { text: body.text } })", {"id-only-lookup"}),
        ("db.note.update({ where: { id: body.id, userId: session.user.id }, data: { text: body.text } })", set()),
    ],
)
def test_what_goes_through_as_it_came_is_seen_as_it_was_written(call, rules):
    own = "export async function GET() { const session = await auth(); return Response.json(await db.note.findMany({ where: { userId: session.user.id } })); }"
    files = {**APP, "lib/scope.ts": SCOPE, "lib/db.ts": CLIENT, "app/api/x/route.ts": ROUTE.replace("CALL", call) + own}
    told = {one.rule for one in followed(files).findings if one.entry.startswith("POST")}
    assert told - {"missing-validation"} == rules
