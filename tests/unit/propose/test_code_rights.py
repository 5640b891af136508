"""Who may do what to a row is asked as the repository asks it elsewhere, and never answered with the caller's own id where somebody looks after others."""

from __future__ import annotations

from tests.unit.propose.test_code import patched


PERMISSIONS = """
    import { and, eq } from "drizzle-orm";
    import { boards, boardMembers } from "../db/schema";

    export async function canEditBoard(db, boardId: number, userId: string) {
      const member = await db.query.boardMembers.findFirst({
        where: and(eq(boardMembers.boardId, boardId), eq(boardMembers.userId, userId)),
      });
      return member?.role === "editor";
    }

    export async function canViewBoard(db, boardId: number, userId: string) {
      const member = await db.query.boardMembers.findFirst({
        where: and(eq(boardMembers.boardId, boardId), eq(boardMembers.userId, userId)),
      });
      return Boolean(member);
    }
"""
SCHEMA = """
    import { pgTable, text, integer, timestamp } from "drizzle-orm/pg-core";

    export const boards = pgTable("boards", { id: integer("id"), title: text("title"), ownerId: text("owner_id") });
    export const boardMembers = pgTable("board_members", {
      id: integer("id"),
      boardId: integer("board_id"),
      userId: text("user_id"),
      role: text("role"),
    });
    export const columns = pgTable("columns", { id: integer("id"), boardId: integer("board_id"), title: text("title") });
    export const tasks = pgTable("tasks", {
      id: integer("id"),
      columnId: integer("column_id"),
      title: text("title"),
      due: timestamp("due"),
      userId: text("user_id"),
    });
"""
TRPC = """
    import { initTRPC, TRPCError } from "@trpc/server";
    import { getServerSession } from "next-auth";
    import { authOptions } from "@/lib/auth";
    import { db } from "../db";

    const t = initTRPC.create();
    export const router = t.router;
    export const protectedProcedure = t.procedure.use(async ({ next }) => {
      const session = await getServerSession(authOptions);
      if (!session?.user) throw new TRPCError({ code: "UNAUTHORIZED" });
      return next({ ctx: { db, userId: session.user.id, timezone: session.user.timezone } });
    });
"""
IMPORTS = """
    import { z } from "zod";
    import { and, eq, gt } from "drizzle-orm";
    import { boards, boardMembers, tasks, columns } from "../db/schema";
    import { canEditBoard, canViewBoard } from "../lib/permissions";
    import { protectedProcedure, router } from "./trpc";
"""
ASKED = """
      mine: protectedProcedure.query(({ ctx }) => ctx.db.select().from(boards).where(eq(boards.ownerId, ctx.userId))),
      rename: protectedProcedure.input(z.object({ boardId: z.number(), title: z.string() })).mutation(async ({ ctx, input }) => {
        const canEdit = await canEditBoard(ctx.db, input.boardId, ctx.userId);
        if (!canEdit) {
          throw new Error("You may not change this board");
        }
        await ctx.db.update(boards).set({ title: input.title }).where(eq(boards.id, input.boardId));
      }),
      show: protectedProcedure.input(z.object({ boardId: z.number() })).query(async ({ ctx, input }) => {
        if (!(await canViewBoard(ctx.db, input.boardId, ctx.userId))) {
          throw new Error("You may not see this board");
        }
        return ctx.db.select().from(boards).where(eq(boards.id, input.boardId));
      }),
"""


def server(procedures: str) -> dict[str, str]:
    return {
        "package.json": '{"dependencies": {"drizzle-orm": "0.36", "@trpc/server": "11", "next-auth": "4"}}',
        "db/index.ts": 'import { drizzle } from "drizzle-orm/node-postgres";\nexport const db = drizzle(process.env.DATABASE_URL);\n',
        "db/schema.ts": SCHEMA,
        "lib/permissions.ts": PERMISSIONS,
        "server/trpc.ts": TRPC,
        "server/boards.ts": f"{IMPORTS}\n    export const boardsRouter = router({{{ASKED}{procedures}    }});\n",
    }


def test_an_access_function_that_is_handed_the_client_is_asked_too() -> None:
    """Three arguments were one too many: nothing was offered, or a row of members that shuts the board's makers out."""
    texts, _, reasons = patched(
        server("""
      columns: protectedProcedure.input(z.object({ boardId: z.number() })).query(async ({ ctx, input }) => {
        return ctx.db.select().from(columns).where(eq(columns.boardId, input.boardId));
      }),
      addColumn: protectedProcedure.input(z.object({ boardId: z.number(), title: z.string() })).mutation(async ({ ctx, input }) => {
        await ctx.db.insert(columns).values({ boardId: input.boardId, title: input.title });
      }),
""")
    )
    after = texts["server/boards.ts"]
    reads, writes = after[after.index("columns: protected") :].split("addColumn:")
    assert (
        'if (!(await canViewBoard(ctx.db, input.boardId, ctx.userId))) {\n      throw new Error("You may not see this board");'
        in reads
    ), reasons
    assert (
        'if (!(await canEditBoard(ctx.db, input.boardId, ctx.userId))) {\n      throw new Error("You may not change this board");'
        in writes
    ), reasons


def test_a_row_that_hangs_on_another_is_read_for_whom_to_ask() -> None:
    """The column names its board and the request names the column: the key is read first, and whoever deletes it has to be allowed to."""
    texts, _, reasons = patched(
        server("""
      removeColumn: protectedProcedure.input(z.object({ id: z.number() })).mutation(async ({ ctx, input }) => {
        await ctx.db.delete(columns).where(eq(columns.id, input.id));
      }),
""")
    )
    after = texts["server/boards.ts"].partition("removeColumn:")[2]
    assert ".select({ boardId: columns.boardId })" in after, reasons
    assert "canEditBoard(ctx.db, existingColumn.boardId, ctx.userId)" in after
    assert after.index("if (!existingColumn)") < after.index("canEditBoard") < after.index(".delete(")


def test_what_is_read_already_is_not_read_again() -> None:
    texts, _, reasons = patched(
        server("""
      renameColumn: protectedProcedure.input(z.object({ id: z.number(), title: z.string() })).mutation(async ({ ctx, input }) => {
        const before = await ctx.db.query.columns.findFirst({ where: eq(columns.id, input.id) });
        await ctx.db.update(columns).set({ title: input.title }).where(eq(columns.id, input.id));
        return before;
      }),
""")
    )
    after = texts["server/boards.ts"].partition("renameColumn:")[2]
    assert "if (!before) {" in after, reasons
    assert "canEditBoard(ctx.db, before.boardId, ctx.userId)" in after
    assert after.count("boardId") == 1
    assert after.index("canEditBoard") < after.index(".update(")


def test_a_time_in_the_zone_of_the_caller_is_no_owner() -> None:
    """``due`` was compared with a day in the caller's time zone elsewhere, and then with the caller's id."""
    texts, fixes, _ = patched(
        server("""
      upcoming: protectedProcedure.input(z.object({ columnId: z.number() })).query(async ({ ctx, input }) => {
        const [mine] = await ctx.db.select().from(boardMembers).where(eq(boardMembers.userId, ctx.userId));
        return ctx.db.select().from(tasks).where(and(eq(tasks.due, startOfDay(ctx.timezone)), eq(tasks.columnId, mine.columnId)));
      }),
      finish: protectedProcedure.input(z.object({ id: z.number() })).mutation(async ({ ctx, input }) => {
        await ctx.db.delete(tasks).where(eq(tasks.id, input.id));
      }),
""")
    )
    assert "tasks.due, ctx.userId" not in texts["server/boards.ts"], fixes


ADMINS = {
    "app/api/members/[id]/route.ts": """
        import { getServerSession } from "next-auth";
        import { authOptions } from "@/lib/auth";
        import { prisma } from "@/lib/prisma";

        export async function PATCH(request: Request, { params }: { params: { id: string } }) {
          const session = await getServerSession(authOptions);
          if (!session?.user) {
            return Response.json({ error: "Unauthorized" }, { status: 401 });
          }
          if (!session.user.isOrgAdmin) {
            return Response.json({ error: "Forbidden" }, { status: 403 });
          }
          const body = await request.json();
          await prisma.grant.create({
            data: { projectId: params.id, userId: body.userId, role: body.role, createdBy: session.user.id },
          });
          return Response.json({ ok: true });
        }

        export async function GET(request: Request, { params }: { params: { id: string } }) {
          const session = await getServerSession(authOptions);
          if (!session?.user) {
            return Response.json({ error: "Unauthorized" }, { status: 401 });
          }
          if (!session.user.isOrgAdmin) {
            return Response.json({ error: "Forbidden" }, { status: 403 });
          }
          return Response.json(await prisma.grant.findMany({ where: { projectId: params.id } }));
        }
    """,
    "prisma/schema.prisma": """
        model Grant {
          id        String @id
          projectId String
          userId    String
          role      String
          createdBy String
        }
    """,
}


def test_an_administrator_is_not_put_into_the_place_of_who_is_given_a_right() -> None:
    """The patch gave every right to the administrator who handed it out, and showed administrators their own rights alone."""
    texts, _, reasons = patched(ADMINS)
    after = texts["app/api/members/[id]/route.ts"]
    assert "userId: body.userId" in after
    assert "projectId: params.id, userId: session.user.id" not in after
    assert all("stands there already" not in one.reason for one in reasons)


SPACES = {
    "lib/asks.ts": """
        import { prisma } from "@/lib/prisma";
        import { getServerSession } from "next-auth";
        import { authOptions } from "@/lib/auth";

        export function withSpace(handler) {
          return async (req, res) => {
            const session = await getServerSession(req, res, authOptions);
            if (!session?.user) return res.status(401).json({ error: "Unauthorized" });
            const member = await prisma.member.findFirst({
              where: { userId: session.user.id, spaceId: req.query.id },
            });
            if (!member) return res.status(403).json({ error: "Forbidden" });
            return handler(req, res);
          };
        }
    """,
    "pages/api/space/[id]/pages/create.ts": """
        import { prisma } from "@/lib/prisma";
        import { withSpace } from "@/lib/asks";

        export default withSpace(handler);

        async function handler(req, res) {
          const page = await prisma.wiki.create({ data: { spaceId: String(req.query.id), title: req.body.title } });
          res.status(200).json({ id: page.id });
        }
    """,
    "pages/api/space/[id]/pages/[pageId]/remove.ts": """
        import { prisma } from "@/lib/prisma";
        import { withSpace } from "@/lib/asks";

        export default withSpace(handler);

        async function handler(req, res) {
          await prisma.wiki.delete({ where: { id: req.query.pageId } });
          res.status(200).json({ ok: true });
        }
    """,
}


def test_a_space_that_the_address_calls_id_is_named_as_its_neighbours_name_it() -> None:
    """``req.query.id`` says of no column that it is its; the handler beside it fills ``spaceId`` from it. It was told that the patch stands there already."""
    texts, _, reasons = patched(SPACES)
    after = texts["pages/api/space/[id]/pages/[pageId]/remove.ts"]
    assert "spaceId: String(req.query.id)" in after, reasons


def test_another_part_of_the_address_of_the_same_name_proves_nothing() -> None:
    elsewhere = SPACES["pages/api/space/[id]/pages/create.ts"]
    files = {path: text for path, text in SPACES.items() if not path.endswith("create.ts")}
    texts, _, _ = patched(files | {"pages/api/folder/[id]/create.ts": elsewhere})
    assert "spaceId" not in texts["pages/api/space/[id]/pages/[pageId]/remove.ts"]


def test_whoever_wrote_a_row_is_not_asked_for_the_board() -> None:
    """A note's author may delete it, whoever may change the board: the first patch asked everybody for the board."""
    texts, _, reasons = patched(
        server("""
      removeTask: protectedProcedure.input(z.object({ id: z.number() })).mutation(async ({ ctx, input }) => {
        await ctx.db.delete(tasks).where(eq(tasks.id, input.id));
      }),
""")
        | {"db/schema.ts": SCHEMA.replace('columnId: integer("column_id")', 'boardId: integer("board_id")')}
    )
    after = texts["server/boards.ts"].partition("removeTask:")[2]
    assert "canEditBoard" not in after
    assert "eq(tasks.userId, ctx.userId)" in after, reasons


def test_a_function_that_is_handed_the_row_is_not_asked_about_an_id() -> None:
    """``canManage(user, poll)`` looks at the poll's members by its space: it was asked about the id of a space."""
    texts, _, _ = patched(
        server("""
      columns: protectedProcedure.input(z.object({ boardId: z.number() })).query(async ({ ctx, input }) => {
        return ctx.db.select().from(columns).where(eq(columns.boardId, input.boardId));
      }),
""").copy()
        | {
            "server/boards.ts": f"""{IMPORTS}
    import {{ canManageCard }} from "../lib/cards";

    export const boardsRouter = router({{
      close: protectedProcedure.input(z.object({{ id: z.number() }})).mutation(async ({{ ctx, input }}) => {{
        const task = await ctx.db.query.tasks.findFirst({{ where: eq(tasks.id, input.id) }});
        if (!(await canManageCard(ctx.userId, task))) {{
          throw new Error("no");
        }}
      }}),
      columns: protectedProcedure.input(z.object({{ boardId: z.number() }})).query(async ({{ ctx, input }}) => {{
        return ctx.db.select().from(columns).where(eq(columns.boardId, input.boardId));
      }}),
    }});
""",
            "lib/cards.ts": """
    import { and, eq } from "drizzle-orm";
    import { db } from "../db";
    import { boardMembers } from "../db/schema";

    export async function canManageCard(userId, task) {
      const member = await db.query.boardMembers.findFirst({
        where: and(eq(boardMembers.boardId, task.boardId), eq(boardMembers.userId, userId)),
      });
      return Boolean(member);
    }
""",
        }
    )
    assert texts["server/boards.ts"].count("canManageCard(") == 1


def test_whoever_made_a_row_of_a_team_does_not_keep_it_from_the_team() -> None:
    """A job of a workspace was compared with who had created it: everybody else of the workspace was answered 404."""
    texts, _, reasons = patched(
        {
            "prisma/schema.prisma": """
                model Job {
                  id          String @id
                  workspaceId String
                  createdBy   String
                }
            """,
            "app/api/jobs/route.ts": """
                import { getServerSession } from "next-auth";
                import { authOptions } from "@/lib/auth";
                import { prisma } from "@/lib/prisma";

                export async function POST(request: Request) {
                  const session = await getServerSession(authOptions);
                  if (!session?.user) {
                    return Response.json({ error: "Unauthorized" }, { status: 401 });
                  }
                  const { workspaceId } = session.user;
                  return Response.json(await prisma.job.create({ data: { workspaceId, createdBy: session.user.id } }));
                }
            """,
            "app/api/jobs/[id]/route.ts": """
                import { getServerSession } from "next-auth";
                import { authOptions } from "@/lib/auth";
                import { prisma } from "@/lib/prisma";

                export async function DELETE(request: Request, { params }: { params: { id: string } }) {
                  const session = await getServerSession(authOptions);
                  if (!session?.user) {
                    return Response.json({ error: "Unauthorized" }, { status: 401 });
                  }
                  await prisma.job.delete({ where: { id: params.id } });
                  return Response.json({ ok: true });
                }
            """,
        }
    )
    assert "createdBy: session.user.id" not in texts["app/api/jobs/[id]/route.ts"], reasons
