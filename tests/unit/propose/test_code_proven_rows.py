"""A row that the request names hangs on another that was proven: it is compared with that one, and not with whoever calls."""

from __future__ import annotations

from tests.unit.propose.test_code import patched


SCHEMA = """
    import { pgTable, text } from "drizzle-orm/pg-core";

    export const workspaces = pgTable("workspaces", { id: text("id").primaryKey(), publicId: text("publicId") });
    export const members = pgTable("members", {
      id: text("id").primaryKey(),
      publicId: text("publicId"),
      workspaceId: text("workspaceId"),
      userId: text("userId"),
    });
"""
REPOSITORY = """
    import { and, eq } from "drizzle-orm";
    import { members, workspaces } from "./schema";

    export const workspaceBy = async (db, publicId: string) =>
      db.query.workspaces.findFirst({ where: eq(workspaces.publicId, publicId) });

    export const memberBy = async (db, publicId: string) =>
      db.query.members.findFirst({ where: eq(members.publicId, publicId) });

    export const own = async (db, userId: string, workspaceId: string) =>
      db.query.members.findFirst({ where: and(eq(members.userId, userId), eq(members.workspaceId, workspaceId)) });

    export const removeMember = async (db, id: string) => db.delete(members).where(eq(members.id, id));
"""
HANDLER = """
    import { getServerSession } from "next-auth";
    import { authOptions } from "@/lib/auth";
    import { drizzle } from "drizzle-orm/node-postgres";
    import * as repo from "@/db/repository";

    const db = drizzle(process.env.DATABASE_URL!);

    export async function DELETE(request: Request, { params }: { params: { ws: string; member: string } }) {
      const session = await getServerSession(authOptions);
      if (!session?.user) {
        return Response.json({ error: "Unauthorized" }, { status: 401 });
      }
      const workspace = await repo.workspaceBy(db, params.ws);
      if (!workspace) {
        return Response.json({ error: "Not found" }, { status: 404 });
      }
      const self = await repo.own(db, session.user.id, workspace.id);
      if (!self) {
        return Response.json({ error: "Forbidden" }, { status: 403 });
      }
      const member = await repo.memberBy(db, params.member);
      if (!member) {
        return Response.json({ error: "Not found" }, { status: 404 });
      }
      await repo.removeMember(db, member.id);
      return Response.json({});
    }
"""


def test_a_member_is_one_of_the_workspace_that_was_proven() -> None:
    texts, _, reasons = patched(
        {
            "package.json": '{"dependencies": {"drizzle-orm": "0.40.0"}}',
            "db/schema.ts": SCHEMA,
            "db/repository.ts": REPOSITORY,
            "app/api/[ws]/members/[member]/route.ts": HANDLER,
        }
    )
    after = texts["app/api/[ws]/members/[member]/route.ts"]
    assert "if (!member || member.workspaceId !== workspace.id) {" in after, reasons


def test_a_row_found_by_what_a_stranger_wrote_says_nothing_of_the_caller() -> None:
    """Two branches, one row each: the second was compared with a column of the first, which is null there."""
    texts, _, _ = patched(
        {
            "prisma/schema.prisma": """
                model Account {
                  id     String @id
                  userId String
                }
                model Holding {
                  id        String  @id
                  accountId String
                  account   Account @relation(fields: [accountId], references: [id])
                }
                model Cash {
                  id        String  @id
                  accountId String
                  account   Account @relation(fields: [accountId], references: [id])
                }
            """,
            "app/api/moves/[id]/route.ts": """
                import { prisma } from "@/lib/prisma";

                export async function DELETE(request: Request, { params }: { params: Promise<{ id: string }> }) {
                  const { id: moveId } = await params;
                  const holding = await prisma.holding.findUnique({ where: { id: moveId } });
                  if (holding) {
                    await prisma.holding.delete({ where: { id: moveId } });
                    await invalidate(holding.accountId);
                    return Response.json({});
                  }
                  await prisma.cash.delete({ where: { id: moveId } });
                  return Response.json({});
                }
            """,
        }
    )
    after = texts["app/api/moves/[id]/route.ts"]
    assert "accountId: holding.accountId" not in after
    assert after.count("account: { userId: session.user.id }") >= 2
