"""A service that its module makes once, and a client of queries beside it: what they keep is given to whoever comes next."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_route


LOAD = "db.invoice.findMany({ where: { userId } })"
SERVICE = """
    import { db } from "@/lib/db";
    export class Invoices {
      static shared = new Map();
      rows = null;
      store = {};
      async list(userId) { BODY }
    }
    export const invoices = new Invoices();
"""
HEAD = 'import { Invoices, invoices } from "@/lib/invoices";\nimport { QueryClient } from "@tanstack/react-query";\nconst client = new QueryClient();'
ASKED = "return Response.json(await invoices.list(session.user.id));"
OWN = "return Response.json(await new Invoices().list(session.user.id));"


def heard(kept, asked=ASKED):
    return of_route(asked, head=HEAD, lib_invoices=SERVICE.replace("BODY", kept))


def through(store, key):
    return f"const hit = {store}.get({key}); if (hit) return hit; const rows = await {LOAD}; {store}.set({key}, rows); return rows;"


@pytest.mark.parametrize(
    "kept",
    [
        f"if (this.rows) return this.rows; this.rows = await {LOAD}; return this.rows;",
        f"this.rows ??= await {LOAD}; return this.rows;",
        f'if (this.store["all"]) return this.store["all"]; const rows = await {LOAD}; this.store["all"] = rows; return rows;',
        through("Invoices.shared", '"all"'),
        f"if (globalThis.kept) return globalThis.kept; globalThis.kept = await {LOAD}; return globalThis.kept;",
    ],
)
def test_the_next_customer_gets_them(kept):
    assert heard(kept) == ["cache-key-without-tenant"]


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        (
            f"if (this.store[userId]) return this.store[userId]; const rows = await {LOAD}; this.store[userId] = rows; return rows;",
            ASKED,
        ),
        (through("Invoices.shared", "userId"), ASKED),
        (f"this.rows = await {LOAD}; return this.rows;", ASKED),
        (f"if (this.rows) return this.rows; this.rows = await {LOAD}; return this.rows;", OWN),
    ],
)
def test_a_key_of_their_own_or_a_service_of_their_own(kept, asked):
    assert heard(kept, asked) == []


@pytest.mark.parametrize(
    ("client", "key", "told"),
    [
        ("client", '["invoices"]', True),
        ("client", '["invoices", userId]', False),
        ("new QueryClient()", '["invoices"]', False),
    ],
)
def test_a_client_of_queries_keeps_what_it_fetched(client, key, told):
    body = f"""
        const userId = session.user.id;
        const queries = {client};
        return Response.json(await queries.fetchQuery({{ queryKey: {key}, queryFn: () => {LOAD} }}));
    """
    assert ("cache-key-without-tenant" in of_route(body, head=HEAD, lib_invoices=SERVICE)) is told
