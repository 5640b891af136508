"""The check was called and nobody waited for it: the delete had begun before it could refuse."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_action, of_route


OWNS = """
    async function assertOwner(id, userId) {
      const found = await db.invoice.findFirst({ where: { id, userId } });
      if (!found) throw new Error("not yours");
    }
"""
DELETE = "await db.invoice.delete({ where: { id } });"


@pytest.mark.parametrize("call", ["assertOwner(id, user.id);", "void assertOwner(id, user.id);"])
def test_an_assertion_that_is_not_awaited_is_none(call):
    assert "ineffective-guard" in of_action(f"{call} {DELETE}", head=OWNS)


@pytest.mark.parametrize(
    "call",
    [
        "await assertOwner(id, user.id);",
        "const asked = assertOwner(id, user.id); await asked;",
        "await Promise.all([assertOwner(id, user.id)]);",
    ],
)
def test_one_that_is_awaited_sooner_or_later_is_one(call):
    assert of_action(f"{call} {DELETE}", head=OWNS) == []


MANY = "await db.invoice.deleteMany({ where: { id: { in: input.ids } } });"
EACH = "input.ids.map((id) => assertOwner(id, user.id))"


@pytest.mark.parametrize(
    "body",
    [
        f"input.ids.forEach(async (id) => {{ await assertOwner(id, user.id); }}); {MANY}",
        f"{EACH}; {MANY}",
        f"Promise.all({EACH}); {MANY}",
        f"await Promise.allSettled({EACH}); {MANY}",
        f"await assertOwner(id, user.id).catch(() => {{}}); {DELETE}",
        f"setTimeout(() => assertOwner(id, user.id), 0); {DELETE}",
        f"await Promise.race([assertOwner(id, user.id), sleep(5)]); {DELETE}",
        f"await Promise.all([assertOwner(id, user.id), {DELETE.removeprefix('await ').rstrip(';')}]);",
    ],
)
def test_a_check_beside_the_deed_or_behind_it_is_too_late(body):
    assert {"id-only-lookup", "ineffective-guard"} & set(of_action(body, head=OWNS))


@pytest.mark.parametrize(
    "body",
    [
        f"await Promise.all({EACH}); {MANY}",
        f"for (const id of input.ids) {{ await assertOwner(id, user.id); }} {MANY}",
        f"await assertOwner(id, user.id).then(() => {DELETE.removeprefix('await ').rstrip(';')});",
        f"await assertOwner(id, user.id).catch((error) => {{ throw new Error('wrapped'); }}); {DELETE}",
        f"const found = await look(id, user.id).catch(() => null); if (!found) return null; {DELETE}",
        "const [invoice] = await Promise.all([db.invoice.findUnique({ where: { id } }), assertOwner(id, user.id)]); return invoice;",
    ],
)
def test_one_that_everybody_waits_for_is_in_time(body):
    look = "async function look(id, userId) { const found = await db.invoice.findFirst({ where: { id, userId } }); if (!found) throw new Error('no'); return found; }"
    assert of_action(body, head=OWNS + look) == []


def test_work_that_nobody_waits_for_is_no_check():
    noted = """
        async function note(userId) {
          const found = await db.user.findUnique({ where: { id: userId } });
          if (!found) throw new Error("gone");
          await db.event.create({ data: { userId } });
        }
    """
    assert (
        of_action(
            "note(user.id); return db.note.create({ data: { title: input.title, userId: user.id } });", head=noted
        )
        == []
    )


CLERK = """
    import { auth } from "@clerk/nextjs/server";
    import { db } from "@/lib/db";
    export async function GET() {
      CALL;
      return Response.json(await db.invoice.findMany({ where: { userId: "none" } }));
    }
"""


@pytest.mark.parametrize(("call", "told"), [("auth.protect()", True), ("await auth.protect()", False)])
def test_a_promise_of_the_library_refuses_nobody_either(call, told):
    found = of_route("return new Response();", files={"app/api/open/route.ts": CLERK.replace("CALL", call)})
    assert ("ineffective-guard" in found) is told


def test_what_the_check_looked_at_further_down_stops_nobody_either():
    """An administrator of everything was let through by a look of its own, and that look alone seemed to guard the row."""
    deep = """
        import { db } from "./db";
        import { auth } from "@/auth";
        async function current() {
          const session = await auth();
          if (!session?.user?.email) return null;
          return await db.user.findUnique({ where: { email: session.user.email }, include: { administers: true } });
        }
        async function mayEdit(id) {
          const whole = await current();
          if (!whole) return false;
          if (whole.isSuperAdmin) return true;
          if (whole.administers.some((one) => one.invoiceId === id)) return true;
          const invoice = await db.invoice.findUnique({ where: { id }, select: { cityId: true } });
          if (invoice?.cityId) {
            const mine = whole.administers.some((one) => one.cityId === invoice.cityId);
            if (mine) return true;
          }
          return false;
        }
        export async function assertMayEdit(id) {
          if (!(await mayEdit(id))) throw new Error("no");
        }
    """
    head = 'import { assertMayEdit } from "@/lib/deep";'
    for call, told in (("assertMayEdit(id);", True), ("await assertMayEdit(id);", False)):
        heard = set(
            of_route(
                f"const id = request.nextUrl.searchParams.get('id'); {call} {DELETE} return new Response();",
                verb="DELETE",
                session="",
                head=head,
                files={"lib/deep.ts": deep},
            )
        )
        assert ("ineffective-guard" in heard) is told
