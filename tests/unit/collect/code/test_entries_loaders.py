"""Loaders of other frameworks than Next are ways in too: one had no guard and nobody saw it in the map."""

from __future__ import annotations

from assistant.collect.code.map import map_of


DB = 'import { PrismaClient } from "@prisma/client"\nexport const db = new PrismaClient()\n'
REMIX = """
import { db } from "~/lib/db"
export async function loader({ params }) {
  return db.invoice.findUnique({ where: { id: params.id } })
}
export async function action({ request, params }) {
  const form = await request.formData()
  return db.invoice.update({ where: { id: params.id }, data: { note: form.get("note") } })
}
"""
SVELTE = """
import { error } from "@sveltejs/kit"
import { db } from "$lib/db"
export async function load({ params, locals }) {
  if (!locals.user) throw error(401)
  return { invoice: await db.invoice.findFirst({ where: { id: params.id, userId: locals.user.id } }) }
}
export const actions = {
  remove: async ({ params }) => { await db.invoice.delete({ where: { id: params.id } }) },
}
"""
CONTRACT = """
import { createNextHandler } from "@ts-rest/serverless/next"
import { contract } from "./contract"
import { db } from "./db"
export const handler = createNextHandler(contract, {
  invoices: { byId: async ({ params }) => ({ status: 200, body: await db.invoice.findUnique({ where: { id: params.id } }) }) },
})
"""


def ways(files):
    return {entry.id: entry for entry in map_of(files).entries}


def test_remix_loaders_and_actions_have_the_address_of_their_file():
    found = ways({"app/routes/_auth.invoices.$id.tsx": REMIX, "app/lib/db.ts": DB})
    assert list(found) == ["loader /invoices/[id]", "action /invoices/[id]"]
    assert all(entry.queries[0].filters[0].origins[0].path == "path.id" for entry in found.values())
    assert found["action /invoices/[id]"].queries[0].written[0].origins[0].path == "body.note"


def test_what_the_hook_of_svelte_put_into_locals_is_the_caller():
    found = ways({"src/routes/(app)/invoices/[id]/+page.server.ts": SVELTE, "src/lib/db.ts": DB})
    assert list(found) == ["load /invoices/[id]", "action /invoices/[id]?/remove"]
    assert [guard.kind for guard in found["load /invoices/[id]"].guards] == ["session"]
    assert found["load /invoices/[id]"].queries[0].tie is not None
    assert found["action /invoices/[id]?/remove"].queries[0].tie is None


def test_handlers_of_a_contract_are_procedures():
    found = ways({"src/handler.ts": CONTRACT, "src/db.ts": DB})
    entry = found["procedure invoices.byId"]
    assert entry.queries[0].filters[0].origins[0].path == "path.id"
    assert entry.queries[0].returned
