"""Lists: of objects that a builder's schema parsed, of rows that are empty on one way, of lists."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


FILES = {
    "lib/prisma.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n',
    "server/trpc.ts": """
        import { initTRPC } from "@trpc/server";
        const t = initTRPC.context().create();
        export const router = t.router;
        export const member = t.procedure.use(({ ctx, next }) => {
          if (!ctx.session?.user) throw new Error("no");
          return next({ ctx: { ...ctx, orgId: ctx.session.user.orgId } });
        });
    """,
}
ROUTER = """
    import { z } from "zod";
    import { router, member } from "./trpc";
    import { prisma } from "../lib/prisma";
    const part = z.object({ amount: z.number(), notes: z.string().optional() });
    export const payments = router({
      list: member.query(({ ctx }) => prisma.payment.findMany({ where: { organizationId: ctx.orgId } })),
      set: member
        .input(z.object({ schedule: SCHEMA }))
        .mutation(({ ctx, input }) => prisma.payment.createMany({
          data: input.schedule.MAP((one) => ITEM),
        })),
    });
"""
ROW = "({ ...one, organizationId: ctx.orgId })"


def told(schema: str, name: str = "map", item: str = ROW) -> list[str]:
    text = ROUTER.replace("SCHEMA", schema).replace("MAP", name).replace("ITEM", item)
    return rules_of(followed({**FILES, "server/payments.ts": text}))


@pytest.mark.parametrize(
    "schema", ["z.array(part)", "part.array()", "z.array(part).min(1)", "z.array(part).optional()"]
)
def test_each_of_a_list_has_the_keys_of_its_schema(schema: str) -> None:
    """The builder parsed the list before the handler saw it."""
    assert told(schema) == []
    assert told(schema, "flatMap", f"[{ROW}]") == []


@pytest.mark.parametrize(
    "schema", ["z.array(z.any())", "z.array(part.passthrough())", "z.array(z.record(z.string(), z.any()))"]
)
def test_a_list_of_anything_brings_its_own_keys(schema: str) -> None:
    assert told(schema) == ["mass-assignment"]


PUSH = """
    import { createClient } from "@supabase/supabase-js";
    import { auth } from "@clerk/nextjs/server";
    const admin = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);
    async function tokensOf(userId) {
      const { data, error } = await admin.from("push_tokens").select("token, platform").eq("user_id", userId);
      if (error || !data) return [];
      return data.map((row) => ({ token: row.token, platform: row.platform })).filter((row) => row.platform === "ios");
    }
    async function send(params) {
      const answer = await fetch("https://push.example", { method: "POST", body: params.to.token });
      if (!answer.ok) await admin.from("push_tokens").delete().CONDITION;
    }
    export async function POST() {
      const { userId } = await auth();
      if (!userId) return new Response(null, { status: 401 });
      for (const to of await tokensOf(userId)) await send({ to });
      return Response.json({ ok: true });
    }
"""


def test_rows_of_a_list_that_is_empty_on_one_way() -> None:
    """What is removed was found by the caller's own id; without it everybody's rows go."""
    assert (
        rules_of(followed({"app/api/push/route.ts": PUSH.replace("CONDITION", 'eq("token", params.to.token)')})) == []
    )
    assert rules_of(followed({"app/api/push/route.ts": PUSH.replace("CONDITION", 'eq("platform", "ios")')})) == [
        "unscoped-write"
    ]
