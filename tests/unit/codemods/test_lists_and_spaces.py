"""What a first patch got wrong: lists of rows, rows of a space, look-ups that stand too late."""

from __future__ import annotations

import pytest

from tests.unit.codemods.test_rows import handler
from tests.unit.codemods.tools import check_edited, check_refused


@pytest.mark.parametrize(
    ("signature", "before"),
    [
        ("{ messages }: { messages: Array<Message> }", ""),
        ("messages: Message[]", ""),
        ("input: Input", "const messages = input.lines.map((line) => ({ ...line }));\n  "),
        ("messages: unknown", "if (messages.length === 0) return;\n  "),
    ],
)
def test_a_list_of_rows_is_no_row(signature: str, before: str) -> None:
    """Fields of the first patch were read from the array itself: nothing would have been saved any more."""
    text = (
        f"export async function save({signature}) {{\n  {before}return await db.insert(message).values(messages);\n}}\n"
    )
    check_refused("pick", text, "is a list", "db.insert(message).values(messages)", fields="chatId,content")


def test_a_table_is_not_what_is_written() -> None:
    before = "export async function save(body: Body) {\n  return await db.insert(note).values(body);\n}\n"
    after = before.replace("values(body)", "values({ title: body.title })")
    check_edited("pick", before, after, "db.insert(note).values(body)", fields="title")


def test_a_field_that_is_written_already_is_not_written_twice() -> None:
    line = "await db.user.create({ data: { name, plan: 1, ...seed } });"
    wanted = "await db.user.create({ data: { name, plan: 1, phone: seed.phone } });"
    check_edited(
        "pick",
        handler(line),
        handler(wanted),
        "db.user.create({ data: { name, plan: 1, ...seed } })",
        fields="name,phone,plan",
    )


def test_a_row_is_looked_up_before_the_first_query_that_uses_its_id() -> None:
    """The branch that changes what is there already was left open by a look-up in front of the insert; and the refusal has every field of the others."""
    before = """
        export async function save(projectId: string, path: string) {
          const organizationId = await organization();
          const supabase = await createClient();
          const { data: existing } = await supabase.from("paths").select("id").eq("project_id", projectId).single();
          if (existing) {
            await supabase.from("paths").update({ path }).eq("project_id", projectId);
            return { success: true, error: null, message: "Saved" };
          }
          const { error } = await supabase.from("paths").insert({ project_id: projectId, path });
          if (error) return { success: false, error: "Failed", message: null };
          return { success: true, error: null, message: "Saved" };
        }
    """
    check = """
          const { data: project } = await supabase
            .from("projects")
            .select("id")
            .eq("id", projectId)
            .eq("organization_id", organizationId)
            .maybeSingle();
          if (!project) {
            return { success: false, error: "Not found", message: null };
          }
    """
    first = "          const { data: existing }"
    check_edited(
        "verify",
        before,
        before.replace(first, check.strip("\n").removesuffix("    ") + first),
        'supabase.from("paths").insert({ project_id: projectId, path })',
        path="app/actions.ts",
        lookup='await {client}.from("projects").select("id").eq("id", {id}).eq("organization_id", {caller}).maybeSingle()',
        data="1",
        id="projectId",
        name="project",
        value="organizationId",
        client="supabase",
        stored="project_id",
        kind="action",
    )


def test_whoever_belongs_to_the_space_keeps_the_row_that_names_its_author() -> None:
    """A first patch compared the author alone, and locked out everybody who worked on it with them."""
    before = handler("await db.poll.update({ where: { id }, data: { open: true } });")
    after = handler(
        "await db.poll.update({\n    where: {\n      id,\n      OR: [\n        { userId: session.user.id },\n"
        "        { space: { members: { some: { userId: session.user.id } } } },\n      ],\n    },\n    data: { open: true },\n  });"
    )
    check_edited(
        "owner_filter",
        before,
        after,
        "db.poll.update({ where: { id }, data: { open: true } })",
        engine="prisma",
        column="userId",
        also="space.members.some.userId",
    )


def test_a_reply_says_no_in_its_own_words() -> None:
    before = """
        app.post("/sessions/:id/end", async (req, reply) => {
          const { id } = req.params;
          const session = await endSession(id);
          reply.send({ session });
        });
        app.get("/sessions", async (req, reply) => {
          reply.send(await listSessions(req.user.id));
        });
    """
    check = """
          const owned = await getSession(id);
          if (!owned || owned.userId !== req.user.id) {
            return reply.status(404).send({ error: "Not found" });
          }
    """
    line = "          const session ="
    check_edited(
        "verify",
        before,
        before.replace(line, check.strip("\n").removesuffix("    ") + line),
        "endSession(id)",
        lookup="await getSession({id})",
        differs="userId !== {caller}",
        id="id",
        name="owned",
        column="userId",
        kind="endpoint",
    )


def test_the_session_of_a_branch_is_used_in_the_query_of_that_branch() -> None:
    """Visitors need no session; who previews has one, and wrote somebody else's id into the request."""
    before = """
        import { CustomUser } from "@/lib/types";

        export async function POST(request: NextRequest) {
          const { userId, preview } = await request.json();
          if (userId && preview) {
            const session = await getServerSession(authOptions);
            if (!session) return new Response("no", { status: 401 });
            const member = await prisma.member.findUnique({
              where: { userId_teamId: { userId: userId, teamId: link.teamId! } },
            });
          }
          return new Response("hello");
        }
    """
    broken = """where: {
                userId_teamId: {
                  userId: (session.user as CustomUser).id,
                  teamId: link.teamId!,
                },
              },"""
    line = "where: { userId_teamId: { userId: userId, teamId: link.teamId! } },"
    after = before.replace(line, broken)
    place = f"prisma.member.findUnique({{\n      {line}\n    }})"
    check_edited("identity", before, after, place, here="1", **{"from": "body.userId"})


def test_a_row_that_was_selected_without_its_id_says_nothing() -> None:
    """Its id is undefined, and a mapper that leaves out what is undefined finds the rows of everybody."""
    text = """
        export const remove = async ({ input: { templateId }, context: { user } }) => {
          const workspace = await prisma.workspace.findUnique({ where: { id }, select: { members: true } });
          await prisma.template.delete({ where: { id: templateId } });
        };
    """
    query = "prisma.template.delete({ where: { id: templateId } })"
    check_refused("owner_filter", text, "No value here", query, engine="prisma", column="workspaceId", path="lib/t.ts")
    named = text.replace("templateId }", "templateId, workspaceId }", 1)
    check_edited(
        "owner_filter",
        named,
        named.replace("id: templateId }", "id: templateId, workspaceId }"),
        query,
        engine="prisma",
        column="workspaceId",
        held="workspaceId=input.workspaceId",
        path="lib/t.ts",
    )


def test_a_handler_that_lets_only_callers_in_names_them_as_its_neighbours_do() -> None:
    before = """
        import { getUser } from "./auth";

        export function setup({ app, db }) {
          app.get("/notes", requireUser(), async (context) => {
            const { userId } = getUser({ context });
            return context.json(await db.note.findMany({ where: { userId } }));
          });
          app.delete("/notes/:id", requireUser(), async (context) => {
            const { id } = context.req.valid("param");
            await db.note.delete({ where: { id } });
            return context.json({});
          });
        }
    """
    line = '            const { id } = context.req.valid("param");\n'
    after = before.replace(line, "            const { userId } = getUser({ context });\n" + line)
    after = after.replace("delete({ where: { id } })", "delete({ where: { id, userId } })")
    query = "db.note.delete({ where: { id } })"
    check_edited("owner_filter", before, after, query, engine="prisma", column="userId", session="1", path="src/n.ts")
    check_refused("owner_filter", before, "No value here", query, engine="prisma", column="userId", path="src/n.ts")
