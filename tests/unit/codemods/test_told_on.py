"""Functions, statements, keys and lists that are told whose rows they work with."""

from __future__ import annotations

import pytest

from tests.unit.codemods.tools import check_edited, check_refused


HELPER = """
import { eq } from "drizzle-orm";

async function findNote(id: string) {
  return await db.query.notes.findFirst({
    where: eq(notes.id, id),
  });
}

export async function GET(request: Request) {
  const session = await auth();
  return Response.json(await findNote(request.url));
}
"""


def test_a_function_of_the_file_is_told_who_asks() -> None:
    after = (
        HELPER.replace("{ eq }", "{ eq, and }")
        .replace("(id: string)", "(id: string, userId: string)")
        .replace("eq(notes.id, id)", "and(eq(notes.id, id), eq(notes.userId, userId))")
        .replace("findNote(request.url)", "findNote(request.url, session.user.id)")
    )
    at = "db.query.notes.findFirst({\n    where: eq(notes.id, id),\n  })"
    check_edited("hand_on", HELPER, after, at, engine="drizzle", column="userId", table="notes")


def test_a_function_that_others_use_too_is_left_to_a_person() -> None:
    at = "db.query.notes.findFirst({\n    where: eq(notes.id, id),\n  })"
    facts = {"engine": "drizzle", "column": "userId", "table": "notes"}
    check_refused("hand_on", HELPER + "export { findNote };\n", "wherever it is used", at, **facts)
    stranger = HELPER.replace("  const session = await auth();\n", "")
    check_refused("hand_on", stranger, "does not know who", at, **facts)
    check_refused("hand_on", HELPER, "could not be changed here", at, **{**facts, "column": "team.userId"})


def test_a_condition_on_several_lines_moves_in() -> None:
    before = HELPER.replace("eq(notes.id, id)", "byId\n      ? eq(notes.id, id)\n      : eq(notes.slug, id)")
    wanted = "and(\n      byId\n        ? eq(notes.id, id)\n        : eq(notes.slug, id),\n      eq(notes.userId, me),\n    )"
    after = before.replace("{ eq }", "{ eq, and }").replace(
        "byId\n      ? eq(notes.id, id)\n      : eq(notes.slug, id)", wanted
    )
    at = "db.query.notes.findFirst({\n    where: byId\n      ? eq(notes.id, id)\n      : eq(notes.slug, id),\n  })"
    check_edited("owner_filter", before, after, at, engine="drizzle", column="userId", table="notes", value="me")


def test_a_key_that_a_function_makes_is_wrapped_for_read_and_fill() -> None:
    """Two customers asked for the same range, and were given the same numbers."""
    before = """
    export async function GET() {
      const session = await auth();
      const cacheKey = statsKey({ range });
      const kept = await readCache(cacheKey);
      if (kept) return Response.json(kept);
      await writeCache(cacheKey, rows);
    }
    """
    after = before.replace("statsKey({ range })", "`${statsKey({ range })}:${session.user.id}`")
    check_edited("cache_key", before, after)


def test_a_spread_on_a_line_of_its_own_becomes_lines() -> None:
    before = "export async function PATCH() {\n  await db.update(notes).set({\n    ...body,\n  });\n}\n"
    after = before.replace("    ...body,", "    title: body.title,\n    text: body.text,")
    check_edited("pick", before, after, "db.update(notes).set({\n    ...body,\n  })", fields="title,text")


def sql(statement: str) -> str:
    return f"export async function GET() {{\n  const session = await auth();\n  return await {statement};\n}}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "db`SELECT * FROM notes WHERE id = ${id}`",
            "db`SELECT * FROM notes WHERE id = ${id} AND user_id = ${session.user.id}`",
        ),
        (
            "db`select title from notes where id = ${id} order by at limit 1`",
            "db`select title from notes where id = ${id} and user_id = ${session.user.id} order by at limit 1`",
        ),
        ("db`DELETE FROM notes`", "db`DELETE FROM notes WHERE user_id = ${session.user.id}`"),
        (
            "prisma.$queryRaw`UPDATE notes SET title = ${title} WHERE id = ${id} RETURNING id`",
            "prisma.$queryRaw`UPDATE notes SET title = ${title} WHERE id = ${id} AND user_id = ${session.user.id} RETURNING id`",
        ),
        (
            'pool.query("SELECT * FROM notes WHERE id = $1", [id])',
            'pool.query("SELECT * FROM notes WHERE id = $1 AND user_id = $2", [id, session.user.id])',
        ),
    ],
)
def test_a_simple_statement_names_the_owner(before: str, after: str) -> None:
    """The id came from the address bar, and the statement asked for nothing else."""
    check_edited("owner_filter", sql(before), sql(after), before, engine="sql", column="user_id")


@pytest.mark.parametrize(
    "statement",
    [
        "db`SELECT * FROM notes JOIN pages ON pages.id = notes.page_id WHERE notes.id = ${id}`",
        "db`SELECT * FROM notes WHERE id = ${id} OR slug = ${id}`",
        "db`SELECT * FROM notes WHERE id IN (SELECT note_id FROM links)`",
        "db`TRUNCATE TABLE notes`",
        'pool.query("SELECT * FROM notes WHERE id = $1", values)',
        'pool.query("SELECT * FROM notes WHERE id = $1", [id, other])',
        "pool.query(`SELECT * FROM notes WHERE ${wanted}`, [id])",
        "db`SELECT * FROM notes WHERE user_id = ${asked}`",
    ],
)
def test_other_statements_are_left_to_a_person(statement: str) -> None:
    check_refused("owner_filter", sql(statement), "user_id", statement, engine="sql", column="user_id")


def test_many_fields_stand_on_lines_of_their_own() -> None:
    fields = [f"field{number}" for number in range(9)]
    before = (
        "export async function PATCH() {\n  await db.note.update({\n    where: { id },\n    data: body,\n  });\n}\n"
    )
    lines = "".join(f"      {one}: body.{one},\n" for one in fields)
    after = before.replace("data: body,", f"data: {{\n{lines}    }},")
    at = "db.note.update({\n    where: { id },\n    data: body,\n  })"
    check_edited("pick", before, after, at, fields=",".join(fields))


def test_an_id_has_no_owner_to_compare() -> None:
    text = sql("x").replace("  return await x;", "  const roleId = await getRoleId(slug);\n  return roleId;")
    check_refused("compare", text, "no name to compare", "getRoleId(slug)", column="userId")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "await db\n    .update(page)\n    .set({ domain })\n    .where(eq(page.id, opts.input.pageId))\n    .returning();",
            "await db\n    .update(page)\n    .set({ domain })\n    .where(\n      and(\n        eq(page.id, opts.input.pageId),\n        eq(page.workspaceId, opts.session.currentWorkspaceId),\n      ),\n    )\n    .returning();",
        ),
        (
            "const [one] = await db.select().from(page).where(eq(page.id, id)).limit(1);",
            "const [one] = await db\n    .select()\n    .from(page)\n    .where(\n      and(\n        eq(page.id, id),\n        eq(page.workspaceId, opts.session.currentWorkspaceId),\n      ),\n    )\n    .limit(1);",
        ),
    ],
)
def test_a_condition_that_gets_too_wide_is_broken_as_a_formatter_would(before: str, after: str) -> None:
    head = 'import { and, eq } from "drizzle-orm";\n\nexport async function run(opts: Opts, id: string) {\n  '
    check_edited(
        "owner_filter",
        f"{head}{before}\n}}\n",
        f"{head}{after}\n}}\n",
        before.removeprefix("const [one] = ").removesuffix(";"),
        engine="drizzle",
        column="workspaceId",
        value="opts.session.currentWorkspaceId",
    )
