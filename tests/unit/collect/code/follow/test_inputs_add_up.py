"""A procedure that is built on one with an input has the keys of both."""

from __future__ import annotations

from assistant.collect.code.map import map_of


FILES = {
    "server/trpc.ts": """
    import { initTRPC, TRPCError } from "@trpc/server";
    import { z } from "zod";
    import { PrismaClient } from "@prisma/client";
    export const prisma = new PrismaClient();
    const t = initTRPC.context().create();
    export const router = t.router;
    export const bookProcedure = t.procedure.input(z.object({ bookId: z.string() })).use(async ({ ctx, input, next }) => {
      if (!ctx.session?.user) throw new TRPCError({ code: "UNAUTHORIZED" });
      const book = await prisma.book.findUnique({ where: { id: input.bookId, userId: ctx.session.user.id } });
      if (!book) throw new TRPCError({ code: "NOT_FOUND" });
      return next({ ctx: { book } });
    });
    """,
    "server/contacts.ts": """
    import { z } from "zod";
    import { bookProcedure, prisma, router } from "./trpc";
    export const contacts = router({
      remove: bookProcedure.input(z.object({ contactId: z.string() })).mutation(async ({ input }) => {
        return prisma.contact.delete({ where: { id: input.contactId } });
      }),
    });
    """,
}


def test_an_id_of_the_second_schema_is_chosen_by_the_request():
    """The book was checked and the contact was found by its id alone; its id was taken for undefined."""
    query = map_of(FILES).entries[0].queries[-1]
    assert query.tie is None
    assert [origin.path for condition in query.filters for origin in condition.origins] == ["input.contactId"]
