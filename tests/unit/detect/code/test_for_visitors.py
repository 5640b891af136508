"""What is on offer is shown to visitors; what a function makes new is nobody's yet."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import detect_code, report_code
from assistant.domain.matrix import Severity


ADMIN = """
import { createClient } from "@supabase/supabase-js";
export const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
"""
OFFERS = """
"use server";
import { auth } from "@clerk/nextjs/server";
import { admin } from "../lib/admin";
export async function mine() {
  const { userId } = await auth();
  return admin.from("properties").select("id, title").eq("owner_id", userId);
}
export async function search(text) {
  const { data } = await admin.from("properties").select("id, title, price").eq("status", "%s").ilike("title", text);
  return data;
}
"""
MAKES = """
"use server";
import { auth } from "@clerk/nextjs/server";
import { admin } from "../lib/admin";
export async function invite(tenantId, email, memberId) {
  const { userId } = await auth();
  const { data: mine } = await admin.from("members").select("id").eq("tenant_id", tenantId).eq("user_id", userId).single();
  if (!mine) throw new Error("no");
  const { data } = await admin.rpc(%s);
  return data;
}
"""


def told(text: str) -> set[str]:
    """The rules that speak."""
    rules = {"missing-session", "id-only-lookup", "parent-authorised-child-by-id"}
    return {one.rule for one in detect_code(map_of({"lib/admin.ts": ADMIN, "app/actions.ts": text}))} & rules


@pytest.mark.parametrize(("status", "found"), [("ACTIVE", set()), ("DRAFT", {"missing-session"})])
def test_what_is_on_offer(status: str, found: set[str]) -> None:
    """Visitors of a house agent look for what is on offer, and not for what nobody has published yet."""
    assert told(OFFERS % status) == found


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ('"create_person", { p_email: email }', set()),
        ('"create_account", { p_member_id: memberId }', {"parent-authorised-child-by-id"}),
        ('"find_person", { p_email: email }', {"parent-authorised-child-by-id"}),
    ],
)
def test_what_is_made_new(call: str, found: set[str]) -> None:
    """Somebody new under an address is nobody else's row; something for a member that is named is, and so is whoever is found."""
    assert told(MAKES % call) == found


STAND_IN = """
"use server";
import { admin } from "../lib/admin";
const deployed = () => (process.env.VERCEL_ENV ? process.env.VERCEL_ENV === "%s" : process.env.NODE_ENV === "production");
export async function pay(id) {
  if (deployed()) throw new Error("not here");
  await admin.from("invoices").update({ status: "paid" }).eq("id", id);
}
"""


@pytest.mark.parametrize(("where", "found"), [("production", set()), ("preview", {"missing-session"})])
def test_a_stand_in_that_production_does_not_have(where: str, found: set[str]) -> None:
    """The host says which deployment it is, and where it does not, the build does."""
    assert told(STAND_IN % where) == found


BY_FUNCTION = """
"use server";
import { admin } from "../../lib/admin";
export async function change(id, text) {
  await admin.rpc(%s);
}
"""


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ('"update_user_password", { p_user_id: id, p_new_password: text }', {"identity-from-request"}),
        ('"count_visit", { p_page: text }', set()),
    ],
)
def test_functions_that_change_something(call: str, found: set[str]) -> None:
    """A new password proves nothing about whoever sends it, and a function that changes rows need not answer any."""
    found_here = detect_code(map_of({"lib/admin.ts": ADMIN, "app/account/actions.ts": BY_FUNCTION % call}))
    assert {one.rule for one in found_here} & {"missing-session", "identity-from-request"} == found


def test_a_function_is_called_and_its_rows_are_not() -> None:
    """`can call rows of update_user_password` was read twice before anybody knew what it meant."""
    call = '"update_user_password", { p_user_id: id, p_new_password: text }'
    found = detect_code(map_of({"lib/admin.ts": ADMIN, "app/account/actions.ts": BY_FUNCTION % call}))
    titles = [one.title for one in found if one.rule == "identity-from-request"]
    assert titles
    assert all("call update_user_password()" in one for one in titles)


BASKET = """
"use server";
import { cookies } from "next/headers";
import { PrismaClient } from "@prisma/client";
const db = new PrismaClient();
export async function empty(basketId) {
  await db.basket.delete({ where: { id: %s } });
}
"""


@pytest.mark.parametrize(
    ("found_by", "told"), [('(await cookies()).get("basket")?.value', []), ("basketId", ["missing-session"])]
)
def test_a_visitor_empties_the_basket_that_their_own_browser_keeps(found_by, told):
    """By its id in the arguments of the action it is anybody's; by the cookie it is asked whether that is meant."""
    report = report_code(map_of({"app/actions.ts": BASKET % found_by}))
    assert [one.rule for one in report.findings if str(one.severity) != "low"] == told
    assert bool(report.questions) is not bool(told)


OPEN = """
import { createClient } from "@supabase/supabase-js";
const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
export async function POST(request) {
  const { id, studio } = await request.json();
  %s
  return Response.json({});
}
"""


@pytest.mark.parametrize(
    ("write", "found"),
    [
        ('await admin.from("credit_transactions").insert({ studio_id: studio, kind: "EARNED", ref_id: id });', True),
        ('await admin.from("loyalty_wallets").insert({ studio_id: studio, ref_id: id });', True),
        ('await admin.from("class_signups").insert({ studio_id: studio, ref_id: id });', False),
        ('await admin.from("donors").update({ status: "APPROVED" }).eq("id", id);', True),
        ('await admin.from("donors").update({ status: "SEEN" }).eq("id", id);', False),
    ],
)
def test_a_public_path_is_no_reason_to_hand_out_what_is_worth_something(write: str, found: bool) -> None:
    """Visitors sign up and count their visits; they approve nobody and credit nobody."""
    loud = {Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM}
    made = detect_code(map_of({"app/api/public/arrive/route.ts": OPEN % write}))
    told = {one.rule for one in made if one.severity in loud}
    assert ("missing-session" in told) is found


WINDOW = """
import { admin } from "../../lib/admin";
export async function GET(request) {
  const at = new URL(request.url).searchParams;
  const { data } = await admin.from("%s").select("%s").eq("%s", at.get("whose"));
  return Response.json(data);
}
"""


@pytest.mark.parametrize(
    ("table", "columns", "column", "found"),
    [
        ("brands", "id, name, slug", "shop_id", set()),
        ("services", "id, title, price", "store_id", set()),
        ("services", "id, title, price", "user_id", {"identity-from-request"}),
        ("brands", "id, name, contact_email, phone", "shop_id", {"missing-session"}),
        ("shifts", "id, starts_at, note", "store_id", {"missing-session"}),
    ],
)
def test_the_window_of_a_shop_that_the_address_names(table: str, columns: str, column: str, found: set[str]) -> None:
    """Whoever looks into a shop says which; a person's rows, or what no window shows, are told."""
    files = {"lib/admin.ts": ADMIN, "app/window/route.ts": WINDOW % (table, columns, column)}
    rules = {"missing-session", "identity-from-request"}
    assert {one.rule for one in detect_code(map_of(files))} & rules == found
