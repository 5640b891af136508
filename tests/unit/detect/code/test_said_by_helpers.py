"""Helpers that assert, filter ids and keep secrets in several places; the same handlers where the helper lets one way through."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of
from tests.unit.detect.code.test_spelled_otherwise import LIBRARIES, heard


ASSERTS = """
    async function assertMayWrite(user, id) {
      const task = await db.task.findFirst({ where: { id } });
      if (!task) throw new Error("gone");
      OTHERWISE
      if (task.userId === user.id) return;
      if (user.role === "admin") return;
      throw new Error("no");
    }
"""
REMOVES = "await assertMayWrite(session.user, params.id); await db.task.delete({ where: { id: params.id } }); return new Response();"


@pytest.mark.parametrize(("otherwise", "quiet"), [("", True), ('if (task.kind === "note") return;', False)])
def test_every_way_out_of_an_assertion_lets_somebody_in_who_may(otherwise, quiet):
    found = heard(REMOVES, head=ASSERTS.replace("OTHERWISE", otherwise))
    assert ("id-only-lookup" not in found) is quiet


FILTERS = """
    async function allowedIds(user, ids) {
      if (ids.length === 0) return [];
      const rows = await db.task.findMany({ where: { id: { in: ids } OWNER }, select: { id: true } });
      return rows.map((row) => row.id);
    }
"""
MANY = """
    const { ids } = await request.json();
    const allowed = await allowedIds(session.user, ids);
    COMPARED
    await db.task.deleteMany({ where: { id: { in: ids } } }); return new Response();
"""
STOPS = 'if (allowed.length !== ids.length) throw new Error("no");'


@pytest.mark.parametrize(
    ("owner", "compared", "quiet"),
    [(", userId: user.id", STOPS, True), ("", STOPS, False), (", userId: user.id", "", False)],
)
def test_as_many_rows_of_ones_own_as_ids_were_sent(owner, compared, quiet):
    found = heard(MANY.replace("COMPARED", compared), head=FILTERS.replace("OWNER", owner))
    assert ("id-only-lookup" not in found) is quiet


CRON = """
    const secret = process.env.CRON_SECRET || process.env.OTHER_SECRET;
    UNSET
    if (request.headers.get("authorization") !== `Bearer ${secret}`) return new Response(null, { status: 401 });
    await admin().from("invoices").update({ done: true }).eq("id", 3); return new Response();
"""


@pytest.mark.parametrize(
    ("unset", "quiet"), [("if (!secret) return new Response(null, { status: 500 });", True), ("", False)]
)
def test_one_secret_of_two_names(unset, quiet):
    assert (heard(CRON.replace("UNSET", unset), signed_in=False) == []) is quiet


SERVICE = """
    const SECRET = process.env.INGEST_SECRET || "";
    REFUSED
    export async function POST(request) {
      if (SECRET && request.headers.get("x-ingest-secret") !== SECRET) return new Response(null, { status: 401 });
      await admin().from("invoices").update({ done: true }).eq("id", 3); return new Response();
    }
"""


@pytest.mark.parametrize(
    ("refused", "quiet"),
    [
        ("if (!SECRET) { console.error('unset'); process.exit(1) }", True),
        ("if (!SECRET) throw new Error('unset')", True),
        ("if (!SECRET) console.error('unset')", False),
    ],
)
def test_a_module_that_does_not_load_without_its_secret(refused, quiet):
    files = {
        "app/api/rows/route.ts": 'import { admin } from "../../../lib/supabase";' + SERVICE.replace("REFUSED", refused)
    }
    assert (rules_of(followed({**LIBRARIES, **files})) == []) is quiet


COUNTED = """
    const { data } = await admin().rpc("FUNCTION", { p_key: request.headers.get("x-forwarded-for") });
    if (!data) return new Response(null, { status: 429 });
    return Response.json((await admin().from("invoices").select("*").eq("id", params.id)).data)
"""


def test_whoever_is_below_the_limit_is_still_nobody():
    assert heard(COUNTED.replace("FUNCTION", "rate_limit_hit"), signed_in=False) == ["missing-session"]


DEVICE = """
    const token = request.headers.get("x-kiosk-token");
    CHECKED
    const { data } = await admin().from("studios").select("kiosk_token").eq("id", params.id).maybeSingle();
    const expected = data?.kiosk_token ?? "";
    if (expected !== token) return new Response(null, { status: 401 });
    await admin().from("bookings").update({ done: true }).eq("studio_id", params.id); return new Response();
"""


@pytest.mark.parametrize(
    ("checked", "quiet"), [("if (!token) return new Response(null, { status: 401 });", True), ("", False)]
)
def test_a_token_that_was_sent_is_not_the_empty_one(checked, quiet):
    found = heard(DEVICE.replace("CHECKED", checked), signed_in=False)
    assert (not {"missing-session", "id-only-lookup", "identity-from-request"} & set(found)) is quiet


LISTS = """
    async function mine(user) {
      if (user.role === "admin" && user.organizationId === null) {
        const all = await db.property.findMany({ select: { id: true } });
        return all.map((one) => one.id);
      }
      OTHERWISE
      const granted = await db.propertyAccess.findMany({ where: { userId: user.id }, select: { propertyId: true } });
      return granted.map((one) => one.propertyId);
    }
"""
ASKED = """
    const ids = await mine(session.user);
    const asset = await db.asset.findUnique({ where: { id: params.id } });
    if (!ids.includes(asset.propertyId)) return new Response(null, { status: 403 });
    await db.asset.delete({ where: { id: params.id } }); return new Response();
"""
ALL = 'if (user.kind === "guest") { const all = await db.property.findMany({ select: { id: true } }); return all.map((one) => one.id); }'


@pytest.mark.parametrize(("otherwise", "quiet"), [("", True), (ALL, False)])
def test_ids_that_are_everybodys_for_an_administrator_only(otherwise, quiet):
    found = heard(ASKED, head=LISTS.replace("OTHERWISE", otherwise))
    assert ("id-only-lookup" not in found) is quiet


@pytest.mark.parametrize(("field", "quiet"), [("address", True), ("nickname", False)])
def test_one_person_whom_the_code_names(field, quiet):
    check = f'if (session.user.{field} !== "0x52908400098527886E0F7030069857D2E4169EE7") throw new Error("no");'
    found = heard(f"{check} await db.country.delete({{ where: {{ id: params.id }} }}); return new Response();")
    assert ("id-only-lookup" not in found) is quiet
