"""Rows that belong to several people: whoever is listed at a conversation works with what hangs on it, whoever wrote it down."""

from __future__ import annotations

from tests.unit.propose.test_code import patched


SCHEMA = """
model User {
  id      String   @id
  conversations Conversation[]
  plan    Plan?    @relation(fields: [planId], references: [id])
  planId  String?
}

model Plan {
  id    String @id
  users User[]
}

model Conversation {
  id      String   @id
  users   User[]
  outings Outing[]
}

model Outing {
  id        String @id
  conversationId  String
  conversation    Conversation @relation(fields: [conversationId], references: [id])
  creatorId String
  creator   User   @relation(fields: [creatorId], references: [id])
  routeId   String?
  route     Route? @relation(fields: [routeId], references: [id])
  title     String
}

model Route {
  id     String @id
  userId String
  user   User   @relation(fields: [userId], references: [id])
}

model House {
  id      String     @id
  slug    String     @unique
  members Resident[]
}

model Resident {
  id      String @id
  houseId String
  house   House  @relation(fields: [houseId], references: [id])
  userId  String
}
"""
HEAD = """
import { getServerSession } from "next-auth";
import { authOptions } from "@/lib/auth";
import { prisma } from "@/lib/prisma";
"""
SIGNED = """
  const session = await getServerSession(authOptions);
  if (!session?.user?.id) return Response.json({ error: "Unauthorized" }, { status: 401 });
"""


def files(body: str, path: str = "app/api/outings/route.ts") -> dict[str, str]:
    return {
        "lib/prisma.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n',
        "prisma/schema.prisma": SCHEMA,
        "package.json": '{"dependencies": {"@prisma/client": "6", "next-auth": "4"}}',
        "app/api/mine/route.ts": HEAD
        + "export async function GET() {"
        + SIGNED
        + """
  const conversations = await prisma.conversation.findMany({ where: { users: { some: { id: session.user.id } } } });
  const routes = await prisma.route.findMany({ where: { userId: session.user.id } });
  return Response.json({ conversations, routes });
}
""",
        path: HEAD + body,
    }


def test_an_outing_is_changed_by_whoever_belongs_to_its_conversation() -> None:
    path = "app/api/outings/route.ts"
    texts, _, reasons = patched(
        files(
            "export async function PATCH(request: Request) {"
            + SIGNED
            + """
  const body = await request.json();
  return Response.json(await prisma.outing.update({ where: { id: body.id }, data: { title: body.title } }));
}
"""
        )
    )
    flat = " ".join(texts[path].split())
    assert "conversation: { users: { some: { id: session.user.id } } }" in flat, reasons
    assert "creatorId" not in flat


def test_a_conversation_is_looked_up_among_the_callers_before_something_hangs_on_it() -> None:
    path = "app/api/outings/route.ts"
    texts, _, reasons = patched(
        files(
            "export async function POST(request: Request) {"
            + SIGNED
            + """
  const { conversationId, title, routeId } = await request.json();
  const outing = await prisma.outing.create({
    data: { conversationId, title, creatorId: session.user.id, routeId: routeId ?? null },
  });
  return Response.json(outing);
}
"""
        )
    )
    flat = " ".join(texts[path].split())
    assert (
        "prisma.conversation.findFirst({ where: { id: conversationId, users: { some: { id: session.user.id } } }, })"
        in flat
    ), reasons


def test_a_route_that_need_not_be_sent_is_looked_up_where_it_is() -> None:
    path = "app/api/outings/route.ts"
    texts, _, reasons = patched(
        files(
            "export async function POST(request: Request) {"
            + SIGNED
            + """
  const { title, routeId } = await request.json();
  const outing = await prisma.outing.create({
    data: { title, creatorId: session.user.id, routeId: routeId ?? null },
  });
  return Response.json(outing);
}
"""
        )
    )
    flat = " ".join(texts[path].split())
    assert "if (routeId) { const route = await prisma.route.findFirst(" in flat, reasons


def test_a_house_with_residents_is_found_by_its_residents_alone() -> None:
    path = "app/api/houses/[slug]/route.ts"
    texts, _, reasons = patched(
        files(
            """
export async function GET(request: Request, { params }: { params: { slug: string } }) {
"""
            + SIGNED
            + """
  return Response.json(await prisma.house.findUnique({ where: { slug: params.slug } }));
}
""",
            path,
        )
    )
    flat = " ".join(texts[path].split())
    assert "members: { some: { userId: session.user.id } }" in flat, reasons


def test_people_of_a_plan_own_no_plan() -> None:
    path = "app/api/plans/[id]/route.ts"
    texts, _, _ = patched(
        files(
            """
export async function DELETE(request: Request, { params }: { params: { id: string } }) {
"""
            + SIGNED
            + """
  return Response.json(await prisma.plan.delete({ where: { id: params.id } }));
}
""",
            path,
        )
    )
    assert "users: { some" not in " ".join(texts.get(path, "").split())


def test_whom_a_list_is_for_is_taken_from_the_session_and_not_added_beside() -> None:
    path = "app/actions.ts"
    texts, _, reasons = patched(
        {
            **files("", "app/nothing.ts"),
            path: """
"use server";
import { prisma } from "@/lib/prisma";
import { mySession } from "@/lib/session";

export async function housesOf(userId: string) {
  const session = await mySession();
  if (!session.id) return { error: "nobody" };
  const found = await prisma.house.findMany({ where: { members: { some: { user: { id: userId } } } } });
  return { found };
}
""",
            "lib/session.ts": """
import { cookies } from "next/headers";
import { jwtVerify } from "jose";
export async function mySession() {
  const held = (await cookies()).get("session");
  const { payload } = await jwtVerify(held!.value, new TextEncoder().encode(process.env.SECRET));
  return payload as { id: string };
}
""",
        }
    )
    flat = " ".join(texts.get(path, "").split())
    assert "user: { id: session.id }" in flat or "userId !== session.id" in flat, (reasons, flat)
    assert "session.user.id" not in flat


def test_whoever_watches_a_house_may_not_change_it() -> None:
    """A list of theirs is found over those who watch, beside others: no condition for what is changed."""
    path = "app/api/houses/[slug]/route.ts"
    watched = files(
        """
export async function PATCH(request: Request, { params }: { params: { slug: string } }) {
"""
        + SIGNED
        + """
  const body = await request.json();
  return Response.json(await prisma.house.update({ where: { slug: params.slug }, data: { slug: body.slug } }));
}
""",
        path,
    )
    watched["prisma/schema.prisma"] = SCHEMA.replace("members Resident[]", "watchers Resident[]")
    watched["app/api/watched/route.ts"] = (
        HEAD
        + "export async function GET() {"
        + SIGNED
        + """
  return Response.json(await prisma.house.findMany({ where: { watchers: { some: { userId: session.user.id } } } }));
}
"""
    )
    texts, _, _ = patched(watched)
    assert "watchers" not in texts[path]


def test_where_a_function_decides_the_maker_is_not_compared_alone() -> None:
    path = "app/actions/outings.ts"
    maker = files("", "app/nothing.ts") | {
        path: """
"use server";
import { prisma } from "@/lib/prisma";
export async function removeNotice(id: string) {
  return prisma.notice.delete({ where: { id } });
}
""",
        "prisma/schema.prisma": SCHEMA + "\nmodel Notice {\n  id String @id\n  createdBy String\n  text String\n}\n",
        "app/api/notices/route.ts": HEAD
        + "export async function GET() {"
        + SIGNED
        + """
  return Response.json(await prisma.notice.findMany({ where: { createdBy: session.user.id } }));
}
""",
    }
    texts, _, reasons = patched(maker)
    assert "createdBy: session.user.id" in texts[path], reasons
    rights = """
export async function assertCanWriteNotice(user: { id: string; role: string }, id: string) {
  if (user.role === "manager") return;
}
"""
    texts, _, _ = patched(maker | {"lib/authz/notices.ts": rights})
    assert "createdBy" not in texts[path]
    assert "getServerSession" in texts[path]


def test_a_row_three_rows_away_is_not_bound_alone() -> None:
    """The first of them is what the request names: who may not see it is not stopped at the last."""
    path = "app/api/comments/route.ts"
    chained = files(
        "export async function POST(request: Request) {"
        + SIGNED
        + """
  const { jobId } = await request.json();
  const job = await prisma.job.findUnique({ where: { id: jobId } });
  const part = await prisma.part.findUnique({ where: { id: job.partId } });
  await prisma.board.update({ where: { id: part.boardId }, data: { seen: true } });
  return Response.json({});
}
""",
        path,
    )
    chained["prisma/schema.prisma"] = (
        SCHEMA
        + """
model Board {
  id     String @id
  userId String
  seen   Boolean
}

model Part {
  id      String @id
  boardId String
}

model Job {
  id     String @id
  partId String
}
"""
    )
    texts, _, _ = patched(chained)
    assert "part.boardId, userId" not in " ".join(texts[path].split())


def test_whoever_a_page_is_shared_with_changes_it_and_its_owner_alone_takes_it_away() -> None:
    path = "app/api/drafts/[id]/route.ts"
    drafts = files(
        "".join(
            f"export async function {verb}(request: Request, {{ params }}: {{ params: {{ id: string }} }}) {{{SIGNED}{work}}}\n"
            for verb, work in (
                (
                    "PATCH",
                    "  return Response.json(await prisma.draft.update({ where: { id: params.id }, data: { seen: true } }));\n",
                ),
                ("DELETE", "  return Response.json(await prisma.draft.delete({ where: { id: params.id } }));\n"),
            )
        ),
        path,
    )
    drafts["prisma/schema.prisma"] = (
        SCHEMA
        + """
model Draft {
  id     String       @id
  userId String
  seen   Boolean
  users  DraftPerson[]
}

model DraftPerson {
  id      String @id
  userId  String
  draftId String
  draft   Draft  @relation(fields: [draftId], references: [id])
}
"""
    )
    texts, _, reasons = patched(drafts)
    changed, taken = " ".join(texts[path].split()).split("DELETE(")
    assert "users: { some: { userId: session.user.id } }" in changed, reasons
    assert "userId: session.user.id" in taken
    assert "some:" not in taken


def _sessions(check: str) -> str:
    return "".join(
        HEAD.replace('import { prisma } from "@/lib/prisma";', "") * (verb == "PUT")
        + ('import { prisma } from "@/lib/prisma";\n' if verb == "PUT" else "")
        + f"export async function {verb}(request: Request, {{ params }}: {{ params: {{ id: string }} }}) {{\n"
        + "  const session = await getServerSession(authOptions);\n"
        + f"  if ({check}) return new Response(null, {{ status: 403 }});\n"
        + f"  return Response.json(await prisma.slot.{work}({{ where: {{ id: params.id }}{data} }}));\n}}\n"
        for verb, work, data in (("PUT", "update", ", data: { open: true }"), ("DELETE", "delete", ""))
    )


def test_rows_that_nobody_owns_are_changed_by_whoever_keeps_the_house() -> None:
    path = "app/api/timetable/[id]/route.ts"
    house = files(
        """
export async function DELETE(request: Request, { params }: { params: { id: string } }) {
  return Response.json(await prisma.timetable.delete({ where: { id: params.id } }));
}
""",
        path,
    )
    house["prisma/schema.prisma"] = (
        "model Slot {\n  id String @id\n  open Boolean\n}\nmodel Timetable {\n  id String @id\n  day String\n}\n"
    )
    asked = 'session?.user?.role !== "admin"'
    texts, _, reasons = patched(house | {"app/api/slots/[id]/route.ts": _sessions(asked)})
    assert asked in texts[path], reasons
    texts, _, _ = patched(house | {"app/api/slots/[id]/route.ts": _sessions("!session?.user")})
    assert "getServerSession" in texts[path]
    assert "admin" not in texts[path]
