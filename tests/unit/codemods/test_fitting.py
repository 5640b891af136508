"""What is lent fits where it is put: refusals in the shape of the handler's answers, fields that the type has, callers that a wrapper hands over."""

from __future__ import annotations

import pytest

from codemods.tsx.donor import lend
from tests.unit.codemods.tools import check_edited, check_refused


LINES = "const session = await auth();\nif (!session?.user) {\n  return { ok: false, signedIn: false };\n}"
FACTS = {
    "lines": LINES,
    "names": "session",
    "asks": "const session = await auth();",
    "instead": "session?.user",
    "kind": "action",
}


def action(head: str, body: str) -> str:
    return f'import {{ auth }} from "@/auth";\n{head} {{\n{body}}}\n'


@pytest.mark.parametrize(
    ("head", "body", "refusal"),
    [
        (
            "export async function save(id: string): Promise<void>",
            "  await write(id);\n",
            'throw new Error("Unauthorized");',
        ),
        ("export async function list()", "  return await rows();\n", 'throw new Error("Unauthorized");'),
        (
            "export async function save(id: string)",
            '  if (!id) return { success: false, error: "No id" };\n  return { success: true };\n',
            'return { success: false, error: "Unauthorized" };',
        ),
        (
            "export async function save(id: string)",
            "  return { ok: true };\n",
            "return { ok: false, signedIn: false };",
        ),
    ],
)
def test_an_action_refuses_in_the_shape_of_its_answers(head: str, body: str, refusal: str) -> None:
    check = f"  const session = await auth();\n  if (!session?.user) {{\n    {refusal}\n  }}\n"
    check_edited("guard", action(head, body), action(head, check + body), "async function", **FACTS)


def test_what_a_check_answers_is_not_kept_where_nobody_uses_it() -> None:
    before = action("export async function list()", "  return await rows();\n")
    after = before.replace("  return await", "  await requireAdmin();\n  return await")
    facts = {
        "lines": "const session = await requireAdmin();",
        "names": "session",
        "helper": "requireAdmin",
        "bare": "1",
    }
    check_edited("guard", before, after, "async function", kind="action", **facts)


def test_a_function_of_the_file_that_refuses_is_lent_to_its_neighbours() -> None:
    text = "async function userId() {\n  return ask();\n}\nexport async function mine() {\n  const id = await userId();\n  return rows(id);\n}\n"
    at = text.index("async function mine"), len(text) - 1
    assert lend(text.encode(), "app/actions.ts", at) is None
    found = lend(text.encode(), "app/actions.ts", at, frozenset({"userId"}))
    assert found is not None
    assert (found.lines, found.helper, found.local) == ("const id = await userId();", "userId", True)


def test_fields_are_those_of_the_type_that_is_written_out() -> None:
    before = "export async function save(id: string, data: Partial<{ name: string; plan: string; at: { from: string } }>) {\n  return db.note.update({ where: { id }, data });\n}\n"
    after = before.replace(", data })", ", data: { name: data.name, plan: data.plan, at: data.at } })")
    after = after.replace(
        "  return db.note.update({ where: { id }, data: { name: data.name, plan: data.plan, at: data.at } });",
        "  return db.note.update({\n    where: { id },\n    data: { name: data.name, plan: data.plan, at: data.at },\n  });",
    )
    at = "db.note.update({ where: { id }, data })"
    check_edited("pick", before, after, at, path="app/a.ts", fields="v,name,secret")
    named = before.replace("Partial<{ name: string; plan: string; at: { from: string } }>", "Partial<Note>")
    check_refused("pick", named, "declared elsewhere", at, path="app/a.ts", fields="v,name")


def test_what_is_taken_out_is_not_what_is_written() -> None:
    text = "export async function save(id: string, body) {\n  delete body.offset;\n  return db.note.update({ where: { id }, data: body });\n}\n"
    check_refused("pick", text, "not known", "db.note.update({ where: { id }, data: body })", path="app/a.ts")


def test_a_wrapper_hands_the_caller_over_behind_the_request() -> None:
    before = "export const POST = withAuth(async (request, { params }, userId) => {\n  const { id } = await params;\n  await db.holding.delete({ where: { id } });\n});\n"
    after = before.replace("where: { id }", "where: { id, userId }")
    at = "db.holding.delete({ where: { id } })"
    check_edited("owner_filter", before, after, at, column="userId", engine="prisma", verb="delete")
    listed = before.replace("withAuth(async (request, { params }, userId)", "ids.map(async (userId)").replace(
        "  const { id } = await params;\n", ""
    )
    check_refused("owner_filter", listed, "who the caller is", at, column="userId", engine="prisma", verb="delete")


def test_a_missing_row_is_answered_by_the_function_that_answers_the_rest() -> None:
    before = """
        import { failure, ok } from "@/lib/answers";

        export async function GET(request, { params }) {
          const session = await auth();
          if (!params.id) return failure("No id", 400);
          const note = await db.note.findUnique({ where: { id: params.id } });
          return ok(note);
        }
    """
    after = before.replace(
        "          return ok(note)",
        '          if (!note || note.userId !== session.user.id) {\n            return failure("Not found", 404);\n          }\n          return ok(note)',
    )
    check_edited("compare", before, after, "db.note.findUnique({ where: { id: params.id } })", column="userId")


def test_a_row_that_may_be_missing_or_was_found_for_a_stranger_names_no_tenant() -> None:
    text = """
        export async function DELETE(request, { params }) {
          const session = await auth();
          const { id } = await params;
          const team = await db.team.findFirst({ where: { id, ownerId: session.user.id } });
          GUARD
          await audit(team.workspaceId);
          await db.cash.delete({ where: { id } });
        }
    """
    at = "db.cash.delete({ where: { id } })"
    facts = {"column": "workspaceId", "engine": "prisma", "verb": "delete", "proven": "0"}
    check_refused("owner_filter", text.replace("          GUARD\n", ""), "who the caller is", at, **facts)
    sure = text.replace("GUARD", 'if (!team) return Response.json({ error: "No" }, { status: 404 });')
    after = sure.replace("delete({ where: { id } })", "delete({ where: { id, workspaceId: team.workspaceId } })")
    check_edited("owner_filter", sure, after, at, **facts)
    strangers = sure.replace(", ownerId: session.user.id", "")
    check_refused("owner_filter", strangers, "who the caller is", at, **facts)


def test_an_author_who_is_handed_to_a_check_is_not_compared_once_more() -> None:
    text = """
        export async function DELETE(request, { params }) {
          const session = await auth();
          const comment = await db.comment.findUnique({ where: { id: params.id } });
          await assertCanDelete(session.user.id, comment.createdBy);
          return Response.json(comment);
        }
    """
    check_refused(
        "compare", text, "a check of its own", "db.comment.findUnique({ where: { id: params.id } })", column="createdBy"
    )


def test_a_body_is_put_into_a_wrapper_as_it_is() -> None:
    before = """
        export async function toggle(profileId: string, on: boolean): Promise<void> {
            const note = `one
        two`;

            await save(profileId, on, note);
        }
    """
    after = """
        export async function toggle(profileId: string, on: boolean): Promise<void> {
            return withProfileAuth(profileId, async () => {
                const note = `one
        two`;

                await save(profileId, on, note);
            });
        }
    """
    check_edited("wrapped", before, after, "async function toggle", name="withProfileAuth", given="profileId")
    check_refused("wrapped", before, "does not have", "async function toggle", name="withTeam", given="teamId")
