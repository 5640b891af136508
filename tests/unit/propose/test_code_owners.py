"""Whose a row is, where the nearest column says something else: patches that were offered once and would have locked everybody out."""

from __future__ import annotations

from tests.unit.propose.test_code import patched


RESUMES = """
    model User {
      id       String    @id
      profiles Profile[]
    }
    model Profile {
      id      String   @id
      userId  String
      user    User     @relation(fields: [userId], references: [id])
      resumes Resume[]
    }
    model Resume {
      id        String    @id
      profileId String
      profile   Profile   @relation(fields: [profileId], references: [id])
      sections  Section[]
    }
    model Section {
      id       String      @id
      resumeId String
      resume   Resume      @relation(fields: [resumeId], references: [id])
      degrees  Education[]
    }
    model Location {
      id        String @id
      createdBy String
    }
    model Education {
      id         String   @id
      school     String
      locationId String
      location   Location @relation(fields: [locationId], references: [id])
      sectionId  String?
      section    Section? @relation(fields: [sectionId], references: [id])
    }
"""
ACTIONS = """
    "use server";
    import { getServerSession } from "next-auth";
    import { authOptions } from "@/lib/auth";
    import { prisma } from "@/lib/prisma";

    export async function removeResume(id: string) {
      const session = await getServerSession(authOptions);
      if (!session?.user) throw new Error("Unauthorized");
      await prisma.resume.delete({ where: { id } });
    }

    export async function updateEducation(id: string, school: string, locationId: string) {
      const session = await getServerSession(authOptions);
      if (!session?.user) throw new Error("Unauthorized");
      await prisma.education.update({ where: { id }, data: { school, locationId } });
    }
"""


def test_a_profile_has_a_user_and_is_none_and_what_is_picked_from_a_list_owns_nothing() -> None:
    texts, _, reasons = patched({"prisma/schema.prisma": RESUMES, "app/actions.ts": ACTIONS})
    after = texts["app/actions.ts"]
    assert "where: { id, profile: { userId: session.user.id } }" in after, reasons
    assert "section: { resume: { profile: { userId: session.user.id } } }" in after
    assert "profileId: session" not in after
    assert "createdBy" not in after


def test_who_is_being_put_into_a_row_was_not_its_owner_before() -> None:
    texts, _, _ = patched(
        {
            "app/actions.ts": """
                "use server";
                import { getServerSession } from "next-auth";
                import { authOptions } from "@/lib/auth";
                import { prisma } from "@/lib/prisma";

                export async function assign(id: string, contributorId: string, authorId: string) {
                  const session = await getServerSession(authOptions);
                  if (!session?.user) throw new Error("Unauthorized");
                  await prisma.place.update({ where: { id }, data: { authorId } });
                }
            """,
            "prisma/schema.prisma": "model Place {\n  id       String @id\n  authorId String\n}\n",
        }
    )
    assert "authorId: session" not in texts["app/actions.ts"]


def test_a_callers_id_is_no_address() -> None:
    texts, _, reasons = patched(
        {
            "app/api/users/[userId]/route.ts": """
                import { getServerSession } from "next-auth";
                import { authOptions } from "@/lib/auth";
                import { prisma } from "@/lib/prisma";

                export async function DELETE(request: Request, { params }: { params: { userId: string } }) {
                  const session = await getServerSession(authOptions);
                  if (!session?.user) {
                    return Response.json({ error: "Unauthorized" }, { status: 401 });
                  }
                  await prisma.users.delete({ where: { id: params.userId } });
                  return Response.json({});
                }
            """,
            "app/api/me/route.ts": """
                import { getServerSession } from "next-auth";
                import { authOptions } from "@/lib/auth";
                import { prisma } from "@/lib/prisma";

                export async function GET() {
                  const session = await getServerSession(authOptions);
                  if (!session?.user) {
                    return Response.json({ error: "Unauthorized" }, { status: 401 });
                  }
                  return Response.json(await prisma.users.findFirst({ where: { email: session.user.email } }));
                }
            """,
            "prisma/schema.prisma": "model users {\n  id    String @id\n  email String\n  name  String\n}\n",
        }
    )
    assert "email: session.user.id" not in texts["app/api/users/[userId]/route.ts"]
    assert any("id-only" not in one.reason for one in reasons)


def test_what_hangs_on_a_row_does_not_say_whose_the_row_is() -> None:
    """The links of a task were bound to the author of what they link to, and the task was left to everybody."""
    texts, _, reasons = patched(
        {
            "app/actions.ts": """
                "use server";
                import { getServerSession } from "next-auth";
                import { authOptions } from "@/lib/auth";
                import { prisma } from "@/lib/prisma";

                export async function deleteTask(taskId: string) {
                  const session = await getServerSession(authOptions);
                  if (!session?.user) throw new Error("Unauthorized");
                  await prisma.links.deleteMany({ where: { taskId } });
                  await prisma.tasks.delete({ where: { id: taskId } });
                }

                export async function mine() {
                  const session = await getServerSession(authOptions);
                  if (!session?.user) throw new Error("Unauthorized");
                  return prisma.documents.findMany({ where: { userId: session.user.id } });
                }
            """,
            "prisma/schema.prisma": """
                model tasks {
                  id    String @id
                  title String
                }
                model documents {
                  id     String @id
                  userId String
                }
                model links {
                  taskId     String
                  documentId String
                  document   documents @relation(fields: [documentId], references: [id])
                }
            """,
        }
    )
    assert "document: { userId" not in texts["app/actions.ts"]
    assert reasons


QUERIES = """
    "use server";
    import { auth } from "@/lib/session";
    import { prisma } from "@/lib/prisma";

    async function requireAdminSession() {
      const session = await auth();
      if (!session) {
        throw new Error("Admin access required");
      }
      const user = await prisma.user.findFirst({ where: { id: session.user.id } });
      if (!user || user.role !== "admin") {
        throw new Error("Admin access required");
      }
      return session;
    }

    export async function approve(id: string) {
      const session = await requireAdminSession();
      return prisma.place.update({ where: { id }, data: { approvedBy: session.user.id } });
    }

    export async function reject(id: string) {
      const session = await requireAdminSession();
      return prisma.place.update({ where: { id }, data: { rejectedBy: session.user.id } });
    }

    export async function listUsers() {
      return prisma.user.findMany({ select: { id: true, email: true } });
    }
"""


def test_a_file_whose_actions_ask_their_own_function_for_a_role_asks_it_everywhere() -> None:
    """A plain session of another file was asked for, and the list of users was cut down to whoever asks."""
    session = """
        import { getServerSession } from "next-auth";
        import { authOptions } from "@/lib/auth";

        export const auth = async () => getServerSession(authOptions);
    """
    texts, fixes, reasons = patched({"lib/session.ts": session, "app/queries.ts": QUERIES})
    after = texts["app/queries.ts"]
    assert fixes, reasons
    assert "listUsers() {\n  await requireAdminSession();\n  return prisma.user.findMany" in after
    assert "where: { id: session.user.id }, select" not in after


def test_where_no_handler_asks_the_library_that_is_set_up_is_asked() -> None:
    texts, _, reasons = patched(
        {
            "app/api/chats/route.ts": "export const GET = () => Response.json({});\n",
            "package.json": '{"dependencies": {"next-auth": "^4.24.0", "next": "15.0.0"}}',
            "app/api/notes/[id]/route.ts": """
                import { prisma } from "@/lib/prisma";

                export async function DELETE(request: Request, { params }: { params: { id: string } }) {
                  await prisma.note.delete({ where: { id: params.id } });
                  return Response.json({});
                }
            """,
        }
    )
    after = texts["app/api/notes/[id]/route.ts"]
    assert 'import { getServerSession } from "next-auth";' in after, reasons
    assert "const session = await getServerSession(authOptions);\n  if (!session?.user) {" in after
    assert "/lib/auth" in after


def test_an_action_that_is_told_who_calls_compares_it_once_it_asks() -> None:
    texts, _, reasons = patched(
        {
            "app/actions.ts": """
                "use server";
                import { getServerSession } from "next-auth";
                import { authOptions } from "@/lib/auth";
                import { prisma } from "@/lib/prisma";

                export async function mine() {
                  const session = await getServerSession(authOptions);
                  if (!session?.user) throw new Error("Unauthorized");
                  return prisma.memory.findMany({ where: { userId: session.user.id } });
                }

                export async function forget(userId: string, id: string): Promise<void> {
                  await prisma.memory.deleteMany({ where: { id, userId } });
                }
            """
        }
    )
    after = texts["app/actions.ts"]
    assert "if (userId !== session.user.id) {" in after, reasons


def test_an_action_refuses_in_its_own_words_when_its_answers_have_another_shape() -> None:
    texts, _, reasons = patched(
        {
            "app/a.ts": """
                "use server";
                import { getServerSession } from "next-auth";
                import { authOptions } from "@/lib/auth";
                import { prisma } from "@/lib/prisma";

                export async function mine() {
                  const session = await getServerSession(authOptions);
                  if (!session?.user) {
                    return { success: false, isAuthenticated: false, error: "Not authenticated" };
                  }
                  return { success: true, notes: await prisma.note.findMany({ where: { userId: session.user.id } }) };
                }
            """,
            "app/b.ts": """
                "use server";
                import { prisma } from "@/lib/prisma";

                export async function toggle(id: string, done: boolean): Promise<void> {
                  await prisma.note.update({ where: { id }, data: { done } });
                }
            """,
            "app/api/chats/route.ts": "export const GET = () => Response.json({});\n",
        }
    )
    after = texts["app/b.ts"]
    assert "await getServerSession(authOptions)" in after, reasons
    assert "isAuthenticated" not in after
    assert 'throw new Error("Unauthorized");' in after


def test_a_list_of_texts_is_a_column_that_may_be_written() -> None:
    texts, _, reasons = patched(
        {
            "prisma/schema.prisma": "model Note {\n  id     String   @id\n  userId String\n  title  String\n  tags   String[]\n}\n",
            "app/actions.ts": """
                "use server";
                import { getServerSession } from "next-auth";
                import { authOptions } from "@/lib/auth";
                import { prisma } from "@/lib/prisma";

                export async function save(id: string, changes) {
                  const session = await getServerSession(authOptions);
                  if (!session?.user) throw new Error("Unauthorized");
                  const rest = { ...changes };
                  delete rest.silent;
                  await prisma.note.update({ where: { id, userId: session.user.id }, data: rest });
                }
            """,
        }
    )
    assert "title: rest.title, tags: rest.tags" in texts["app/actions.ts"], reasons
    assert "rest.silent }" not in texts["app/actions.ts"]


WRAPPED = """
    "use server";
    import { withProfileAuth } from "@/lib/with-auth";
    import { prisma } from "@/lib/prisma";

    export async function rename(profileId: string, id: string, name: string) {
      return withProfileAuth(profileId, async () => {
        return prisma.server.update({ where: { id, profileId }, data: { name } });
      });
    }

    export async function remove(profileId: string, id: string) {
      return withProfileAuth(profileId, async (session) => {
        await audit(session.user.id);
        return prisma.server.delete({ where: { id, profileId } });
      });
    }

    export async function toggle(profileId: string, id: string, on: boolean): Promise<void> {
      const note = `a
    b`;
      await prisma.server.update({ where: { id, profileId }, data: { on, note } });
    }
"""
WITH_AUTH = """
    import { getServerSession } from "next-auth";
    import { authOptions } from "@/lib/auth";
    import { prisma } from "@/lib/prisma";

    export async function withProfileAuth(profileId, run) {
      const session = await getServerSession(authOptions);
      if (!session?.user) throw new Error("Unauthorized");
      const profile = await prisma.profile.findFirst({ where: { id: profileId, userId: session.user.id } });
      if (!profile) throw new Error("Unauthorized");
      return run(session);
    }
"""


def test_a_function_is_put_into_the_wrapper_that_its_neighbours_stand_in() -> None:
    """The profile's id was compared with the user's, and an object was answered where nothing is."""
    texts, _, reasons = patched({"lib/with-auth.ts": WITH_AUTH, "app/servers.ts": WRAPPED})
    after = texts["app/servers.ts"].split("export async function toggle")[1]
    assert after.startswith(
        "(profileId: string, id: string, on: boolean): Promise<void> {\n"
        "  return withProfileAuth(profileId, async () => {\n"
        "    const note = `a\nb`;\n"
        "    await prisma.server.update({ where: { id, profileId }, data: { on, note } });\n"
        "  });\n}\n"
    ), (after, reasons)
