"""Rows are bound to whoever asks for them: in the query, after it, or before a write."""

from __future__ import annotations

import pytest

from codemods.target import Needed
from tests.unit.codemods.tools import check_edited, check_refused


HEAD = """
import { eq } from "drizzle-orm";

export async function GET(request: Request) {
  const session = await auth();
  if (!session?.user) return new Response("no", { status: 401 });
"""


def handler(line: str, head: str = HEAD) -> str:
    return f"{head}  {line}\n}}\n"


@pytest.mark.parametrize(
    ("engine", "column", "before", "after"),
    [
        (
            "prisma",
            "userId",
            "db.chat.findUnique({ where: { id } })",
            "db.chat.findUnique({\n    where: { id, userId: session.user.id },\n  })",
        ),
        ("prisma", "userId", "db.chat.count()", None),
        (
            "prisma",
            "team.userId",
            "db.chat.delete({ where: { id } })",
            "db.chat.delete({\n    where: { id, team: { userId: session.user.id } },\n  })",
        ),
        (
            "prisma",
            "userId",
            "db.chat.findMany({ take: 9 })",
            "db.chat.findMany({\n    where: { userId: session.user.id },\n    take: 9,\n  })",
        ),
        (
            "prisma",
            "userId",
            "db.chat.findMany({ where })",
            "db.chat.findMany({ where: { ...where, userId: session.user.id } })",
        ),
        (
            "supabase",
            "user_id",
            'db.from("a").delete().eq("id", id)',
            'db\n    .from("a")\n    .delete()\n    .eq("id", id)\n    .eq("user_id", session.user.id)',
        ),
        (
            "supabase",
            "user_id",
            'db.from("chats").select("*").order("id").limit(9)',
            'db\n    .from("chats")\n    .select("*")\n    .eq("user_id", session.user.id)\n    .order("id")\n    .limit(9)',
        ),
        (
            "kysely",
            "user_id",
            'db.deleteFrom("a").where("id", "=", id)',
            'db\n    .deleteFrom("a")\n    .where("id", "=", id)\n    .where("user_id", "=", session.user.id)',
        ),
    ],
)
def test_the_owner_joins_the_condition(engine: str, column: str, before: str, after: str | None) -> None:
    line = "const rows = await {};"
    if after is None:
        check_refused("owner_filter", handler(line.format(before)), "no argument", before, engine=engine, column=column)
    else:
        check_edited(
            "owner_filter",
            handler(line.format(before)),
            handler(line.format(after)),
            before,
            engine=engine,
            column=column,
        )


def test_drizzle_conditions_are_joined_with_and() -> None:
    before = handler("await db.delete(pages).where(eq(pages.id, id));")
    after = handler(
        "await db\n    .delete(pages)\n    .where(and(eq(pages.id, id), eq(pages.userId, session.user.id)));"
    )
    after = after.replace("{ eq }", "{ eq, and }")
    check_edited(
        "owner_filter", before, after, "db.delete(pages).where(eq(pages.id, id))", engine="drizzle", column="userId"
    )


def test_a_relational_query_of_drizzle_finds_its_table_in_the_condition() -> None:
    query = "db.query.pages.findFirst({ where: eq(pages.id, id) })"
    condition = "and(eq(pages.id, id), eq(pages.userId, session.user.id))"
    wanted = f"db.query.pages.findFirst({{\n    where: {condition},\n  }})"
    before, after = handler(f"await {query};"), handler(f"await {wanted};").replace("{ eq }", "{ eq, and }")
    check_edited("owner_filter", before, after, query, engine="drizzle", column="userId")


def test_old_prisma_finds_first_and_refuses_to_update_by_two_columns() -> None:
    facts = {"engine": "prisma", "column": "userId", "prisma": "4"}
    query = "db.chat.findUnique({ where: { id } })"
    wanted = "db.chat.findFirst({ where: { id, userId: session.user.id } })"
    check_edited("owner_filter", handler(f"await {query};"), handler(f"await {wanted};"), query, **facts)
    update = "db.chat.update({ where: { id }, data })"
    check_refused("owner_filter", handler(f"await {update};"), "Prisma 4", update, **facts)


def test_the_tenant_comes_from_a_name_that_is_known_or_read_elsewhere() -> None:
    known = "export async function DELETE() {\n  const team = await throwIfNoAccess();\n  await db.key.delete({ where: { id } });\n}\n"
    wanted = known.replace("{ id } }", "{ id, teamId: team.teamId } }")
    query = "db.key.delete({ where: { id } })"
    check_edited(
        "owner_filter", known, wanted, query, engine="prisma", column="teamId", paths="throwIfNoAccess=teamId,role"
    )
    check_edited(
        "owner_filter",
        known,
        known.replace("{ id } }", "{ id, teamId: team.id } }"),
        query,
        engine="prisma",
        column="teamId",
    )
    check_refused("owner_filter", known, "who the caller is", query, engine="prisma", column="shopId")


def test_a_tenant_that_the_request_names_proves_nothing() -> None:
    text = "export async function DELETE(request: Request) {\n  const { teamId, id } = await request.json();\n  await db.key.delete({ where: { id } });\n}\n"
    query = "db.key.delete({ where: { id } })"
    facts = {"engine": "prisma", "column": "teamId"}
    check_refused("owner_filter", text, "who the caller is", query, proven="0", **facts)
    check_edited("owner_filter", text, text.replace("{ id } });", "{ id, teamId } });"), query, proven="1", **facts)


def test_a_service_that_was_told_the_caller_uses_it() -> None:
    before = (
        "export const select = async ({ userId, id }: Input) => {\n  await db.row.findFirst({ where: { id } });\n};\n"
    )
    after = before.replace("{ id } }", "{ id, userId } }")
    query = "db.row.findFirst({ where: { id } })"
    check_edited("owner_filter", before, after, query, engine="prisma", column="userId", told="1")
    check_refused("owner_filter", before, "who the caller is", query, engine="prisma", column="userId")


def test_raw_sql_is_said_and_not_rewritten() -> None:
    check_refused(
        "owner_filter",
        handler("await sql`select 1`.run();"),
        "AND user_id",
        "sql`select 1`.run()",
        engine="sql",
        column="user_id",
    )


def test_a_missing_row_and_a_foreign_row_get_one_answer() -> None:
    line = 'const chat = await getChat({ id });\n  if (!chat) {\n    return new Response("x", { status: 404 });\n  }'
    wanted = line.replace("!chat)", "!chat || chat.userId !== session.user.id)")
    check_edited("compare", handler(line), handler(wanted), "getChat({ id })", column="userId")


def test_a_row_nobody_looked_at_is_compared_right_after_the_fetch() -> None:
    line = 'const { data: chat } = await db.from("chats").select("*").eq("id", id).single();'
    wanted = (
        line
        + '\n  if (!chat || chat.user_id !== session.user.id) {\n    return new Response("Not found", { status: 404 });\n  }'
    )
    query = 'db.from("chats").select("*").eq("id", id).single()'
    check_edited("compare", handler(line), handler(wanted), query, column="user_id")
    check_refused("compare", handler(f"return Response.json(await {query});"), "no name", query, column="user_id")


def test_the_id_of_a_request_is_looked_up_before_it_is_used() -> None:
    line = "const chatId = body.chatId;\n  await vote({ chatId });"
    check = 'const chat = await getChatById({ id: chatId });\n  if (!chat || chat.userId !== session.user.id) {\n    return new Response("Not found", { status: 404 });\n  }\n  '
    wanted = line.replace("await vote", check + "await vote")
    after = handler(wanted).replace('"drizzle-orm";', '"drizzle-orm";\nimport { getChatById } from "@/db";')
    facts = {
        "lookup": "await getChatById({ id: {id} })",
        "differs": "userId !== {caller}",
        "id": "chatId",
        "name": "chat",
        "column": "userId",
    }
    check_edited(
        "verify", handler(line), after, "await vote({ chatId })", needs=(Needed("@/db", "getChatById"),), **facts
    )
    check_refused("verify", handler("await vote();"), "cannot be named", "await vote()", **facts)


STORED = {
    "lookup": "await db.project.findFirst({ where: { id: {id}, userId: {caller} } })",
    "id": "projectId",
    "value": "session.user.id",
    "name": "project",
    "kind": "action",
    "stored": "projectId",
}


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("data: { projectId: body.project }", "id: body.project"),
        ("data: { project: { connect: { id: body.project } } }", "id: body.project"),
    ],
)
def test_what_is_looked_up_is_what_is_stored_and_not_what_is_called_alike(stored: str, asked: str) -> None:
    line = f"const body = await read();\n  const projectId = other(body);\n  await db.task.create({{ {stored} }});"
    found = f"const project = await db.project.findFirst({{\n    where: {{ {asked}, userId: session.user.id }},\n  }});"
    refused = 'if (!project) {\n    throw new Error("Not found");\n  }'
    after = handler(line.replace("await db.task", f"{found}\n  {refused}\n  await db.task"))
    column = "project.connect.id" if "connect" in stored else "projectId"
    facts = STORED | {"stored": column}
    check_edited("verify", handler(line), after, f"db.task.create({{ {stored} }})", **facts)


def test_what_only_a_callback_knows_is_left_to_a_person() -> None:
    line = "await db.task.createMany({ data: tasks.map((task) => ({ projectId: task.project })) });"
    check_refused("verify", handler(line), "cannot be named here", line[6:-1], **STORED)


def test_a_row_that_was_found_already_is_compared_and_not_read_again() -> None:
    line = "const id = body.id;\n  const chat = await getChatById({ id });\n  await save(id);"
    check = 'if (chat && chat.userId !== session.user.id) {\n    return new Response("Not found", { status: 404 });\n  }\n  '
    facts = {
        "lookup": "await getChatById({ id: {id} })",
        "differs": "userId !== {caller}",
        "id": "id",
        "column": "userId",
    }
    check_edited(
        "verify", handler(line), handler(line.replace("await save", check + "await save")), "await save(id)", **facts
    )


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (
            "const { userId, title } = await request.json();\n  await save(userId, title);",
            "const { title } = await request.json();\n  const userId = session.user.id;\n  await save(userId, title);",
        ),
        ('const userId = searchParams.get("userId") as string;', "const userId = session.user.id;"),
        ("await save(body.userId);", "await save(session.user.id);"),
    ],
)
def test_the_session_takes_the_place_of_what_the_caller_wrote(line: str, wanted: str) -> None:
    check_edited("identity", handler(line), handler(wanted), "const session", **{"from": "body.userId"})


def test_a_parameter_of_an_action_is_compared() -> None:
    before = 'export async function save(userId: string) {\n  const { userId: me } = await auth();\n  if (!me) throw new Error("no");\n  await db.x(userId);\n}\n'
    after = before.replace("  await db", '  if (userId !== me) {\n    throw new Error("Forbidden");\n  }\n  await db')
    check_edited("identity", before, after, "await db.x(userId)", kind="action", **{"from": "argument.userId"})


def test_listed_fields_take_the_place_of_the_spread() -> None:
    line = "const body = await request.json();\n  await db.user.update({ where: { id }, data: { ...body } });\n  return Response.json(body.name);"
    wanted = line.replace("{ ...body }", "{ name: body.name }")
    check_edited("pick", handler(line), handler(wanted), "db.user.update({ where: { id }, data: { ...body } })")
    check_refused(
        "pick",
        handler("await db.user.update({ data: { ...body } });"),
        "not known",
        "db.user.update({ data: { ...body } })",
    )


def test_fields_of_the_schema_that_parsed_the_body_are_listed() -> None:
    before = "const Body = z.object({ name: z.string(), city: z.string() });\nexport async function POST(request: Request) {\n  const body = Body.parse(await request.json());\n  await db.user.update({ where: { id }, data: body });\n}\n"
    after = before.replace(
        "({ where: { id }, data: body })",
        "({\n    where: { id },\n    data: { name: body.name, city: body.city },\n  })",
    )
    check_edited("pick", before, after, "db.user.update({ where: { id }, data: body })")


def test_an_id_that_is_read_from_the_input_is_looked_up_under_that_name() -> None:
    before = """
        export const watch = async ({ input, ctx }) => {
          await prisma.watcher.create({ data: { pollId: input.pollId, userId: ctx.user.id } });
        };
    """
    after = """
        export const watch = async ({ input, ctx }) => {
          const poll = await prisma.poll.findFirst({
            where: { id: input.pollId, userId: ctx.user.id },
          });
          if (!poll) {
            throw new Error("Not found");
          }
          await prisma.watcher.create({ data: { pollId: input.pollId, userId: ctx.user.id } });
        };
    """
    check_edited(
        "verify",
        before,
        after,
        "prisma.watcher.create",
        path="lib/watch.ts",
        lookup="await prisma.poll.findFirst({ where: { id: {id}, userId: {caller} } })",
        id="pollId",
        name="poll",
        value="ctx.user.id",
        kind="service",
    )


def test_an_id_that_is_read_in_two_ways_is_left_to_a_person() -> None:
    text = """
        export const watch = async ({ input, old }) => {
          await prisma.watcher.create({ data: { pollId: input.pollId, from: old.pollId } });
        };
    """
    lookup = "await prisma.poll.findFirst({ where: { id: {id} } })"
    check_refused(
        "verify", text, "cannot be named here", "prisma.watcher", lookup=lookup, id="pollId", value="ctx.user.id"
    )
