"""Members of enumerations, own folders, lists of origins and numbers of the outside world; each beside its leak."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.test_spelled_otherwise import heard


ENUMS = 'import { Role } from "LIBRARY";'
OFFICE = 'if (session.user.role !== TEST) throw new Error("no"); await db.country.delete({ where: { id: params.id } }); return new Response();'


@pytest.mark.parametrize(
    ("library", "test", "quiet"),
    [
        ("@prisma/client", "Role.ADMIN", True),
        ("@acme/roles", "Role.SUPER_ADMIN", True),
        ("@prisma/client", "Role.MEMBER", False),
        ("@prisma/client", "params.role", False),
    ],
)
def test_a_member_of_an_enumeration_is_what_it_says(library, test, quiet):
    found = heard(OFFICE.replace("TEST", test), head=ENUMS.replace("LIBRARY", library))
    assert (not {"id-only-lookup", "parent-authorised-child-by-id"} & set(found)) is quiet


BRANCHES = """
    const row = await db.slot.findUnique({ where: { id: params.id } });
    if (!row) return new Response(null, { status: 404 });
    const may = MAY;
    if (!may && row.teamId) {
      const member = await db.teamMember.findFirst({ where: { userId: session.user.id, teamId: row.teamId } });
      if (!member) STRANGER;
    } else if (!may) return new Response(null, { status: 403 });
    await db.slot.delete({ where: { id: params.id } }); return new Response();
"""


def test_a_check_in_two_branches():
    may = "row.userId === session.user.id || session.user.role === Role.ADMIN"
    body = BRANCHES.replace("STRANGER", "return new Response(null, { status: 403 })").replace("MAY", may)
    head = ENUMS.replace("LIBRARY", "@prisma/client")
    assert not {"id-only-lookup", "parent-authorised-child-by-id"} & set(heard(body, head=head))
    unasked = "await db.slot.delete({ where: { id: params.id } }); return new Response();"
    assert heard(unasked, head=head) == ["id-only-lookup"]


FOLDER = """
    const { data: { user } } = await (await client()).auth.getUser();
    if (!user) return new Response(null, { status: 401 });
    const { path } = await request.json();
    if (!path.startsWith(BEGINNING)) return new Response(null, { status: 404 });
    return Response.json(await admin().storage.from("receipts").createSignedUrl(path, 60));
"""


@pytest.mark.parametrize(("beginning", "quiet"), [("`${user.id}/`", True), ('"receipts/"', False)])
def test_a_path_that_begins_with_the_callers_own_id(beginning, quiet):
    found = heard(FOLDER.replace("BEGINNING", beginning), signed_in=False)
    assert ("id-only-lookup" not in found) is quiet


ORIGINS = """
    const origin = request.headers.get("origin");
    const allowed = origin && TEST;
    return new Response(null, { headers: { "Access-Control-Allow-Origin": allowed ? origin : "", "Access-Control-Allow-Credentials": "true" } });
"""
LISTED = 'const known = ["http://localhost:3001", process.env.OTHER].filter(Boolean);'


@pytest.mark.parametrize(("test", "quiet"), [("known.includes(origin)", True), ("origin.length > 3", False)])
def test_an_origin_of_a_list(test, quiet):
    assert ("cors-reflects-origin" not in heard(ORIGINS.replace("TEST", test), head=LISTED)) is quiet


LINKED = """
    const { COLUMN } = await request.json();
    await db.TABLE.create({ data: { userId: session.user.id, COLUMN } }); return new Response();
"""
OWNED = """
    export async function GET() {
      const session = await auth(); if (!session) return new Response();
      return Response.json([await db.tax.findMany({ where: { userId: session.user.id } }), await db.project.findMany({ where: { userId: session.user.id } })]);
    }
"""


@pytest.mark.parametrize(
    ("table", "column", "quiet"),
    [("client", "taxId", True), ("expense", "taxId", False), ("client", "projectId", False)],
)
def test_a_number_of_the_outside_world_points_at_no_row(table, column, quiet):
    found = heard(LINKED.replace("COLUMN", column).replace("TABLE", table), head=OWNED)
    assert ("foreign-reference-unchecked" not in found) is quiet
