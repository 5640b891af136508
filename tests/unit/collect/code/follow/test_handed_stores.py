"""Stores that are handed over: four hundred routes of one server showed no rows, because every one of them was given its store by somebody else."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


STORE = """
    import { Pool } from "pg";
    import { injectable } from "tsyringe";
    @injectable()
    export class InvoiceStore {
      constructor(private readonly pool: Pool) {}
      async find(id: string) { const { rows } = await this.pool.query("select * from invoices where id = $1", [id]); return rows[0]; }
      async mine(id: string, me: string) { const { rows } = await this.pool.query("select * from invoices where id = $1 and user_id = $2", [id, me]); return rows[0]; }
    }
"""
MADE = 'import { Pool } from "pg"; import { InvoiceStore } from "./store";'
EXPRESS = 'import express, { Router } from "express";'
ASKED = "if (!req.session?.userId) return res.sendStatus(401); res.json(await store.CALL);"
SERVERS = {
    "options of a function": {
        "src/routes.ts": 'export function registerInvoices(app, { store }) { app.get("/invoices/:id", async (req, res) => { ASKED }); }',
        "src/main.ts": f"{EXPRESS} {MADE} import {{ registerInvoices }} from './routes'; const app = express(); const store = new InvoiceStore(new Pool()); registerInvoices(app, {{ store }});",
    },
    "through an application that is made in main": {
        "src/routes.ts": 'export function registerInvoices(app, deps) { const { store } = deps; app.get("/invoices/:id", async (req, res) => { ASKED }); }',
        "src/app.ts": f"{EXPRESS} import {{ registerInvoices }} from './routes'; export function createApp(deps) {{ const app = express(); registerInvoices(app, deps); return app; }}",
        "src/main.ts": f"{MADE} import {{ createApp }} from './app'; async function main() {{ const pool = new Pool(); const store = new InvoiceStore(pool); createApp({{ store }}).listen(3000); }} main();",
    },
    "a router that is made of its store": {
        "src/routes.ts": f'{EXPRESS} export function invoices(store) {{ const router = Router(); router.get("/:id", async (req, res) => {{ ASKED }}); return router; }}',
        "src/main.ts": f"{EXPRESS} {MADE} import {{ invoices }} from './routes'; const app = express(); app.use('/invoices', invoices(new InvoiceStore(new Pool())));",
    },
    "a container": {
        "src/routes.ts": f'{EXPRESS} import {{ container }} from "tsyringe"; import {{ InvoiceStore }} from "./store"; export const router = Router(); router.get("/invoices/:id", async (req, res) => {{ const store = container.resolve(InvoiceStore); ASKED }});',
        "src/main.ts": f"{EXPRESS} import {{ router }} from './routes'; const app = express(); app.use(router);",
    },
}
PLUGINS = {
    "options of a plugin": {
        "src/routes.ts": 'export async function invoices(fastify, { store }) { fastify.get("/invoices/:id", async (req, reply) => { if (!req.session.userId) return reply.code(401).send(); return store.CALL; }); }',
        "src/main.ts": f'import Fastify from "fastify"; {MADE} import {{ invoices }} from "./routes"; const app = Fastify(); const store = new InvoiceStore(new Pool()); app.register(invoices, {{ prefix: "/api", store }});',
    },
    "what the server was given": {
        "src/routes.ts": 'export async function invoices(fastify) { fastify.get("/invoices/:id", async (req, reply) => { if (!req.session.userId) return reply.code(401).send(); return fastify.store.CALL; }); }',
        "src/main.ts": f'import Fastify from "fastify"; {MADE} import {{ invoices }} from "./routes"; const app = Fastify(); app.decorate("store", new InvoiceStore(new Pool())); app.register(invoices);',
    },
}


@pytest.mark.parametrize("server", [*SERVERS, *PLUGINS])
@pytest.mark.parametrize(
    ("call", "rules"),
    [("find(req.params.id)", ["id-only-lookup"]), ("mine(req.params.id, req.session.userId)", [])],
)
def test_rows_of_a_store_that_is_handed_over(server, call, rules):
    files = {
        path: text.replace("ASKED", ASKED).replace("CALL", call)
        for path, text in {**SERVERS, **PLUGINS}[server].items()
    }
    assert rules_of(followed({"src/store.ts": STORE, **files})) == rules


def test_a_store_of_a_test_is_nobodys():
    files = dict(SERVERS["options of a function"])
    files["src/main.test.ts"] = files.pop("src/main.ts")
    files = {path: text.replace("ASKED", ASKED).replace("CALL", "find(req.params.id)") for path, text in files.items()}
    assert rules_of(followed({"src/store.ts": STORE, **files})) == []
