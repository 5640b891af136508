"""What the repository asks elsewhere is asked here too: its access functions, its look-ups, in the right order."""

from __future__ import annotations

from assistant.text.edits import apply_hunks
from codemods.registry import change
from codemods.target import Edits, Needed
from tests.unit.codemods.tools import check_edited, check_refused, target_of


DELETE = """
import { z } from "zod";
import { prisma } from "@/lib/prisma";

export const notes = router({
  remove: procedure.input(schema).mutation(async ({ input, ctx }) => {
    const noteId = await idOf(input.slug);
    await prisma.note.delete({ where: { id: noteId } });
    return ctx.user.id;
  }),
});
"""


def test_the_access_function_is_asked_where_the_id_is_known() -> None:
    """Deleting by an id that was looked up let everybody delete; five other handlers asked first."""
    check_edited(
        "access",
        DELETE,
        DELETE.replace('from "zod";\n', 'from "zod";\nimport { mayEdit } from "@/lib/access";\n')
        .replace('import { prisma } from "@/lib/prisma";\nimport', "import")
        .replace(
            'import { mayEdit } from "@/lib/access";\nimport { prisma } from "@/lib/prisma";\n',
            'import { prisma } from "@/lib/prisma";\nimport { mayEdit } from "@/lib/access";\n',
        )
        .replace(
            "(input.slug);\n",
            "(input.slug);\n    if (!(await mayEdit(noteId, ctx.user.id))) {\n"
            '      throw new TRPCError({ code: "FORBIDDEN" });\n    }\n',
        )
        .replace('from "@/lib/access";\n', 'from "@/lib/access";\nimport { TRPCError } from "@trpc/server";\n'),
        "prisma.note.delete({ where: { id: noteId } })",
        needs=(Needed("@/lib/access", "mayEdit"),),
        call="await mayEdit({id}, {caller})",
        helper="mayEdit",
        key="id",
        kind="procedure",
    )


def test_an_access_function_that_throws_is_called_alone() -> None:
    check_edited(
        "access",
        DELETE,
        DELETE.replace(
            "(input.slug);\n", "(input.slug);\n    await assertAccess({ noteId: noteId, by: ctx.user.id });\n"
        ),
        "prisma.note.delete({ where: { id: noteId } })",
        call="await assertAccess({ noteId: {id}, by: {caller} })",
        helper="assertAccess",
        throws="1",
        kind="procedure",
    )


def test_an_id_made_inside_the_query_is_left_to_a_person() -> None:
    text = DELETE.replace("{ id: noteId }", "{ id: String(noteId) }")
    check_refused("access", text, "made inside", "prisma.note.delete({ where: { id: String(noteId) } })", call="x")


COMMENT = """
import { TRPCError } from "@trpc/server";

export const comments = router({
  remove: procedure.mutation(async ({ input: { commentId }, ctx }) => {
    const comment = await prisma.comment.findUnique({
      where: { id: commentId },
      select: { postId: true },
    });
    if (!comment) {
      throw new TRPCError({ code: "NOT_FOUND" });
    }
    await prisma.comment.delete({ where: { id: commentId } });
    return ctx.user.id;
  }),
});
"""
ROW = {
    "columns": "userId,guestId",
    "parent": "postId",
    "model": "prisma.comment",
    "call": "await mayEdit({id}, {caller})",
    "kind": "procedure",
}


def test_the_author_and_who_administers_the_parent_may_delete() -> None:
    """A guest's comment has its author in another column: either of them, or the post's administrator, and nobody else."""
    after = COMMENT.replace("{ postId: true }", "{ postId: true, userId: true, guestId: true }").replace(
        '"NOT_FOUND" });\n    }\n',
        '"NOT_FOUND" });\n    }\n    if (\n      comment.userId !== ctx.user.id &&\n      comment.guestId !== ctx.user.id &&\n'
        "      !(await mayEdit(comment.postId, ctx.user.id))\n    ) {\n"
        '      throw new TRPCError({ code: "FORBIDDEN" });\n    }\n',
    )
    check_edited("row_access", COMMENT, after, "prisma.comment.delete({ where: { id: commentId } })", **ROW)


def test_a_row_that_nobody_read_is_read_first() -> None:
    start, rest = COMMENT.split("    const comment", 1)
    before = start + rest[rest.index("    await prisma.comment.delete") :]
    after = before.replace(
        "    await prisma.comment.delete",
        "    const existingComment = await prisma.comment.findUnique({\n      where: { id: commentId },\n"
        "      select: { userId: true, postId: true },\n    });\n    if (!existingComment) {\n"
        '      throw new TRPCError({ code: "NOT_FOUND" });\n    }\n    if (\n      existingComment.userId !== ctx.user.id &&\n'
        "      !(await mayEdit(existingComment.postId, ctx.user.id))\n    ) {\n"
        '      throw new TRPCError({ code: "FORBIDDEN" });\n    }\n    await prisma.comment.delete',
    )
    check_edited(
        "row_access",
        before,
        after,
        "prisma.comment.delete({ where: { id: commentId } })",
        **{**ROW, "columns": "userId"},
    )


def test_a_check_is_exported_once() -> None:
    text = "const mayEdit = async (id: string) => ask(id);\n"
    check_edited("export_it", text, f"export {text}", name="mayEdit")
    check_refused("export_it", text, "could not be found", name="other")


LINKS = """
import { db } from "@acme/db";
import { links } from "@acme/db/schema";

export async function POST(request: Request) {
  const session = await auth();
  const input = await request.json();
  await db.transaction((tx) => {
    for (const monitorId of input.monitorIds) {
      tx.insert(links).values({ pageId: input.pageId, monitorId });
    }
  });
  return Response.json({});
}
"""
DRIZZLE = (Needed("@acme/db/schema", "monitor"), Needed("@acme/db", "and"), Needed("@acme/db", "eq"))


def test_every_row_of_a_list_is_looked_at_before_the_transaction() -> None:
    """Links to anybody's monitors could be made, one id of a list at a time."""
    check = """\
  if (input.monitorIds?.length) {
    const ownedMonitors = await db
      .select({ id: monitor.id })
      .from(monitor)
      .where(
        and(
          inArray(monitor.id, input.monitorIds),
          eq(monitor.userId, session.user.id),
        ),
      );
    if (ownedMonitors.length !== new Set(input.monitorIds).size) {
      return Response.json({ error: "Not found" }, { status: 404 });
    }
  }
"""
    after = LINKS.replace("  await db.transaction", check + "  await db.transaction")
    after = after.replace("{ db }", "{ db, and, eq }").replace("{ links }", "{ links, monitor }")
    check_edited(
        "verify_all",
        LINKS,
        after,
        "tx.insert(links)",
        needs=DRIZZLE,
        lookup="await {client}\n  .select({ id: monitor.id })\n  .from(monitor)\n"
        "  .where(and(inArray(monitor.id, {ids}), eq(monitor.userId, {caller})))",
        client="tx",
        id="monitorIds",
        name="ownedMonitors",
        column="userId",
    )


def test_one_row_is_looked_at_outside_the_transaction_too() -> None:
    check = """\
  const [ownedPage] = await db
    .select({ id: page.id })
    .from(page)
    .where(and(eq(page.id, input.pageId), eq(page.userId, session.user.id)));
  if (!ownedPage) {
    return Response.json({ error: "Not found" }, { status: 404 });
  }
"""
    check_edited(
        "verify",
        LINKS,
        LINKS.replace("  await db.transaction", check + "  await db.transaction"),
        "tx.insert(links)",
        lookup="await {client}\n  .select({ id: page.id })\n  .from(page)\n  .where(and(eq(page.id, {id}), eq(page.userId, {caller})))",
        client="tx",
        listed="1",
        id="pageId",
        name="ownedPage",
        column="userId",
    )


SEND = """
export async function sendMessage(userId: string, chatId: string) {
  // keep it first
  await saveMessage(chatId);

  // then look whose chat it is
  const { data: chat, error } = await supabase
    .from("chats")
    .select("id")
    .eq("id", chatId)
    .eq("user_id", userId)
    .single();
  if (error || !chat) throw new Error("Chat not found");

  await answer(chat);
}
"""


def test_a_write_moves_behind_the_check_that_came_too_late() -> None:
    """The message of a stranger was kept, and only then refused."""
    head, rest = SEND.split("  // keep it first\n  await saveMessage(chatId);\n\n")
    moved = rest.replace('not found");\n', 'not found");\n\n  // keep it first\n  await saveMessage(chatId);\n')
    at = "saveMessage(chatId)"
    answer = change("check_first", SEND.encode(), target_of(SEND, at, "server/chat.ts", {}, ()))
    assert isinstance(answer, Edits)
    edited = apply_hunks(SEND.encode(), answer.hunks).decode()
    assert edited == head + moved
    assert change("check_first", edited.encode(), target_of(edited, at, "server/chat.ts", {}, ())) == Edits(())


def test_a_write_whose_answer_is_used_stays() -> None:
    text = SEND.replace("await saveMessage(chatId);", "const kept = await saveMessage(chatId);").replace(
        '.eq("user_id", userId)', '.eq("user_id", kept.user_id)'
    )
    check_refused("check_first", text, "used before", "saveMessage(chatId)")
    early = SEND.replace("  const { data: chat", "  if (!chatId) return;\n  const { data: chat")
    check_refused("check_first", early, "used before", "saveMessage(chatId)")


def test_metadata_that_users_edit_decides_nothing() -> None:
    """Whoever signed up by mail could call themselves anything, and was believed."""
    before = "export async function POST() {\n  const login = identity?.login ?? user.user_metadata?.login;\n  if (!login) return no();\n}\n"
    check_edited("metadata", before, before.replace(" ?? user.user_metadata?.login", ""), "async function")
    role = 'export async function POST() {\n  if (user.user_metadata.role !== "admin") return no();\n}\n'
    check_edited("metadata", role, role.replace("user_metadata", "app_metadata"), "async function")
    named = "export async function POST() {\n  if (user.user_metadata.nickname !== name) return no();\n}\n"
    check_refused("metadata", named, "only the server writes", "async function")


def test_a_default_is_no_better_source() -> None:
    text = 'export async function POST() {\n  const role = "guest" ?? user.user_metadata.nickname;\n}\n'
    check_refused("metadata", text, "only the server writes", "async function")


def test_secrets_are_left_out_of_what_a_store_keeps() -> None:
    before = "export async function GET() {\n  const room = await getRoom(id);\n  return Response.json({ room });\n}\n"
    after = before.replace(
        "  return Response.json({ room })",
        "  const { passwordHash, token, ...publicRoom } = room;\n  return Response.json({ room: publicRoom })",
    )
    check_edited("without", before, after, "async function", fields="passwordHash,token")
    check_edited(
        "without",
        before.replace("{ room }", "room"),
        after.replace("{ room: publicRoom }", "publicRoom"),
        "async function",
        fields="passwordHash,token",
    )
