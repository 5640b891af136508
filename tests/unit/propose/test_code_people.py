"""Whom a patch lets in: either of two people that a row names, and nobody less than before because another file asks for an office."""

from __future__ import annotations

from tests.unit.propose.test_code import patched
from tests.unit.propose.test_code_rights import TRPC


ACTION = """
    "use server";
    import {{ getServerSession }} from "next-auth";
    import {{ authOptions }} from "@/lib/auth";
    import {{ prisma }} from "@/lib/prisma";

    export async function archive(accountId: string) {{
      const session = await getServerSession(authOptions);
      if (!session?.user) throw new Error("Unauthorized");
      await prisma.{model}.update({{ where: {{ id: accountId }}, data: {{ archived: true }} }});
    }}

    export async function add(name: string) {{
      const session = await getServerSession(authOptions);
      if (!session?.user) throw new Error("Unauthorized");
      await prisma.{model}.create({{ data: {{ name, createdBy: session.user.id }} }});
    }}
"""


def _accounts(assignee: str) -> dict[str, str]:
    return {
        "prisma/schema.prisma": f"""
            model Lead {{
              id        String @id
              name      String
              createdBy String
              archived  Boolean @default(false)
              {assignee}
            }}
        """,
        "app/actions.ts": ACTION.format(model="lead"),
    }


def test_a_row_with_a_maker_and_an_assignee_is_either_of_theirs() -> None:
    """Compared with its maker alone, whoever works with it was locked out."""
    after = patched(_accounts("assigned_to String?"))[0]["app/actions.ts"]
    assert "OR: [{ createdBy: session.user.id }, { assigned_to: session.user.id }]" in after


def test_a_row_with_a_maker_alone_is_the_makers() -> None:
    after = patched(_accounts("note String?"))[0]["app/actions.ts"]
    assert "createdBy: session.user.id }" in after.partition("export async function add")[0]
    assert "OR:" not in after


SPACES = {
    "package.json": '{"dependencies": {"@prisma/client": "6", "@trpc/server": "11", "next-auth": "4"}}',
    "prisma/schema.prisma": """
        model Member {
          id             String @id
          userId         String
          organizationId String
          role           String
        }
        model Report {
          id             String @id
          title          String
          organizationId String
        }
    """,
    "server/trpc.ts": TRPC.replace("{ db, userId:", "{ userId:").replace('import { db } from "../db";', ""),
    "server/billing.ts": """
        import { z } from "zod";
        import { prisma } from "../lib/prisma";
        import { protectedProcedure, router } from "./trpc";

        export async function requireAdmin(userId: string, organizationId: string) {
          const member = await prisma.member.findFirst({ where: { userId, organizationId } });
          if (member?.role !== "admin") throw new Error("Only administrators can manage billing");
        }

        export const billingRouter = router({
          cancel: protectedProcedure.input(z.object({ organizationId: z.string() })).mutation(async ({ ctx, input }) => {
            await requireAdmin(ctx.userId, input.organizationId);
            return {};
          }),
        });
    """,
    "server/reports.ts": """
        import { z } from "zod";
        import { prisma } from "../lib/prisma";
        import { protectedProcedure, router } from "./trpc";

        export const reportRouter = router({
          rename: protectedProcedure.input(z.object({ id: z.string(), title: z.string() })).mutation(async ({ ctx, input }) => {
            return prisma.report.update({ where: { id: input.id }, data: { title: input.title } });
          }),
        });
    """,
}


def test_an_office_that_one_file_asks_for_is_not_asked_for_in_another() -> None:
    """Who manages billing says nothing about who renames a report."""
    assert "requireAdmin" not in patched(SPACES)[0]["server/reports.ts"]


NOTES = """
    "use server";
    import {{ prisma }} from "@/lib/prisma";
    import {{ getServerSession }} from "next-auth";
    import {{ authOptions }} from "@/lib/auth";
    import {{ requireUser, {names} }} from "@/lib/rights";
{body}
"""
RIGHTS = """
    import { prisma } from "@/lib/prisma";
    import { getServerSession } from "next-auth";
    import { authOptions } from "@/lib/auth";

    export async function requireUser() {
      const session = await getServerSession(authOptions);
      if (!session?.user) throw new Error("Unauthorized");
      return session.user;
    }
    export async function assertCanWriteFolder(user: { id: string }, folderId: string) {
      const folder = await prisma.folder.findFirst({ where: { id: folderId, editors: { some: { userId: user.id } } } });
      if (!folder) throw new Error("Forbidden");
    }
    export async function getFolderAccess(folderId: string, userId: string) {
      return prisma.folder.findFirst({ where: { id: folderId, editors: { some: { userId } } } });
    }
"""
FOLDERS = """
    model Folder {
      id      String   @id
      name    String
      editors Editor[]
    }
    model Editor {
      id       String @id
      userId   String
      folderId String
      folder   Folder @relation(fields: [folderId], references: [id])
    }
"""
OPEN = """
    "use server";
    import { prisma } from "@/lib/prisma";
    import { getServerSession } from "next-auth";
    import { authOptions } from "@/lib/auth";

    export async function remove(folderId: string) {
      const session = await getServerSession(authOptions);
      if (!session?.user) throw new Error("Unauthorized");
      await prisma.folder.delete({ where: { id: folderId } });
    }
"""


def _folders(names: str, body: str) -> str:
    return patched(
        {
            "prisma/schema.prisma": FOLDERS,
            "lib/rights.ts": RIGHTS,
            "app/folders/rename.ts": NOTES.format(names=names, body=body),
            "app/folders/remove.ts": OPEN,
        }
    )[0]["app/folders/remove.ts"]


def test_an_access_function_brings_what_holds_the_caller() -> None:
    """The function is handed a user that the handler has under no name: its declaration comes along."""
    after = _folders(
        "assertCanWriteFolder",
        """
    export async function rename(folderId: string, name: string) {
      const user = await requireUser();
      await assertCanWriteFolder(user, folderId);
      await prisma.folder.update({ where: { id: folderId }, data: { name } });
    }
        """,
    )
    assert "const user = await requireUser();" in after
    assert after.index("await assertCanWriteFolder(user, folderId);") < after.index("folder.delete")
    assert 'import { assertCanWriteFolder, requireUser } from "@/lib/rights";' in after


def test_an_access_function_that_answers_nothing_for_strangers_is_asked_too() -> None:
    """``getFolderAccess`` counts where handlers refuse on its empty answer."""
    after = _folders(
        "getFolderAccess",
        """
    export async function rename(folderId: string, name: string) {
      const session = await getServerSession(authOptions);
      if (!session?.user) throw new Error("Unauthorized");
      const access = await getFolderAccess(folderId, session.user.id);
      if (!access) {
        throw new Error("You may not change this folder");
      }
      await prisma.folder.update({ where: { id: folderId }, data: { name } });
    }
        """,
    )
    assert "if (!(await getFolderAccess(folderId, session.user.id))) {" in after
    assert 'throw new Error("You may not change this folder");' in after


def test_a_right_to_administer_the_row_itself_is_asked_for_wherever_it_is_imported() -> None:
    """Its name says whose administrators are meant: the folder's."""
    files = {
        "prisma/schema.prisma": FOLDERS,
        "lib/rights.ts": RIGHTS.replace("getFolderAccess", "hasFolderAdmin"),
        "app/folders/rename.ts": NOTES.format(
            names="hasFolderAdmin",
            body="""
    export async function rename(folderId: string, name: string) {
      const session = await getServerSession(authOptions);
      if (!session?.user) throw new Error("Unauthorized");
      if (!(await hasFolderAdmin(folderId, session.user.id))) {
        throw new Error("You may not change this folder");
      }
      await prisma.folder.update({ where: { id: folderId }, data: { name } });
    }
            """,
        ),
        "app/folders/remove.ts": OPEN,
    }
    assert "await hasFolderAdmin(folderId, session.user.id)" in patched(files)[0]["app/folders/remove.ts"]
