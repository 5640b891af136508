"""Steps that are listed and run one after another: every one of them is asked, also the fourth, and also where a class collected them."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.domain.code import GuardKind


AUTH = """
import NextAuth from "next-auth";
export const { handlers, auth } = NextAuth({});
"""
PRISMA = """
import { PrismaClient } from "@prisma/client";
export const prisma = new PrismaClient();
"""
HEAD = """
import { auth } from "../../../auth";
import { prisma } from "../../../prisma";
const asked = async () => {
  const session = await auth();
  if (!session?.user) return new Response("sign in", { status: 401 });
  return { user: session.user };
};
const log = async () => { console.log("asked"); };
const slow = async () => { if (Math.random() > 2) return new Response("slower", { status: 429 }); };
const remove = async (request, context) => {
  const { id } = await request.json();
  await prisma.recipe.delete({ where: { id } });
  return Response.json({});
};
"""
EACH = "for (const step of steps) { const said = await step(request, context); if (said instanceof Response) return said; }"


def entries_of(route: str):
    return map_of({"auth.ts": AUTH, "prisma.ts": PRISMA, "app/api/recipes/route.ts": HEAD + route}).entries


@pytest.mark.parametrize(
    "route",
    [
        f"const steps = [log, slow, log, slow, asked];\nexport const DELETE = async (request, context) => {{ {EACH} return remove(request, context); }};",
        f"""
        class Ways {{
          private steps = [];
          use(step) {{ this.steps.push(step); return this; }}
          ends(last) {{ const steps = this.steps; return async (request, context) => {{ {EACH} return last(request, context); }}; }}
        }}
        export const DELETE = new Ways().use(log).use(asked).ends(remove);
        """,
        f"""
        const ways = () => {{
          const steps = [];
          const self = {{
            use(step) {{ steps.push(step); return self; }},
            ends(last) {{ return async (request, context) => {{ {EACH} return last(request, context); }}; }},
          }};
          return self;
        }};
        export const DELETE = ways().use(asked).ends(remove);
        """,
    ],
)
def test_a_step_that_asks_for_the_session_is_heard(route):
    (entry,) = entries_of(route)
    assert [guard.kind for guard in entry.guards] == [GuardKind.SESSION]
    assert [query.table for query in entry.queries] == ["recipe"]


def test_steps_that_ask_nobody_are_no_guard():
    (entry,) = entries_of(
        f"const steps = [log, slow, log, slow];\nexport const DELETE = async (request, context) => {{ {EACH} return remove(request, context); }};"
    )
    assert not [guard for guard in entry.guards if guard.kind is GuardKind.SESSION]


def test_every_handler_of_a_table_keeps_its_own_function():
    entries = entries_of("""
    function made(table) {
      const out = {};
      for (const [verb, one] of Object.entries(table)) {
        out[verb] = async (request, context) => one.run(request, context);
      }
      return out;
    }
    const handlers = made({
      DELETE: { run: remove },
      PATCH: { run: async (request) => Response.json(await prisma.step.updateMany({ data: { done: true } })) },
      GET: { run: async () => Response.json(await prisma.tag.findMany()) },
    });
    export const { GET, PATCH, DELETE } = handlers;
    """)
    assert {entry.verb: [query.table for query in entry.queries] for entry in entries} == {
        "GET": ["tag"],
        "PATCH": ["step"],
        "DELETE": ["recipe"],
    }


def test_apply_hands_on_what_is_listed():
    (entry,) = entries_of("""
    const wrapped = (last) => async (...given) => {
      const [request, context] = given;
      const said = await asked();
      if (said instanceof Response) return said;
      return last.apply(null, [request, { ...context, ...said }]);
    };
    export const GET = wrapped(async (request, { user }) => Response.json(await prisma.recipe.findMany({ where: { userId: user.id } })));
    """)
    (condition,) = entry.queries[0].filters
    assert condition.column == "userId"
    assert "session.user.id" in {origin.path for origin in condition.origins}
