"""A middleware checks the project of whoever sends one, and the procedure's schema lets nothing through without it: then it was checked."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


STORE = 'import { PrismaClient } from "@prisma/client"; export const prisma = new PrismaClient();'
APP = """
    import { initTRPC, TRPCError } from "@trpc/server";
    import { has } from "ramda";
    import { z } from "zod";
    import { prisma } from "./db";
    const t = initTRPC.context().create();
    const signedIn = t.middleware(async ({ ctx, next }) => {
      if (!ctx.session?.userId) throw new TRPCError({ code: "UNAUTHORIZED" });
      return next({ ctx: { session: { ...ctx.session } } });
    });
    const member = t.middleware(async ({ ctx, next, getRawInput }) => {
      const sent = await getRawInput();
      if (TEST) {
        const found = await prisma.member.findFirst({ where: { userId: ctx.session.userId, projectId: sent.projectId } });
        if (!found) throw new TRPCError({ code: "FORBIDDEN" });
      }
      return next();
    });
    const procedure = t.procedure.use(signedIn).use(member);
    export const router = t.router({
      list: procedure.input(z.object({ boardId: z.string(), projectId: z.string()OPTIONAL })).query(async ({ input }) => {
        const board = await prisma.board.findUnique({ where: { id: input.boardId, projectId: input.projectId } });
        if (!board) throw new TRPCError({ code: "NOT_FOUND" });
        return prisma.chart.findMany({ where: { boardId: input.boardId } });
      }),
    });
"""


def found(test: str, optional: str = "") -> list[str]:
    """Rules that speak about the procedure."""
    return rules_of(followed({"db.ts": STORE, "trpc.ts": APP.replace("TEST", test).replace("OPTIONAL", optional)}))


@pytest.mark.parametrize(
    "test",
    [
        "sent.projectId",
        '"projectId" in sent',
        'has("projectId", sent)',
        'Object.hasOwn(sent, "projectId")',
    ],
)
def test_what_is_always_sent_was_always_checked(test: str) -> None:
    assert found(test) == []
    assert found(test, ".optional()") == ["id-only-lookup"]


def test_another_key_says_nothing() -> None:
    assert found('"boardId" in sent') == ["id-only-lookup"]
