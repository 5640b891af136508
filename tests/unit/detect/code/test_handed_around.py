"""Checks and callers that are handed around: in getters, in a policy's switch, in wrappers that are folded, in a store beside the call, in a pair."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_action, of_route
from tests.unit.detect.code.test_one_of_the_listed import OWNED


REPO = """
    import { db } from "@/lib/db";
    class Repo {
      constructor(user) { this.user = user; }
      find(id) { return this.model.findFirst({ where: this.scope({ id }) }); }
      scope(where) { return SCOPED; }
    }
    export class Invoices extends Repo { get model() { return db.invoice; } }
"""
POLICY = """
    export class Policy {
      constructor(user) { this.user = user; }
      can(action, row) {
        switch (action) {
          case "read": return row.userId === this.user.id;
          case "delete": return ["member", "editor"].includes(this.user.role);
          default: return false;
        }
      }
      authorize(action, row) { if (!this.can(action, row)) throw new Error("no"); }
    }
"""
STORE = """
    import { AsyncLocalStorage } from "node:async_hooks";
    import { db } from "@/lib/db";
    export const storage = new AsyncLocalStorage();
    export async function removeOwn(id) { const { user } = storage.getStore(); await db.invoice.deleteMany({ where: { id, userId: user.id } }); }
    export async function removeAny(id) { await db.invoice.delete({ where: { id } }); }
"""
PAIR = """
    import { db } from "@/lib/db";
    export async function pair(work) { try { return [await work, null]; } catch (error) { return [null, error]; } }
    export async function own(user, id) {
      const row = await db.invoice.findFirst({ where: { id, userId: user.id } });
      if (!row) throw new Error("none");
      return row;
    }
    export async function compared(user, id) {
      try {
        const row = await db.invoice.findUnique({ where: { id } });
        if (row?.userId !== user.id) throw new Error("none");
        return row;
      } catch { return null; }
    }
"""
DELETE = "await db.invoice.delete({ where: { id } });"


@pytest.mark.parametrize(
    ("scoped", "told"), [("{ ...where, userId: this.user.id }", []), ("where", ["id-only-lookup"])]
)
def test_a_getter_says_which_table(scoped, told):
    head = 'import { Invoices } from "@/lib/repo";'
    files = {**OWNED, "lib/repo.ts": REPO.replace("SCOPED", scoped)}
    assert of_action("return new Invoices(user).find(id);", head=head, files=files) == told


@pytest.mark.parametrize(("action", "told"), [("read", []), ("delete", ["id-only-lookup"])])
def test_a_policy_asks_what_stands_under_that_word(action, told):
    body = f'const row = await db.invoice.findUnique({{ where: {{ id }} }}); new Policy(user).authorize("{action}", row); {DELETE}'
    head = 'import { Policy } from "@/lib/policy";'
    assert of_action(body, head=head, files={**OWNED, "lib/policy.ts": POLICY}) == told


@pytest.mark.parametrize(("call", "told"), [("removeOwn", []), ("removeAny", ["id-only-lookup"])])
def test_the_caller_is_in_a_store(call, told):
    head = f'import {{ storage, {call} }} from "@/lib/store";'
    body = f"await storage.run({{ user }}, () => {call}(id));"
    assert of_action(body, head=head, files={**OWNED, "lib/store.ts": STORE}) == told


@pytest.mark.parametrize(("wrappers", "told"), [("withUser, withOwn", []), ("withUser", ["id-only-lookup"])])
def test_wrappers_are_folded_around_a_handler(wrappers, told):
    head = f"""
        const compose = (...all) => (handler) => all.reduceRight((inner, wrap) => wrap(inner), handler);
        const withUser = (handler) => async (request, context) => {{
          const session = await auth();
          if (!session?.user) return new Response(null, {{ status: 401 }});
          return handler(request, {{ ...context, user: session.user }});
        }};
        const withOwn = (handler) => async (request, context) => {{
          const {{ id }} = await context.params;
          const row = await db.invoice.findFirst({{ where: {{ id, userId: context.user.id }} }});
          return row ? handler(request, context) : new Response(null, {{ status: 404 }});
        }};
        export const DELETE = compose({wrappers})(async (request, {{ params }}) => {{ const {{ id }} = await params; {DELETE} return Response.json({{}}); }});
    """
    assert of_route("return Response.json({});", head=head, path="app/api/bills/[id]/route.ts", files=OWNED) == told


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("const [row, error] = await pair(own(user, id)); if (error) throw error;", []),
        ("const [row] = await pair(own(user, id));", ["id-only-lookup"]),
        ("const row = await compared(user, id); if (!row) throw new Error('none');", []),
        ("await compared(user, id);", ["id-only-lookup"]),
    ],
)
def test_a_refusal_became_an_answer(body, told):
    """What was thrown is given back, and somebody has to look at it."""
    head = 'import { pair, own, compared } from "@/lib/pair";'
    assert of_action(f"{body} {DELETE}", head=head, files={**OWNED, "lib/pair.ts": PAIR}) == told
