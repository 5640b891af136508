"""Code is written in many languages: ``id_empresa`` is a company's key, ``desarrollador`` a role, and rows that a colleague wrote down are the house's."""

from __future__ import annotations

import pytest

from assistant.detect.code import words
from tests.unit.detect.code.apps import APP, of_route
from tests.unit.detect.code.rig import followed, rules_of


@pytest.mark.parametrize(
    "column", ["id_empresa", "empresaId", "idEmpresa", "fk_empresa", "company_db_id", "p_company", "lojaId"]
)
def test_a_tenant_is_one_however_it_is_spelled(column):
    assert words.names_tenant(column)
    assert words.names_house(column)


@pytest.mark.parametrize("column", ["id_card", "id_token", "idType", "empresa", "id"])
def test_not_all_that_begins_with_id_is_a_key(column):
    assert not words.names_tenant(column)
    assert words.points_at(column) == ""


def test_the_table_it_points_at_is_what_follows():
    assert words.points_at("id_destino") == "destino"
    assert words.names_id("idFactura")


BY_KEY = (
    "return Response.json(await db.factura.findFirst({{ where: {{ id_factura: (await request.json()).id{more} }} }}));"
)


def test_a_bill_found_by_its_key_is_asked_whose_it_is():
    assert "id-only-lookup" in of_route(BY_KEY.format(more=""), verb="POST")
    assert of_route(BY_KEY.format(more=", id_empresa: session.user.id_empresa"), verb="POST") == []


PURGE = """
    const { role } = session.user;
    if (role !== "ROLE") return new Response(null, { status: 403 });
    const { id } = await request.json();
    await db.invoice.deleteMany({ where: { companyId: id } });
    return new Response(null, { status: 204 });
"""


@pytest.mark.parametrize(
    ("path", "role", "told"),
    [
        ("app/api/dev/companies/route.ts", "desarrollador", False),
        ("app/api/dev/companies/route.ts", "developer", False),
        ("app/api/dev/companies/route.ts", "editor", True),
        ("app/api/companies/route.ts", "developer", True),
    ],
)
def test_developers_have_a_folder_of_their_own(path, role, told):
    said = of_route(PURGE.replace("ROLE", role), path=path, verb="POST")
    assert ("id-only-lookup" in said) is told


AGENT = """
    import { auth } from "@/auth";
    import { db } from "@/lib/db";
    export async function GET(request, { params }) {
      const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
      const { id } = await params;
      return Response.json(await db.quote.findUnique({ where: { id } }));
    }
"""
CREATED = """
    import { auth } from "@/auth";
    import { db } from "@/lib/db";
    export async function POST(request) {
      const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
      const { title, id } = await request.json();
      const old = await db.quote.findUnique({ where: { id } });
      if (!old || old.createdBy !== session.user.id) return new Response(null, { status: 403 });
      await db.quote.update({ where: { id }, data: { title } });
      return Response.json(await db.quote.create({ data: { title, createdBy: session.user.id } }));
    }
    export async function GET() {
      const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
      return Response.json(await db.quote.findMany(WHERE));
    }
"""


def _quotes(*, readers, where=""):
    files = {f"app/api/quotes/{name}/[id]/route.ts": AGENT for name in readers}
    return followed({**APP, **files, "app/api/quotes/route.ts": CREATED.replace("WHERE", where)})


def test_what_most_handlers_show_to_every_colleague_is_asked_about_once():
    report = _quotes(readers=("sheet", "print", "copy", "mail"))
    assert rules_of(report) == ["id-only-lookup"]
    (found,) = (one for one in report.findings if one.rule == "id-only-lookup")
    assert found.title.startswith(
        "Worth asking: whoever is signed in can read any row of quote by its id through 4 handlers"
    )


def test_one_that_forgets_what_the_others_ask_is_told():
    mine = "{ where: { createdBy: session.user.id } }"
    said = rules_of(_quotes(readers=("sheet",), where=mine))
    assert said == ["id-only-lookup"]
    assert "Worth asking" not in next(
        one.title for one in _quotes(readers=("sheet",), where=mine).findings if one.rule == "id-only-lookup"
    )
