"""A handler that never took what would name the caller takes it, and what others read from it is read here."""

from __future__ import annotations

from tests.unit.propose.test_code import patched


SERVER = {
    "package.json": '{"dependencies": {"@trpc/server": "11", "@prisma/client": "6", "next-auth": "4"}}',
    "server/trpc.ts": """
        import { initTRPC, TRPCError } from "@trpc/server";
        import { getServerSession } from "next-auth";
        import { authOptions } from "@/lib/auth";

        const t = initTRPC.create();
        export const protectedProcedure = t.procedure.use(async ({ next }) => {
          const session = await getServerSession(authOptions);
          if (!session?.user) throw new TRPCError({ code: "UNAUTHORIZED" });
          return next({ ctx: { user: session.user } });
        });
    """,
    "server/queries.ts": """
        import { prisma } from "@/lib/prisma";

        export const getNoteOwnerId = async (noteId: string): Promise<string | undefined> => {
          const found = await prisma.note.findUnique({ where: { id: noteId }, select: { userId: true } });
          return found?.userId;
        };
        export const removeNote = async (noteId: string) => {
          await prisma.note.delete({ where: { id: noteId } });
        };
        export const renameNote = async (noteId: string, title: string) => {
          await prisma.note.update({ where: { id: noteId }, data: { title } });
        };
        export const setPassword = async (userId: string, password: string) => {
          await prisma.account.update({ where: { userId }, data: { password } });
        };
    """,
    "server/notes.ts": """
        import { TRPCError } from "@trpc/server";
        import { z } from "zod";
        import * as queries from "./queries";
        import { protectedProcedure } from "./trpc";

        export const notes = {
          rename: protectedProcedure
            .input(z.object({ noteId: z.string(), title: z.string() }))
            .mutation(async ({ input, ctx }) => {
              const owner = await queries.getNoteOwnerId(input.noteId);
              if (owner !== ctx.user.id) {
                throw new TRPCError({ code: "FORBIDDEN" });
              }
              await queries.renameNote(input.noteId, input.title);
            }),
          remove: protectedProcedure.input(z.object({ noteId: z.string() })).mutation(async ({ input }) => {
            await queries.removeNote(input.noteId);
          }),
        };
    """,
}


def test_the_context_is_taken_and_the_owner_asked_for_as_the_neighbour_does() -> None:
    """Nobody here says who the caller is, said the reason; and a function that answers the owner's id was read as a row."""
    texts, _, reasons = patched(SERVER)
    after = texts["server/notes.ts"].partition("remove:")[2]
    assert ".mutation(async ({ input, ctx }) => {" in after, reasons
    assert "const ownerId = await queries.getNoteOwnerId(input.noteId);\n    if (ownerId !== ctx.user.id) {" in after
    assert ".userId" not in after
    assert after.index("getNoteOwnerId") < after.index("removeNote")


def test_the_context_is_read_as_the_other_routers_read_it() -> None:
    """No handler of this file names the caller: the ones of other files do."""
    texts, _, reasons = patched(
        SERVER
        | {
            "server/account.ts": """
                import { z } from "zod";
                import * as queries from "./queries";
                import { protectedProcedure } from "./trpc";

                export const account = {
                  locale: protectedProcedure.query(async ({ ctx }) => ctx.locale),
                  password: protectedProcedure
                    .input(z.object({ userId: z.string(), password: z.string() }))
                    .mutation(async ({ input }) => {
                      await queries.setPassword(input.userId, input.password);
                    }),
                };
            """
        }
    )
    after = texts["server/account.ts"]
    assert "async ({ input, ctx }) => {" in after, reasons
    assert "queries.setPassword(ctx.user.id, input.password)" in after


KOA = """
    import Router from "koa-router";
    import { prisma } from "@/lib/prisma";
    import { verify } from "./verify";

    const visitors = new Router({ prefix: "/visitors" });
    visitors.use(async (ctx, next) => {
      const payload = await verify(ctx.request.headers.authorization);
      if (!payload) ctx.throw(401);
      ctx.state.projectId = payload.projectId;
      await next();
    });
    visitors.get("/", async (ctx) => {
      const { projectId } = ctx.state;
      ctx.body = await prisma.visitor.findMany({ where: { projectId } });
    });
    visitors.delete("/:id", async (ctx) => {
      const { id } = ctx.params;
      await prisma.visitor.delete({ where: { id } });
      ctx.status = 204;
    });
    export default visitors;
"""
VERIFY = """
    import { jwtVerify } from "jose";

    export async function verify(token) {
      const { payload } = await jwtVerify(token, new TextEncoder().encode(process.env.JWT_SECRET));
      return payload;
    }
"""


def test_a_tenant_that_neighbours_take_out_of_the_state_is_named_there() -> None:
    texts, _, reasons = patched({"server/visitors.ts": KOA, "server/verify.ts": VERIFY})
    assert "where: { id, projectId: ctx.state.projectId }" in texts["server/visitors.ts"], reasons


def test_a_tenant_that_neighbours_take_out_of_the_body_proves_nothing() -> None:
    asked = KOA.replace("= ctx.state;", "= ctx.request.body;")
    texts, _, _ = patched({"server/visitors.ts": asked, "server/verify.ts": VERIFY})
    assert "ctx.request.body.projectId" not in texts["server/visitors.ts"]


ACTIONS = {
    "package.json": '{"dependencies": {"next-safe-action": "7", "@prisma/client": "6", "next-auth": "4"}}',
    "lib/safe-action.ts": """
        import { createSafeActionClient } from "next-safe-action";
        import { getServerSession } from "next-auth";
        import { authOptions } from "@/lib/auth";

        export const actionClient = createSafeActionClient();
        export const authActionClient = actionClient.use(async ({ next }) => {
          const session = await getServerSession(authOptions);
          if (!session?.user) throw new Error("Session not found");
          return next({ ctx: { userId: session.user.id } });
        });
    """,
    "app/notes/rename.ts": """
        "use server";

        import { z } from "zod";
        import { prisma } from "@/lib/prisma";
        import { authActionClient } from "@/lib/safe-action";

        export const renameNote = authActionClient
          .schema(z.object({ id: z.string(), title: z.string() }))
          .action(async ({ parsedInput, ctx }) => {
            await prisma.note.update({
              where: { id: parsedInput.id, userId: ctx.userId },
              data: { title: parsedInput.title },
            });
          });
    """,
    "app/notes/remove.ts": """
        "use server";

        import { z } from "zod";
        import { prisma } from "@/lib/prisma";
        import { actionClient } from "@/lib/safe-action";

        export const removeNote = actionClient
          .schema(z.object({ id: z.string() }))
          .action(async ({ parsedInput }) => {
            await prisma.note.delete({ where: { id: parsedInput.id } });
          });
    """,
}


def test_an_action_moves_to_the_builder_that_asks() -> None:
    """A session check in the body is nobody's idiom where a builder asks for every other action."""
    texts, _, reasons = patched(ACTIONS)
    after = texts["app/notes/remove.ts"]
    assert "export const removeNote = authActionClient" in after, reasons
    assert (
        'import { actionClient, authActionClient } from "@/lib/safe-action";' in after or "authActionClient }" in after
    )
    assert ".action(async ({ parsedInput, ctx }) => {" in after
    assert "where: { id: parsedInput.id, userId: ctx.userId }" in after
    assert "getServerSession" not in after
