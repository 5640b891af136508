"""Rows that a service finds: the handler knows what was proven, and looks them up before it hands the id on."""

from __future__ import annotations

import pytest

from tests.unit.propose.test_code import patched
from tests.unit.propose.test_code_rights import ASKED, IMPORTS, server


SCHEMA = """
model Book {
  id     String @id
  teamId String
  cards  Card[]
}

model Card {
  id     String @id
  bookId String
  book   Book   @relation(fields: [bookId], references: [id])
  text   String
  notes  Note[]
}

model Shelf {
  id     String @id
  teamId String
}

model TeamSeat {
  id     String @id
  teamId String
  userId String
}
"""
TRPC = """
import { initTRPC, TRPCError } from "@trpc/server";
import { z } from "zod";
import { db } from "~/server/db";

const t = initTRPC.context().create();
export const router = t.router;
const protectedProcedure = t.procedure.use(async ({ ctx, next }) => {
  if (!ctx.session?.user) throw new TRPCError({ code: "UNAUTHORIZED" });
  return next({ ctx: { ...ctx, session: ctx.session } });
});
export const teamProcedure = protectedProcedure.use(async ({ ctx, next }) => {
  const seat = await db.teamSeat.findFirst({ where: { userId: ctx.session.user.id } });
  if (!seat) throw new TRPCError({ code: "FORBIDDEN" });
  return next({ ctx: { ...ctx, team: { id: seat.teamId } } });
});
export const bookProcedure = teamProcedure
  .input(z.object({ bookId: z.string() }))
  .use(async ({ ctx, next, input }) => {
    const book = await db.book.findUnique({ where: { id: input.bookId, teamId: ctx.team.id } });
    if (!book) throw new TRPCError({ code: "NOT_FOUND" });
    return next({ ctx: { ...ctx, book } });
  });
"""
ROUTER = """
import { z } from "zod";
import { bookProcedure, router } from "~/server/trpc";
import * as cards from "~/server/cards";

export const cardsRouter = router({
  list: bookProcedure.query(async ({ ctx: { db, book } }) => db.card.findMany({ where: { bookId: book.id } })),

  remove: bookProcedure
    .input(z.object({ cardId: z.string() }))
    .mutation(async ({ input }) => {
      return cards.removeCard(input.cardId);
    }),
});
"""


def test_a_row_of_a_proven_parent_is_looked_up_before_a_service_removes_it() -> None:
    texts, _, reasons = patched(
        {
            "prisma/schema.prisma": SCHEMA,
            "package.json": '{"dependencies": {"@prisma/client": "6", "@trpc/server": "11"}}',
            "tsconfig.json": '{"compilerOptions":{"paths":{"~/*":["./*"], "@/*": ["./*"]}}}',
            "server/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient();\n',
            "server/trpc.ts": TRPC,
            "server/cards.ts": """
import { db } from "~/server/db";
export async function removeCard(cardId: string) {
  return db.card.delete({ where: { id: cardId } });
}
""",
            "server/routers/cards.ts": ROUTER,
        }
    )
    after = texts["server/routers/cards.ts"]
    flat = " ".join(after.split())
    assert "db.card.findFirst({ where: { id: input.cardId, bookId: input.bookId }, })" in flat, (reasons, flat)
    # another handler takes a client of that name out of its context: that is no clash
    assert 'import { db } from "~/server/db";' in after
    assert after.index("if (!card)") < after.index("cards.removeCard")


ROUTES = {
    "package.json": '{"dependencies": {"@prisma/client": "6", "next-auth": "4"}}',
    "prisma/schema.prisma": """
model Plan {
  id        String @id
  createdBy String
  cron      String
}

model Channel {
  id     String        @id
  teamId String
  events ChannelEvent[]
}

model ChannelEvent {
  id       String  @id
  streamId String
  stream   Channel @relation(fields: [streamId], references: [id])
  senderId String
}
""",
}
HEAD = """
import { getServerSession } from "next-auth";
import { authOptions } from "@/lib/auth";
import { prisma } from "@/lib/prisma";
"""
SIGNED = """
  const session = await getServerSession(authOptions);
  if (!session?.user?.id) return Response.json({ error: "Unauthorized" }, { status: 401 });
"""
PLAN = (
    HEAD
    + """
export async function DELETE(request: Request, { params }: { params: { id: string } }) {"""
    + SIGNED
    + """
  return Response.json(await prisma.plan.delete({ where: { id: params.id } }));
}
"""
)


def _plans(where: str) -> str:
    return (
        HEAD
        + "export async function GET() {"
        + SIGNED
        + f"""
  return Response.json(await prisma.plan.findMany({{ {where} }}));
}}

export async function POST(request: Request) {{"""
        + SIGNED
        + """
  const { cron } = await request.json();
  return Response.json(await prisma.plan.create({ data: { cron, createdBy: session.user.id } }));
}
"""
    )


def test_rows_that_everybody_is_shown_are_not_kept_for_whoever_wrote_them_down() -> None:
    path = "app/api/plans/[id]/route.ts"
    texts, _, _ = patched({**ROUTES, path: PLAN, "app/api/plans/route.ts": _plans("orderBy: { id: 'asc' }")})
    assert "createdBy" not in texts[path]
    texts, _, reasons = patched(
        {**ROUTES, path: PLAN, "app/api/plans/route.ts": _plans("where: { createdBy: session.user.id }")}
    )
    assert "createdBy: session.user.id" in texts[path], reasons


def test_an_action_that_lists_rows_is_no_session_check_of_another_handler() -> None:
    """It answers strangers with an error, as a check does, and reads rows on the way."""
    path = "app/api/preferences/route.ts"
    texts, _, _ = patched(
        {
            **ROUTES,
            "app/actions.ts": """
"use server";
import { prisma } from "@/lib/prisma";
import { getServerSession } from "next-auth";
import { authOptions } from "@/lib/auth";
export async function listImports() {
  const session = await getServerSession(authOptions);
  if (!session?.user?.id) return { error: "nobody" };
  return { imports: await prisma.plan.findMany({ where: { createdBy: session.user.id } }) };
}
""",
            "app/api/imports/route.ts": """
import { NextResponse } from "next/server";
import { listImports } from "@/app/actions";
export async function GET() {
  const result = await listImports();
  if (result.error) {
    return NextResponse.json({ message: result.error }, { status: 400 });
  }
  return NextResponse.json(result);
}
""",
            path: """
import { NextResponse } from "next/server";
import { prisma } from "@/lib/prisma";
export async function POST(request: Request) {
  const { id, cron } = await request.json();
  return NextResponse.json(await prisma.plan.update({ where: { id }, data: { cron } }));
}
""",
        }
    )
    assert "listImports" not in texts[path]
    assert "getServerSession" in texts[path]


CHANNELS = """
import { prisma } from "@/lib/prisma";
import { getServerSession } from "next-auth";
import { authOptions } from "@/lib/auth";
import { pageOf } from "@/lib/pages";

export async function GET(request: Request, { params }: { params: { teamId: string; streamId: string } }) {
  const session = await getServerSession(authOptions);
  if (!session?.user?.id) return Response.json({ error: "Unauthorized" }, { status: 401 });
  const { teamId, streamId } = params;
  const member = await prisma.teamMember.findFirst({ where: { teamId, userId: session.user.id } });
  if (!member) return Response.json({ error: "Unauthorized" }, { status: 403 });
  return Response.json(await pageOf(prisma.channelEvent, { where: { streamId } }));
}
"""


def test_a_function_that_is_handed_a_model_gets_no_condition_and_the_handler_a_look_up() -> None:
    """The key is called after the stream, and the schema says that a stream is a channel."""
    path = "app/api/teams/[teamId]/streams/[streamId]/route.ts"
    texts, _, reasons = patched(
        {
            **ROUTES,
            path: CHANNELS,
            "lib/pages.ts": "export async function pageOf(model: any, query: any) {\n  return model.findMany({ ...query, take: 20 });\n}\n",
        }
    )
    flat = " ".join(texts[path].split())
    assert "prisma.channel.findFirst({ where: { id: streamId, teamId } })" in flat, (reasons, flat)


REMOVES = """
      removeColumn: protectedProcedure.input(z.object({ id: z.number() })).mutation(async ({ ctx, input }) => {
        await ctx.db.delete(columns).where(eq(columns.id, input.id));
      }),
"""


COSTS = """
import { z } from "zod";
import { teamProcedure, router } from "~/server/trpc";
import { db } from "~/server/db";

export const costsRouter = router({
  shelves: teamProcedure.query(async ({ ctx }) => db.shelf.findMany({ where: { teamId: ctx.team.id } })),
  books: teamProcedure.query(async ({ ctx }) => db.book.findMany({ where: { teamId: ctx.team.id } })),

  update: teamProcedure
    .input(z.object({ id: z.string(), text: z.string(), bookId: z.string().optional(), shelfId: z.string().nullable() }))
    .mutation(async ({ ctx, input }) => {
      const { id, ...rest } = input;
      return db.cost.update({ where: { id, teamId: ctx.team.id }, data: { ...rest } });
    }),
});
"""


@pytest.mark.parametrize("data", ["data: { ...rest }", "data: rest"])
def test_every_key_that_a_spread_brings_is_looked_up_where_it_is_sent(data: str) -> None:
    """The row was the team's, and what it points at could be anybody's: one key of two was looked at, or none could be named."""
    texts, _, reasons = patched(
        {
            "prisma/schema.prisma": SCHEMA
            + """
model Cost {
  id      String  @id
  teamId  String
  text    String
  bookId  String?
  book    Book?   @relation(fields: [bookId], references: [id])
  shelfId String?
  shelf   Shelf?  @relation(fields: [shelfId], references: [id])
}
""",
            "package.json": '{"dependencies": {"@prisma/client": "6", "@trpc/server": "11"}}',
            "tsconfig.json": '{"compilerOptions":{"paths":{"~/*":["./*"], "@/*": ["./*"]}}}',
            "server/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient();\n',
            "server/trpc.ts": TRPC,
            "server/routers/costs.ts": COSTS.replace("data: { ...rest }", data),
        }
    )
    flat = " ".join(texts["server/routers/costs.ts"].split())
    for name in ("book", "shelf"):
        assert f"if (rest.{name}Id) {{" in flat, (reasons, flat)
        assert f"id: rest.{name}Id, teamId: ctx.team.id" in flat


def test_an_office_is_not_asked_for_where_whoever_writes_may_be_let_in() -> None:
    """Who administers a board was asked for before a column was removed, which every editor may do."""
    texts = server("")
    columns = f"{IMPORTS}\n    export const columnsRouter = router({{{REMOVES}    }});\n"
    asked, _, reasons = patched({**texts, "server/columns.ts": columns})
    assert "canEditBoard(ctx.db, existingColumn.boardId" in asked["server/columns.ts"], reasons
    texts = {**texts, "server/columns.ts": columns.replace("canEditBoard, ", "")}
    named = {path: text.replace("canEditBoard", "canAdministerBoardAsAdmin") for path, text in texts.items()}
    after, _, _ = patched(named)
    assert "canAdministerBoardAsAdmin" not in after["server/columns.ts"]


def test_a_function_that_answers_later_is_not_asked_without_waiting() -> None:
    """It was called in a list of promises: asked like that alone, its promise is always true."""
    asked = "const canEdit = await canEditBoard(ctx.db, input.boardId, ctx.userId);"
    assert asked in ASKED
    listed = "const [canEdit] = await Promise.all([canEditBoard(ctx.db, input.boardId, ctx.userId)]);"
    texts = {path: text.replace(asked, listed) for path, text in server(REMOVES).items()}
    after, _, _ = patched(texts)
    assert "(canEditBoard(" not in after["server/boards.ts"].partition("removeColumn:")[2]
