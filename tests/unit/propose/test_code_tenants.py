"""Which value a tenant's column is compared with: never somebody's own id, and the tenant that was proven, however the handler reads it."""

from __future__ import annotations

from tests.unit.propose.test_code import patched


SCHEMA = """
    model User {
      id       String    @id
      accounts Account[]
    }
    model Account {
      id       String    @id
      userId   String
      user     User      @relation(fields: [userId], references: [id])
      holdings Holding[]
    }
    model Holding {
      id        String  @id
      accountId String
      account   Account @relation(fields: [accountId], references: [id])
      name      String
    }
"""
PRISMA_CLIENT = 'import { PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient();\n'
WRAPPER = """
    import { getServerSession } from "next-auth";
    import { authOptions } from "@/lib/auth";

    export const withAuth = (handler) => async (request: Request, context) => {
      const session = await getServerSession(authOptions);
      if (!session?.user) {
        return Response.json({ error: "Unauthorized" }, { status: 401 });
      }
      return handler(request, context, session.user.id);
    };
"""


def test_a_user_is_no_account_though_both_are_owners() -> None:
    """The first patch compared the account's key with the user's id: nobody would have found a row of their own any more."""
    texts, _, _ = patched(
        {
            "prisma/schema.prisma": SCHEMA,
            "lib/handler.ts": WRAPPER,
            "app/api/holdings/route.ts": """
                import { withAuth } from "@/lib/handler";
                import { prisma } from "@/lib/prisma";

                export const DELETE = withAuth(async (request: Request, _context, userId: string) => {
                  const { id } = await request.json();
                  await prisma.holding.delete({ where: { id } });
                  return Response.json({ ok: true });
                });
            """,
        }
    )
    after = texts["app/api/holdings/route.ts"]
    assert "accountId: userId" not in after
    assert "where: { id, account: { userId } }" in after


WORKSPACES = """
    import { initTRPC, TRPCError } from "@trpc/server";
    import { z } from "zod";
    import { getServerSession } from "next-auth";
    import { authOptions } from "@/lib/auth";
    import { prisma } from "@/lib/prisma";

    const t = initTRPC.create();
    export const router = t.router;
    export const workspaceProcedure = t.procedure
      .input(z.object({ workspaceId: z.string() }))
      .use(async ({ input, next }) => {
        const session = await getServerSession(authOptions);
        if (!session?.user) throw new TRPCError({ code: "UNAUTHORIZED" });
        const member = await prisma.member.findFirst({
          where: { workspaceId: input.workspaceId, userId: session.user.id },
        });
        if (!member) throw new TRPCError({ code: "FORBIDDEN" });
        return next();
      });
"""


def test_the_workspace_that_a_procedure_proved_finds_the_row() -> None:
    """It stands in the input that only the builder's schema names; the first patch said that nobody here knows who is calling."""
    texts, _, reasons = patched(
        {
            "server/trpc.ts": WORKSPACES,
            "server/monitors.ts": """
                import { z } from "zod";
                import { prisma } from "@/lib/prisma";
                import { router, workspaceProcedure } from "./trpc";

                export const monitors = router({
                  list: workspaceProcedure.query(({ input }) =>
                    prisma.monitor.findMany({ where: { workspaceId: input.workspaceId } }),
                  ),
                  remove: workspaceProcedure.input(z.object({ id: z.string() })).mutation(async ({ input }) => {
                    await prisma.monitor.delete({ where: { id: input.id } });
                  }),
                });
            """,
        }
    )
    assert "where: { id: input.id, workspaceId: input.workspaceId }" in texts["server/monitors.ts"], reasons


HONO = """
    import { Hono } from "hono";
    import { eq, and } from "drizzle-orm";
    import { db } from "./db";
    import { agents, members } from "./schema";
    import { auth } from "./auth";

    const requireWorkspace = async (c, next) => {
      const session = await auth.api.getSession({ headers: c.req.raw.headers });
      if (!session?.user) return c.json({ error: "no" }, 401);
      const [member] = await db
        .select()
        .from(members)
        .where(and(eq(members.userId, session.user.id), eq(members.workspaceId, c.req.param("workspaceId"))));
      if (!member) return c.json({ error: "no" }, 403);
      await next();
    };
    const app = new Hono();
    app.get("/workspaces/:workspaceId/agents", requireWorkspace, async (c) => {
      const workspaceId = c.req.param("workspaceId")!;
      return c.json(await db.select().from(agents).where(eq(agents.workspaceId, workspaceId)));
    });
    app.delete("/workspaces/:workspaceId/agents/:agentId", requireWorkspace, async (c) => {
      const agentId = c.req.param("agentId");
      await db.delete(agents).where(eq(agents.id, agentId));
      return c.json({ ok: true });
    });
    export default app;
"""


def test_a_tenant_of_the_path_is_read_as_other_handlers_read_it() -> None:
    texts, _, reasons = patched(
        {
            "src/agents.ts": HONO,
            "src/db.ts": 'import { drizzle } from "drizzle-orm/node-postgres";\nexport const db = drizzle(process.env.URL);\n',
            "src/auth.ts": 'import { betterAuth } from "better-auth";\nexport const auth = betterAuth({});\n',
            "src/schema.ts": """
                import { pgTable, text } from "drizzle-orm/pg-core";
                export const agents = pgTable("agents", { id: text("id"), workspaceId: text("workspace_id") });
                export const members = pgTable("members", { userId: text("user_id"), workspaceId: text("workspace_id") });
            """,
            "package.json": '{"dependencies": {"drizzle-orm": "1", "hono": "4", "better-auth": "1"}}',
        }
    )
    assert 'eq(agents.workspaceId, c.req.param("workspaceId")!)' in texts["src/agents.ts"], reasons


KEYS = """
    import { db } from "./db";

    export interface KeyResult {
      keyId: string;
      userId: string | null;
    }

    export async function validateKey(header: string | null): Promise<KeyResult | null> {
      const found = await db.apiKey.findFirst({ where: { token: header } });
      return found ? { keyId: found.id, userId: found.userId } : null;
    }
"""


def test_a_key_that_names_nobody_is_refused_before_rows_of_nobody_are_compared() -> None:
    texts, _, reasons = patched(
        {
            "lib/db.ts": PRISMA_CLIENT,
            "lib/keys.ts": KEYS,
            "app/api/mails/route.ts": """
                import { validateKey } from "@/lib/keys";
                import { db } from "@/lib/db";

                export async function GET(request: Request) {
                  const auth = await validateKey(request.headers.get("authorization"));
                  if (!auth) return Response.json({ error: "no" }, { status: 401 });
                  return Response.json(await db.mail.findMany({ where: { userId: auth.userId } }));
                }
            """,
            "app/api/mails/[id]/route.ts": """
                import { validateKey } from "@/lib/keys";
                import { db } from "@/lib/db";

                export async function GET(request: Request, { params }: { params: { id: string } }) {
                  const auth = await validateKey(request.headers.get("authorization"));
                  if (!auth) return Response.json({ error: "no" }, { status: 401 });
                  return Response.json(await db.mail.findUnique({ where: { id: params.id } }));
                }
            """,
        }
    )
    after = texts["app/api/mails/[id]/route.ts"]
    assert "where: { id: params.id, userId: auth.userId }" in after, reasons
    assert "if (!auth || !auth.userId)" in after


def test_a_public_procedure_moves_to_the_protected_builder_though_no_wrapper_is_known() -> None:
    texts, _, reasons = patched(
        {
            "server/trpc.ts": """
                import { initTRPC, TRPCError } from "@trpc/server";
                import { getServerSession } from "next-auth";
                import { authOptions } from "@/lib/auth";

                const t = initTRPC.create();
                export const router = t.router;
                export const publicProcedure = t.procedure;
                export const protectedProcedure = t.procedure.use(async ({ next }) => {
                  const session = await getServerSession(authOptions);
                  if (!session?.user) throw new TRPCError({ code: "UNAUTHORIZED" });
                  return next({ ctx: { user: session.user } });
                });
            """,
            "server/boards.ts": """
                import { prisma } from "@/lib/prisma";
                import { protectedProcedure, router } from "./trpc";

                export const boards = router({
                  list: protectedProcedure.query(({ ctx }) => prisma.board.findMany({ where: { userId: ctx.user.id } })),
                });
            """,
            "server/apps.ts": """
                import { z } from "zod";
                import { prisma } from "@/lib/prisma";
                import { publicProcedure, router } from "./trpc";

                export const apps = router({
                  remove: publicProcedure.input(z.object({ id: z.string() })).mutation(async ({ input }) => {
                    await prisma.app.delete({ where: { id: input.id } });
                  }),
                });
            """,
        }
    )
    assert "remove: protectedProcedure" in texts["server/apps.ts"], reasons
    assert "import { publicProcedure, router, protectedProcedure }" in texts["server/apps.ts"]
