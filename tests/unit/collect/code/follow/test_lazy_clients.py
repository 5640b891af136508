"""A client that is made when it is first asked for, behind a proxy, with a copy on ``globalThis``: no query of such a repository was seen."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of


SCHEMA = """
import { pgTable, text } from "drizzle-orm/pg-core";
export const adverts = pgTable("adverts", { id: text("id"), userId: text("user_id") });
"""
ROUTE = """
import { db } from "../../../../lib/db";
import { adverts } from "../../../../lib/schema";
import { eq } from "drizzle-orm";
export async function GET(request, { params }) {
  return Response.json(await db.select().from(adverts).where(eq(adverts.id, params.id)));
}
"""


@pytest.mark.parametrize(
    "trap", ["const real = made(); return real[prop];", "return made()[prop];", "return Reflect.get(made(), prop);"]
)
def test_the_client_behind_the_trap_is_the_one_that_is_made(trap):
    database = f"""
    import {{ drizzle }} from "drizzle-orm/postgres-js";
    import postgres from "postgres";
    const kept = globalThis;
    function made() {{
      if (!process.env.DATABASE_URL) throw new Error("DATABASE_URL is missing");
      if (kept.db) return kept.db;
      try {{
        kept.db = drizzle(kept.connection ? kept.connection : postgres(process.env.DATABASE_URL));
        return kept.db;
      }} catch (error) {{
        console.error(error);
        throw error;
      }}
    }}
    export const db = new Proxy({{}}, {{ get(target, prop) {{ {trap} }} }});
    """
    files = {"lib/db.ts": database, "lib/schema.ts": SCHEMA, "app/api/adverts/[id]/route.ts": ROUTE}
    assert [(query.engine, query.table) for query in map_of(files).entries[0].queries] == [("drizzle", "adverts")]


@pytest.mark.parametrize(
    "given",
    [
        "return (value as (...given: unknown[]) => unknown).bind(executor);",
        "return value;",
    ],
)
def test_the_client_of_a_running_transaction_is_the_same(given):
    """``store.getStore() ?? db`` behind a proxy: no query of a whole repository was read."""
    database = f"""
    import {{ AsyncLocalStorage }} from "node:async_hooks";
    import {{ neon }} from "@neondatabase/serverless";
    import {{ drizzle }} from "drizzle-orm/neon-http";
    const real = drizzle(neon(process.env.DATABASE_URL));
    const store = new AsyncLocalStorage<any>();
    export function current() {{ return store.getStore() ?? real; }}
    export const db = new Proxy({{}} as any, {{
      get(_target, prop) {{
        const executor = current() as unknown as Record<string | symbol, unknown>;
        const value = executor[prop];
        if (typeof value === "function") {given}
        return value;
      }},
    }});
    """
    files = {"lib/db.ts": database, "lib/schema.ts": SCHEMA, "app/api/adverts/[id]/route.ts": ROUTE}
    assert [(query.engine, query.table) for query in map_of(files).entries[0].queries] == [("drizzle", "adverts")]


@pytest.mark.parametrize("trap", ["return typeof found === 'function' ? found.bind(real) : found;", "return found;"])
def test_the_key_stands_in_the_function_that_makes_the_client(trap):
    """Made of names of that function, the client spoke as nobody knew whom: no rule looked at a query of such a repository."""
    client = f"""
    import {{ createClient }} from "@supabase/supabase-js";
    let kept;
    export function client() {{
      if (kept) return kept;
      const address = process.env.NEXT_PUBLIC_SUPABASE_URL;
      const secret = process.env.SUPABASE_SERVICE_ROLE_KEY;
      if (!address || !secret) throw new Error("not set up");
      kept = createClient(address, secret);
      return kept;
    }}
    export const db = new Proxy({{}}, {{
      get(_target, name, receiver) {{ const real = client(); const found = Reflect.get(real, name, receiver); {trap} }},
    }});
    """
    route = """
    import { db } from "../../../lib/db";
    export async function GET() { return Response.json(await db.from("adverts").select("*")); }
    """
    found = map_of({"lib/db.ts": client, "app/api/adverts/route.ts": route}).entries[0].queries
    assert [(query.table, query.client.value) for query in found] == [("adverts", "service")]
