"""Results of neverthrow: what asked for the session is heard behind ``isErr()``, in ``match`` and in ``map``."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of


AUTH = """
import NextAuth from "next-auth";
export const { handlers, auth } = NextAuth({});
"""
PRISMA = """
import { PrismaClient } from "@prisma/client";
export const prisma = new PrismaClient();
"""
HEAD = """
import { ok, err, okAsync, ResultAsync } from "neverthrow";
import { auth } from "../../../auth";
import { prisma } from "../../../prisma";
async function whoAsks() {
  const session = await auth();
  if (!session?.user) return err("nobody");
  return ok(session.user);
}
const refused = () => new Response("sign in", { status: 401 });
"""


@pytest.mark.parametrize(
    "body",
    [
        "if (who.isErr()) return refused(); return Response.json(await prisma.recipe.findMany({ where: { userId: who.value.id } }));",
        "if (!who.isOk()) return refused(); return Response.json(await prisma.recipe.findMany({ where: { userId: who._unsafeUnwrap().id } }));",
        "return who.match(async (user) => Response.json(await prisma.recipe.findMany({ where: { userId: user.id } })), refused);",
        "const id = who.map((user) => user.id); if (id.isErr()) return refused(); return Response.json(await prisma.recipe.findMany({ where: { userId: id.value } }));",
        "const id = who.andThen((user) => ok(user.id)); if (id.isErr()) return refused(); return Response.json(await prisma.recipe.findMany({ where: { userId: id.value } }));",
    ],
)
def test_the_value_is_what_was_put_in_and_the_error_never_gets_there(body):
    route = HEAD + f"export async function GET() {{ const who = await whoAsks(); {body} }}"
    (entry,) = map_of({"auth.ts": AUTH, "prisma.ts": PRISMA, "app/api/recipes/route.ts": route}).entries
    (query,) = entry.queries
    (condition,) = query.filters
    assert {origin.path for origin in condition.origins} == {"session.user.id"}
    assert entry.guards or query.told_caller


def test_a_promise_behind_a_result_is_awaited():
    route = (
        HEAD
        + """
    export async function DELETE(request) {
      const { id } = await request.json();
      const done = await ResultAsync.fromPromise(prisma.recipe.delete({ where: { id } }), () => "gone");
      return Response.json(done.isOk());
    }
    """
    )
    (entry,) = map_of({"auth.ts": AUTH, "prisma.ts": PRISMA, "app/api/recipes/route.ts": route}).entries
    assert [(query.verb, query.table) for query in entry.queries] == [("delete", "recipe")]
    assert not entry.guards
