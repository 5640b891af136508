"""A handler below ``/users/preferences`` is given no ``id``: what refuses where there is none refuses everybody."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import APP
from tests.unit.detect.code.rig import followed


HANDLER = """
    import { auth } from "@/auth";
    export const handle = (act, options = { key: "id" }) => async (request, props) => {
      const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
      const params = await props.params;
      const segment = params[options.key];
      const id = typeof segment === "string" ? segment : undefined;
      return Response.json(await act(id));
    };
"""
ROUTE = """
    import { db } from "@/lib/db";
    import { handle } from "@/lib/handle";
    export const POST = handle(async (id) => {
      if (!id) throw new Error("which one?");
      return db.invoice.update({ where: { id }, data: { paid: true } });
    });
"""


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("[id]", True),
        ("[id]/pay", True),
        ("[...id]", True),
        ("[[...id]]", True),
        ("preferences", False),
        ("[slug]", False),
    ],
)
def test_an_id_that_no_folder_names_reaches_no_row(path, told):
    found = followed({**APP, "lib/handle.ts": HANDLER, f"app/api/invoices/{path}/route.ts": ROUTE}).findings
    assert ("id-only-lookup" in {one.rule for one in found}) is told


def test_handlers_that_share_a_wrapper_are_told_apart():
    paths = ("[id]", "all", "[id]/lines", "open", "[[...id]]")
    routes = {f"app/api/invoices/{path}/route.ts": ROUTE for path in paths}
    found = followed({**APP, "lib/handle.ts": HANDLER, **routes}).findings
    told = {one.entry for one in found if one.rule == "id-only-lookup"}
    assert told == {f"POST /api/invoices/{path}" for path in ("[id]", "[id]/lines", "[[...id]]")}


def test_a_promise_of_the_path_is_still_one():
    page = """
        import { db } from "@/lib/db";
        export default async function Page({ params }) {
          const id = await params.then((given) => given.id);
          return <p>{(await db.invoice.findUnique({ where: { id } })).total}</p>;
        }
    """
    found = followed({**APP, "app/invoices/[id]/page.tsx": page}).findings
    assert "missing-session" in {one.rule for one in found}
