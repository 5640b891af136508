"""One customer's invoices were in the cache of all: under a name without them, in an object of a class, under a setting of the layout above."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import APP, of_route
from tests.unit.detect.code.rig import followed, rules_of


MINE = "const rows = await db.invoice.findMany({ where: { userId: session.user.id } });"
STORE = """
    class Store {
      kept = new Map();
      get(key) { return this.kept.get(key); }
      set(key, value) { this.kept.set(key, value); }
    }
    export const store = new Store();
"""
CACHED = """
    import { unstable_cache } from "next/cache";
    export function cached(load, keys) { return unstable_cache(load, keys)(); }
"""
HEAD = 'import { store } from "@/lib/store";\nimport { cached } from "@/lib/cached";\nimport { unstable_cache } from "next/cache";\nconst state = { rows: null, at: 0 };'


def heard(body):
    return of_route(body, head=HEAD, lib_store=STORE, lib_cached=CACHED)


def through(key):
    return f"const hit = store.get({key}); if (hit) return Response.json(hit); {MINE} store.set({key}, rows); return Response.json(rows);"


def by(keys, call="cached"):
    load = "() => db.invoice.findMany({ where: { userId: session.user.id } })"
    given = f"{call}({load}, {keys})" + ("()" if call == "unstable_cache" else "")
    return f"return Response.json(await {given});"


@pytest.mark.parametrize(
    "body",
    [
        through('"list"'),
        by('["invoices"]'),
        by('["invoices", session.user.role]', "unstable_cache"),
        f"if (state.rows) return Response.json(state.rows); {MINE} state.rows = rows; return Response.json(rows);",
    ],
)
def test_the_next_customer_gets_them(body):
    assert heard(body) == ["cache-key-without-tenant"]


@pytest.mark.parametrize(
    "body",
    [
        through("session.user.id"),
        by('["invoices", session.user.id]'),
        by('["invoices", session.user.id]', "unstable_cache"),
    ],
)
def test_a_key_with_the_customer_in_it_is_theirs(body):
    assert heard(body) == []


PAGE = """
    import { db } from "@/lib/db";
    import { requireUser } from "@/lib/session";
    export default async function Page() {
      const user = await requireUser();
      const rows = await db.invoice.findMany({ where: { userId: user.id } });
      return <pre>{JSON.stringify(rows)}</pre>;
    }
"""


@pytest.mark.parametrize(("setting", "told"), [("force-static", True), ("force-dynamic", False)])
def test_a_layout_says_it_for_the_pages_below(setting, told):
    layout = (
        f'export const dynamic = "{setting}";\nexport default function Layout({{ children }}) {{ return children; }}'
    )
    files = {**APP, "app/bills/page.tsx": PAGE, "app/bills/layout.tsx": layout}
    assert ("private-route-kept" in rules_of(followed(files))) is told


SETTING = """
    import { db } from "@/lib/db";
    import { store } from "@/lib/store";
    export async function setting(name, userId) {
      const hit = store.get(name);
      if (hit) return hit;
      const found = await db.billingAccount.findFirst({ where: WHERE });
      store.set(name, found.value);
      return found.value;
    }
"""


@pytest.mark.parametrize(("where", "rules"), [("{ name }", []), ("{ name, userId }", ["cache-key-without-tenant"])])
def test_a_setting_of_all_is_the_same_for_whoever_asks_next(where, rules):
    body = 'return Response.json(await setting("MODEL", session.user.id));'
    head = 'import { setting } from "@/lib/setting";'
    found = of_route(body, head=head, lib_store=STORE, lib_setting=SETTING.replace("WHERE", where))
    assert [one for one in found if one.startswith("cache")] == rules
