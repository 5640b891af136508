"""A check that throws stands in a ``try``, and whoever catches goes on: the row is answered to whoever asked for it."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


FILES = {
    "lib/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();',
    "lib/auth.ts": """
import { auth } from "@clerk/nextjs/server";
export async function signedIn() {
  const { userId } = await auth();
  if (!userId) throw new Error("sign in");
  return userId;
}
export function mustOwn(row, userId) {
  if (row?.userId !== userId) throw new Error("not found");
}
""",
}


def rules(body: str) -> set[str]:
    action = f"""
"use server";
import {{ prisma }} from "@/lib/db";
import {{ mustOwn, signedIn }} from "@/lib/auth";
export async function read(id: string, ids: string[], changes: object) {{
  const userId = await signedIn();
  {body}
}}
"""
    settings = {"tsconfig.json": '{"compilerOptions":{"paths":{"@/*":["./*"]}}}'}
    return {one.rule for one in followed({**FILES, **settings, "app/actions.ts": action}).findings} - {
        "missing-validation"
    }


ROW = "const row = await prisma.invoice.findUnique({ where: { id } });\n  "


@pytest.mark.parametrize(
    "caught",
    ["return null;", "throw new Error('no');", "return { error: true };"],
    ids=["nothing", "again", "an error"],
)
def test_a_check_whose_error_ends_the_handler_holds(caught):
    assert rules(f"{ROW} try {{ mustOwn(row, userId); }} catch {{ {caught} }} return row;") == set()


def test_a_check_whose_error_is_only_logged_holds_nobody_up():
    told = rules(f"{ROW} try {{ mustOwn(row, userId); }} catch (error) {{ console.log(error); }} return row;")

    assert told & {"id-only-lookup", "ineffective-guard"}


def test_a_check_that_returns_is_not_caught():
    held = (
        f"{ROW} try {{ if (row?.userId !== userId) return null; }} catch (error) {{ console.log(error); }} return row;"
    )

    assert rules(held) == set()


def test_rows_that_are_read_behind_the_check_in_the_same_try_are_held():
    held = """
  let rows = [];
  try {
    const own = await prisma.invoice.findFirst({ where: { id, userId } });
    if (!own) throw new Error("not found");
    rows = await prisma.line.findMany({ where: { invoiceId: id } });
  } catch (error) {
    console.log(error);
  }
  return rows;
"""
    assert rules(held) == set()


@pytest.mark.parametrize(
    "answer",
    ["return row && row.userId === userId ? row : null;", "return row?.userId === userId && row;"],
    ids=["chosen", "joined"],
)
def test_a_row_that_is_answered_only_where_it_was_compared_is_held(answer):
    assert rules(ROW + answer) == set()
    assert "id-only-lookup" in rules(ROW + answer.replace("=== userId", "!== null"))


def test_as_many_own_rows_as_ids_were_sent_are_all_of_them():
    counted = "const n = await prisma.invoice.count({ where: { id: { in: ids }, userId } });"
    gone = "await prisma.invoice.deleteMany({ where: { id: { in: ids } } });"

    assert rules(f"{counted} if (n !== ids.length) throw new Error('no'); {gone}") == set()
    assert rules(f"{counted} {gone}") & {"id-only-lookup", "parent-authorised-child-by-id"}


def test_two_reads_on_one_line_are_two():
    both = "await Promise.all([prisma.invoice.findUnique({ where: { id } }), prisma.member.findFirst({ where: { userId } })]);"

    assert rules(f"const [row, member] = {both} if (!row || !member) return null; return row;") & {"id-only-lookup"}


def test_an_argument_that_is_stored_whole_may_name_another_owner():
    told = rules("return prisma.invoice.update({ where: { id, userId }, data: changes });")

    assert told == {"mass-assignment"}


@pytest.mark.parametrize("catch", ["catch {}", "catch (error) {}", "catch { /* not mine */ }", "catch { log(); }"])
def test_a_catch_clause_that_does_nothing_swallows_as_well(catch):
    check = "mustOwn(await prisma.note.findUnique({ where: { id } }), userId);"
    delete = "await prisma.note.delete({ where: { id } });"
    assert "id-only-lookup" in rules(f"try {{ {check} }} {catch} {delete}")
    assert "id-only-lookup" not in rules(f"try {{ {check} {delete} }} {catch}")
    assert "id-only-lookup" not in rules(f"try {{ {check} }} finally {{ }} {delete}")
