"""The ways in which people bind a row to its owner, and those that look like one: each is told or left alone for what it does."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


FILES = {
    "tsconfig.json": '{"compilerOptions":{"paths":{"@/*":["./*"]}}}',
    "lib/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();',
    "lib/auth.ts": """
import { auth } from "@clerk/nextjs/server";
import { notFound, redirect } from "next/navigation";
import { prisma } from "./db";
export async function signedIn() {
  const { userId } = await auth();
  if (!userId) redirect("/login");
  return { id: userId };
}
export const memberOf = (orgId, userId) => prisma.member.findUnique({ where: { orgId_userId: { orgId, userId } } });
export async function mustBeMember(orgId) {
  const user = await signedIn();
  if (!(await memberOf(orgId, user.id))) notFound();
  return user;
}
export async function isMember(user, orgId) {
  return (await prisma.member.count({ where: { orgId, userId: user.id } })) > 0;
}
export function mustOwn(row, user) { if (!row || row.userId !== user.id) throw new Error("not found"); }
export const owns = (row, user) => row.userId === user.id;
""",
}
USER = "const user = await signedIn();"
ROW = "const row = await prisma.invoice.findUnique({ where: { id } });"
MINE = "const mine = await prisma.member.findMany({ where: { userId: user.id } });"
OWN = "const own = await prisma.invoice.findFirst({ where: { id, userId: user.id } });"
PAY = "await prisma.invoice.update({ where: { id }, data: { paid: true } });"
OF_ORG = "return prisma.invoice.findFirst({ where: { id, orgId } });"
ALL = "const rows = await prisma.invoice.findMany({ where: { id: { in: ids } } });"
GONE = "await prisma.invoice.deleteMany({ where: { id: { in: ids } } });"
NO = 'throw new Error("no");'

BOUND = {
    "asserted": f"{ROW} mustOwn(row, user); return row;",
    "asked": f"{ROW} if (!row || !owns(row, user)) return null; return row;",
    "compared": f"{ROW} if (row?.userId !== user.id) {NO} return row;",
    "a branch": f"{ROW} if (row) {{ if (row.userId === user.id) {{ return row; }} }} return null;",
    "a switch": f"{ROW} switch (row?.userId) {{ case user.id: return row; default: {NO} }}",
    "its owner or an administrator": f"""{ROW} const me = await prisma.user.findUnique({{ where: {{ id: user.id }} }});
      if (row?.userId !== user.id && me?.role !== "ADMIN") {NO} return row;""",
    "its owner or a member of its house": f"""{ROW} if (!row) {NO} const member = await memberOf(row.orgId, user.id);
      if (row.userId !== user.id && !member) {NO} return row;""",
    "a member, then by the house": f"if (!(await memberOf(orgId, user.id))) {NO} {OF_ORG}",
    "a member asserted": f"await mustBeMember(orgId); {OF_ORG}",
    "a member counted": f"if (!(await isMember(user, orgId))) {NO} {OF_ORG}",
    "a condition on the relation": "return prisma.invoice.findFirst({ where: { id, org: { members: { some: { userId: user.id } } } } });",
    "an alternative that is shared": "return prisma.invoice.findFirst({ where: { id, OR: [{ userId: user.id }, { shared: true }] } });",
    "in one's houses": f"{MINE} return prisma.invoice.findFirst({{ where: {{ id, orgId: {{ in: mine.map((one) => one.orgId) }} }} }});",
    "among one's houses": f"{MINE} {ROW} if (!row || !mine.some((one) => one.orgId === row.orgId)) {NO} return row;",
    "in a set of them": f"{MINE} {ROW} if (!row || !new Set(mine.map((one) => one.orgId)).has(row.orgId)) {NO} return row;",
    "found, then changed": f"{OWN} if (!own) {NO} {PAY}",
    "changed by what was found": f"{OWN} {PAY.replace('{ id }', '{ id: own.id }')}",
    "in a transaction": f"""return prisma.$transaction(async (tx) => {{ {OWN.replace("prisma", "tx")} if (!own) {NO}
      return tx.invoice.delete({{ where: {{ id }} }}); }});""",
    "an administrator, or looked up first": f"""const me = await prisma.user.findUnique({{ where: {{ id: user.id }} }});
      if (me?.role !== "ADMIN") {{ {OWN} if (!own) {NO} }} {PAY}""",
    "every one of several": f"{ALL} if (!rows.every((one) => one.userId === user.id)) {NO} {GONE}",
    "none of them another's": f"{ALL} if (rows.some((one) => one.userId !== user.id)) {NO} {GONE}",
    "a statement": "return prisma.$queryRaw`select * from invoices where id = ${id} and user_id = ${user.id}`;",
    "a statement with quotes": "return prisma.$queryRawUnsafe(`select * from invoices where id = '${id}' and user_id = '${user.id}'`);",
}
LOOSE = {
    "read by its id": f"{ROW} return row;",
    "compared the wrong way": f"{ROW} if (row && owns(row, user)) return null; return row;",
    "compared and only warned": f"{ROW} if (row?.userId !== user.id) console.warn('no'); return row;",
    "compared unless the request says otherwise": f"{ROW} if (!input.skip && row?.userId !== user.id) {NO} return row;",
    "an alternative that is the id": "return prisma.invoice.findFirst({ where: { OR: [{ userId: user.id }, { id }] } });",
    "changed by its id": PAY,
    "found and not looked at": f"{OWN} {PAY}",
    "its owner or an administrator, and another": f"""{ROW} const me = await prisma.user.findUnique({{ where: {{ id: user.id }} }});
      if (row?.userId !== user.id && me?.role !== "ADMIN") {NO}
      return prisma.receipt.findUnique({{ where: {{ id: input.receiptId }} }});""",
    "an administrator of all or of the house, and another": f"""const me = await prisma.user.findUnique({{ where: {{ id: user.id }} }});
      const member = await memberOf(orgId, user.id);
      if (me?.role !== "SUPERADMIN" && member?.role !== "OWNER" && member?.role !== "ADMIN") {NO} {ROW} return row;""",
    "several by their ids": GONE,
    "in a transaction": "return prisma.$transaction(async (tx) => tx.invoice.delete({ where: { id } }));",
    "a member of another house": f"await mustBeMember(orgId); {ROW} return row;",
    "a statement": "return prisma.$queryRaw`select * from invoices where id = ${id}`;",
    "a statement with quotes": "return prisma.$queryRawUnsafe(`select * from invoices where id = '${id}'`);",
}


def told(body: str) -> set[str]:
    action = f"""
"use server";
import {{ prisma }} from "@/lib/db";
import {{ isMember, memberOf, mustBeMember, mustOwn, owns, signedIn }} from "@/lib/auth";
export async function act(id, orgId, ids, input) {{
  {USER}
  {body}
}}
"""
    found = followed({**FILES, "app/actions.ts": action}).findings
    return {one.rule for one in found} & {
        "id-only-lookup",
        "parent-authorised-child-by-id",
        "ineffective-guard",
        "unscoped-read",
    }


@pytest.mark.parametrize("body", BOUND.values(), ids=BOUND)
def test_a_row_that_is_bound_is_left_alone(body):
    assert told(body) == set()


@pytest.mark.parametrize("body", LOOSE.values(), ids=LOOSE)
def test_a_row_that_only_looks_bound_is_told(body):
    assert told(body)


def test_a_predicate_that_nobody_waited_for_is_told():
    assert told(f"if (!isMember(user, orgId)) {NO} {OF_ORG}") >= {"ineffective-guard"}
