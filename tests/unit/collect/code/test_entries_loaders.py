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
ASTRO = """
import type { APIRoute } from "astro"
import { db } from "../../../lib/db"
export const GET: APIRoute = async ({ url }) => {
  const owner = url.searchParams.get("ownerId")
  return new Response(JSON.stringify(await db.invoice.findMany({ where: { ownerId: owner } })))
}
export async function DELETE({ params, locals }) {
  if (!locals.user) return new Response(null, { status: 401 })
  await db.invoice.deleteMany({ where: { id: params.id, ownerId: locals.user.id } })
  return new Response(null, { status: 204 })
}
export const prerender = false
"""
LISTED = """
import { type RouteConfig, index, layout, prefix, route } from "@react-router/dev/routes"
const more = [route("help", "pages/help.tsx")]
export default [
  layout("pages/shell.tsx", [index("pages/home.tsx")]),
  ...prefix("houses", [
    route(":houseId", "houses/house.tsx", { id: "house" }, [
      index("houses/rooms.tsx"),
      route("invoices/:id?", "./invoices/invoice.tsx"),
    ]),
  ]),
  ...more,
] satisfies RouteConfig
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


def test_routes_that_a_list_names_have_its_addresses():
    """A hundred loaders and actions were no ways in: their files lie where the list says, and nowhere else."""
    files = dict.fromkeys(
        (
            "pages/shell",
            "pages/home",
            "pages/help",
            "houses/house",
            "houses/rooms",
            "invoices/invoice",
            "pages/left_out",
        ),
        'import { db } from "~/lib/db"\nexport async function loader({ params }) { return db.invoice.findMany({ where: { houseId: params.houseId } }) }\n',
    )
    found = ways(
        {"app/routes.ts": LISTED, "app/lib/db.ts": DB} | {f"app/{name}.tsx": text for name, text in files.items()}
    )
    told = {entry.place.file: entry.path for entry in found.values()}
    assert told == {
        "app/pages/shell.tsx": "/",
        "app/pages/home.tsx": "/",
        "app/pages/help.tsx": "/help",
        "app/houses/house.tsx": "/houses/[houseId]",
        "app/houses/rooms.tsx": "/houses/[houseId]",
        "app/invoices/invoice.tsx": "/houses/[houseId]/invoices/[id]",
    }
    assert all(entry.queries[0].filters[0].origins[0].path == "path.houseId" for entry in found.values())


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


def test_endpoints_of_astro_are_functions_named_like_verbs_below_pages():
    found = ways(
        {"src/pages/api/invoices/[id].ts": ASTRO, "src/pages/api/invoices/index.ts": ASTRO, "src/lib/db.ts": DB}
    )
    named = ["/api/invoices", "/api/invoices/[id]"]
    assert sorted(found) == [f"{verb} {path}" for verb in ("DELETE", "GET") for path in named]
    read, removed = found["GET /api/invoices/[id]"], found["DELETE /api/invoices/[id]"]
    assert read.kind == "route"
    assert read.queries[0].filters[0].origins[0].path == "query.ownerId"
    assert read.queries[0].tie is None
    assert [guard.kind for guard in removed.guards] == ["session"]
    assert removed.queries[0].tie is not None


def test_pages_of_next_are_no_endpoints_of_astro():
    page = "export default function handler(req, res) { res.status(200).json({}) }\nexport const config = {}\n"
    assert list(ways({"src/pages/api/health.ts": page})) == ["* /api/health"]
